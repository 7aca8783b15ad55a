"""The list of a questionnaire's versions: which is asked now, who published each and when."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.console.lists import Column, Filter, Listing
from adapters.console.surveyshown import PATH
from adapters.console.telling import Teller
from core.shared.listing import Asked, Slice, slice_of_rows
from core.surveys.views import VersionRow


def versions_list(tell: Teller, newest: int) -> Listing[VersionRow]:
    """The list; `newest`: the version that people are asked."""
    asked, earlier = tell.say("surveys.asked-now"), tell.say("surveys.earlier")
    return Listing(
        PATH,
        "questionnaires",
        (
            Column("version", "surveys.version", lambda one: tell.say("surveys.version-n", version=one.version),
                   lambda one: one.version, link=lambda one: f"{PATH}/{one.version}"),
            Column("state", "surveys.state", lambda one: asked if one.version == newest else earlier, sorts=False,
                   state=lambda one: "good" if one.version == newest else ""),
            Column("at", "surveys.at", lambda one: tell.at(one.at) if one.at else tell.say("surveys.house-s-own"),
                   lambda one: one.at.isoformat() if one.at else ""),
            Column("actor", "surveys.actor", lambda one: one.actor),
            Column("questions", "surveys.questions", lambda one: one.questions, number=True),
        ),
        (Filter("actor", "surveys.actor"),),
    )  # fmt: skip


def narrowed(rows: Sequence[VersionRow], asked: Asked) -> Slice[VersionRow]:
    """The page that is asked for; as it is, the newest first."""
    by = asked.filters.get("actor", "").casefold()
    return slice_of_rows([one for one in rows if by in one.actor.casefold()], asked, _SORTS)


_SORTS: Mapping[str, Callable[[VersionRow], Any]] = {
    "version": lambda one: one.version,
    "at": lambda one: (one.at is not None, one.at),
    "actor": lambda one: one.actor.casefold(),
    "questions": lambda one: one.questions,
}
