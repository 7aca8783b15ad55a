"""A flow is data: questions in order and what is true after the last answer. `advance` is pure.

State is `{question key: canonical text}`, so questions can be added or reordered while people are in the middle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from bot.dialog import Dialog
from bot.messages import Reply, Said
from bot.words import Text, Words
from core.shared.values import Language, Phone

T = TypeVar("T")
SKIPPED = ""
"""The canonical text of a question that was passed over."""


class Misread(Exception):
    """The answer does not do; `reason` says why and what would."""

    def __init__(self, reason: Words) -> None:
        super().__init__(reason.key)
        self.reason = reason


class PhoneReader(Protocol):
    """Reads phones as people write them."""

    def read(self, text: str) -> Phone | None: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question may know when it reads an answer: the reader of phones, the open nonce, words in the language.

    `draft` is what is kept of an answer given in several steps, empty before the first.
    """

    phones: PhoneReader
    nonce: str
    say: Callable[[Text], str]
    language: Language
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers offered: `value` is its short canonical text."""

    value: str
    label: Text
    style: Literal["", "primary", "danger"] = ""
    wide: bool = True


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """Something to find out. `read` turns what was said into a T (or raises Misread), `keep` into canonical text.

    `when` says from the answers so far whether it is asked at all; `options` what is offered as buttons.
    """

    key: str
    text: Callable[["Answers"], Words]
    read: Callable[[Said, Reading, tuple[Option, ...]], T]
    keep: Callable[[T], str]
    recall: Callable[[str], T]
    wants: Literal["text", "phone", "code", "location", "photo", "choice"] = "text"
    options: Callable[["Answers"], tuple[Option, ...]] = lambda said: ()
    optional: bool = False
    when: Callable[["Answers"], bool] = lambda said: True


class Answers:
    """The answers so far; `said[question]` is a value of the question's own type."""

    def __init__(self, kept: Mapping[str, str]) -> None:
        self.kept = dict(kept)

    def __getitem__(self, question: Question[T]) -> T:
        """The answer. Raises KeyError when it was skipped, not asked, or no longer parses."""
        text = self.kept[question.key]
        if text == SKIPPED:
            raise KeyError(question.key)
        try:
            return question.recall(text)
        except ValueError as error:
            raise KeyError(question.key) from error

    def seed(self, key: str) -> str:
        """A text that the flow was opened with; empty when there was none."""
        return self.kept.get(key, "")

    def answered(self, question: Question[Any]) -> bool:
        """True when nothing is left to ask here: answered so that it still parses, or skipped."""
        if self.kept.get(question.key) == SKIPPED:
            return question.optional
        try:
            self[question]
        except KeyError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Done:
    """The flow is over; this is said."""

    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Go:
    """Another flow goes on, with what it needs to know; `replies` are said before its first question."""

    flow: str
    seed: Mapping[str, str] = field(default_factory=dict)
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """The last question is asked once more, for this reason."""

    reason: Words


Next: TypeAlias = Done | Go | Again
W = TypeVar("W", contravariant=True)


class Then(Protocol[W]):
    """What calls the core's verbs when nothing is left to ask."""

    def __call__(self, said: Answers, talk: W, /) -> Next: ...


class Each(Protocol[W]):
    """What calls the core's verbs for one good answer; what it returns is said before the next question."""

    def __call__(self, said: Answers, question: Question[Any], talk: W, /) -> Sequence[Reply] | Again: ...


@dataclass(frozen=True, slots=True)
class Flow(Generic[W]):
    """A named row of questions and its `then`.

    `slow`: no answer comes before the programme's restore delay. `aside`: what was open goes on afterwards.
    `before`: the action that "back" leads to from the first question. `each`: answers are kept one by one, and
    `leave` is the control that ends the flow early: `later` where what was answered stays.
    """

    name: str
    asks: tuple[Question[Any], ...]
    then: Then[W]
    slow: bool = False
    aside: bool = False
    before: str = ""
    each: Each[W] | None = None
    leave: Literal["cancel", "later"] = "cancel"

    def question(self, key: str) -> Question[Any] | None:
        """The question with the key, None when the flow has it no more."""
        return next((one for one in self.asks if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """This question is open now; `last` is the one just answered, None where none was."""

    dialog: Dialog
    question: Question[Any]
    reason: Words | None = None
    last: Question[Any] | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing is left to ask; `last` is the question answered last."""

    answers: Answers
    last: Question[Any] | None


def open_flow(flow: Flow[Any], dialog: Dialog, seed: Mapping[str, str]) -> Asked | Finished:
    """The flow begins with its first question that has no answer yet."""
    paused = dialog if flow.aside and dialog.open and dialog.flow != flow.name else dialog.paused
    fresh = Dialog(flow=flow.name, answers=dict(seed), turn=dialog.turn, paused=paused if flow.aside else None)
    return _next(flow, fresh, None)


def resume(flow: Flow[Any], dialog: Dialog) -> Asked | Finished:
    """The open question once more; the first unanswered one where the flow has changed meanwhile."""
    question = flow.question(dialog.asked)
    if question is not None and question.when(Answers(dialog.answers)):
        return Asked(dialog, question)
    return _next(flow, dialog, None)


def advance(flow: Flow[Any], dialog: Dialog, said: Said, reading: Reading) -> Asked | Finished:
    """A bad answer asks the same question with a reason, a good one the next; none left: Finished.

    An answer in several steps keeps its question open, under the same turn, until it is whole.
    """
    question = flow.question(dialog.asked)
    if question is None:
        return _next(flow, dialog, None)
    try:
        reading = replace(reading, draft=dialog.answers.get(question.key, ""))
        value = question.read(said, reading, question.options(Answers(dialog.answers)))
    except Misread as misread:
        return Asked(dialog, question, misread.reason)
    dialog = replace(dialog, answers={**dialog.answers, question.key: question.keep(value)})
    whole = Answers(dialog.answers).answered(question)
    return _next(flow, dialog, question) if whole else Asked(dialog, question)


def back(flow: Flow[Any], dialog: Dialog) -> Asked | None:
    """The question before the open one, its answer forgotten; None when there is none before."""
    said = Answers(dialog.answers)
    keys = [one.key for one in flow.asks if one.when(said)]
    place = keys.index(dialog.asked) if dialog.asked in keys else 0
    earlier = [key for key in keys[:place] if key in dialog.answers]
    if not earlier:
        return None
    kept = {key: text for key, text in dialog.answers.items() if key not in keys[keys.index(earlier[-1]) :]}
    step = _next(flow, replace(dialog, answers=kept), None)
    return step if isinstance(step, Asked) else None


def skip(flow: Flow[Any], dialog: Dialog) -> Asked | Finished | None:
    """The open question is passed over; None when it must be answered."""
    question = flow.question(dialog.asked)
    if question is None or not question.optional:
        return None
    return _next(flow, replace(dialog, answers={**dialog.answers, question.key: SKIPPED}), question)


def again(flow: Flow[Any], dialog: Dialog, last: Question[Any], reason: Words) -> Asked:
    """The question is open once more, its answer forgotten, for the reason."""
    kept = {key: text for key, text in dialog.answers.items() if key != last.key}
    return Asked(replace(dialog, answers=kept, asked=last.key, turn=dialog.turn + 1), last, reason)


def _next(flow: Flow[Any], dialog: Dialog, last: Question[Any] | None) -> Asked | Finished:
    said = Answers(dialog.answers)
    for question in flow.asks:
        if question.when(said) and not said.answered(question):
            return Asked(replace(dialog, asked=question.key, turn=dialog.turn + 1), question, last=last)
    return Finished(said, last)
