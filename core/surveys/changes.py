"""What another version of the questionnaire changes for people who have answered this one."""

from dataclasses import dataclass
from enum import StrEnum

from core.surveys.model import CHOOSING, Question, Questionnaire


class What(StrEnum):
    """What becomes of a question and its answers."""

    ADDED = "added"
    """Asked of everybody who has come past it too."""
    REQUIRED = "required"
    """No longer to be passed over: who did so is not complete."""
    REMOVED = "removed"
    """Asked of nobody; its answers stay and are not shown."""
    KIND = "kind"
    """Its answers no longer parse and count as not given."""
    OPTIONS = "options"
    """Answers that named only these options count as not given."""
    CONDITION = "condition"
    """Asked of others than before."""
    POINTS = "points"
    """Paid so to who answers from now on; who was paid is not paid again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `options` are those that are gone."""

    what: What
    question: str
    options: tuple[str, ...] = ()


def changes(before: Questionnaire, after: Questionnaire) -> tuple[Change, ...]:
    """In the order of the new version, what is gone last. Other words for the same question change nothing."""
    found: list[Change] = []
    for one in after.questions:
        was = before.question(one.key)
        if was is None:
            found.append(Change(What.ADDED, one.key))
        else:
            found += _between(was, one)
    gone = (Change(What.REMOVED, one.key) for one in before.questions if after.question(one.key) is None)
    return (*found, *gone)


def _between(was: Question, now: Question) -> list[Change]:
    found = []
    if was.kind is not now.kind:
        found.append(Change(What.KIND, now.key))
    elif now.kind in CHOOSING:
        left = {one.key for one in now.options}
        if gone := tuple(one.key for one in was.options if one.key not in left):
            found.append(Change(What.OPTIONS, now.key, gone))
    if was.optional and not now.optional:
        found.append(Change(What.REQUIRED, now.key))
    if was.when != now.when:
        found.append(Change(What.CONDITION, now.key))
    if was.points != now.points:
        found.append(Change(What.POINTS, now.key))
    return found
