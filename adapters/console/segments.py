"""The list of segments, the file for advertising; copied, put away, brought back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from aiohttp import web

from adapters.console.lists import Column, Filter, Listing, wants_file
from adapters.console.ports import ConsoleWork
from adapters.console.segmentroom import CHANGES, ONE, PATH, SEES, SegmentRoom, may_change, seen, size_for
from adapters.console.segmentwords import READY_WORDS
from adapters.console.telling import NOTHING, Teller
from adapters.http.problems import problem_of
from adapters.http.sessions import SESSION
from core.segments import actions
from core.segments.model import Node
from core.segments.ready import READY, READY_PREFIX
from core.shared.listing import Asked, Slice, slice_of_rows
from core.shared.refusals import Refusal


class Made(StrEnum):
    """Where a segment comes from, or that it was put away."""

    OWN = "own"
    READY = "ready"
    AWAY = "away"


_KINDS = {Made.OWN: "segments.kind-own", Made.READY: "segments.kind-ready", Made.AWAY: "segments.kind-away"}


@dataclass(frozen=True, slots=True)
class Line:
    """A segment in the list; `people` None: not counted, or not to be told."""

    id: str
    name: str
    kind: Made
    said: str
    used: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None
    tree: Node | None = None
    people: int | None = None


_SORTS: Mapping[str, Callable[[Line], Any]] = {
    "name": lambda one: one.name.casefold(),
    "kind": lambda one: one.kind.value,
    "used": lambda one: one.used.casefold(),
    "changed": lambda one: one.changed_at.timestamp() if one.changed_at is not None else 0.0,
    "by": lambda one: one.changed_by.casefold(),
}


class SegmentPages:
    """`/console/segments`."""

    def __init__(self, room: SegmentRoom) -> None:
        self._room, self._door, self._views = room, room.door, room.views
        self._door.page(PATH, self.all, SEES)
        self._door.page(f"{ONE}/count", self.count, SEES)
        self._door.action(f"{ONE}/copy", self.copy, CHANGES)
        self._door.action(f"{ONE}/away", self.away, CHANGES)
        self._door.action(f"{ONE}/back", self.back, CHANGES)
        self._door.action(f"{ONE}/export", self.export, CHANGES)

    async def all(self, request: web.Request, error: str = "", status: int = 200) -> web.StreamResponse:
        """Those that somebody made, then the ready ones; each is counted by itself, in a file all of them."""
        lines = await self._lines(request)
        made = any(line.kind is not Made.READY for line in lines)
        return await self._door.listed(
            request, self._listing(request), partial(self._page, request, lines), "segments.html", status=status,
            error=error, may=may_change(request), made=made,
        )  # fmt: skip

    async def _lines(self, request: web.Request) -> list[Line]:
        wording = await self._room.wording(self._door.language(request))
        away = request.query.get("kind") == Made.AWAY
        kept = await self._views.kept(archived=away)
        lines = [
            Line(
                one.segment.id, one.segment.name, Made.AWAY if away else Made.OWN,
                wording.sentence(one.segment.tree) if one.segment.tree is not None else wording.say("segments.broken"),
                ", ".join(one.used_by), one.segment.changed_by, one.segment.changed_at, one.segment.tree,
            )
            for one in kept
        ]  # fmt: skip
        ready = [
            Line(f"{READY_PREFIX}{key}", wording.say(READY_WORDS[key]), Made.READY, wording.sentence(tree), tree=tree)
            for key, tree in READY.items()
        ]
        return lines if away else [*lines, *ready]

    async def _page(self, request: web.Request, lines: Sequence[Line], asked: Asked) -> Slice[Line]:
        wanted, kind = asked.filters.get("name", "").casefold(), asked.filters.get("kind", "")
        found = [
            one for one in lines
            if kind in ("", one.kind) and (wanted in one.name.casefold() or wanted in one.said.casefold())
        ]  # fmt: skip
        page = slice_of_rows(found, asked, _SORTS)
        if not wants_file(request):
            return page
        return replace(page, rows=[replace(one, people=await self._people(request, one)) for one in page.rows])

    async def _people(self, request: web.Request, line: Line) -> int | None:
        """How many; None: hidden, or of something that is gone."""
        try:
            return size_for(request, await self._views.size(line.tree)) if line.tree is not None else None
        except Refusal:
            return None

    def _listing(self, request: web.Request) -> Listing[Line]:
        tell = Teller(self._door, request)
        kinds = {one: tell.say(word) for one, word in _KINDS.items()}
        return Listing(
            PATH,
            "segments",
            (
                Column("name", "segments.name", lambda one: one.name, link=lambda one: f"{PATH}/{one.id}",
                       wraps="words"),
                Column("kind", "segments.kind", lambda one: kinds[one.kind], lambda one: one.kind.value),
                Column("people", "segments.people", lambda one: tell.say("segments.count-now"),
                       lambda one: "" if one.people is None else one.people, sorts=False, number=True,
                       part=lambda one: f"{PATH}/{one.id}/count"),
                Column("said", "segments.who", lambda one: one.said, sorts=False, wraps="prose"),
                Column("used", "segments.used", lambda one: one.used or NOTHING, lambda one: one.used),
                Column("changed", "segments.changed", lambda one: tell.at(one.changed_at),
                       lambda one: one.changed_at.isoformat() if one.changed_at else ""),
                Column("by", "segments.by", lambda one: one.changed_by or NOTHING, lambda one: one.changed_by),
            ),
            (
                Filter("name", "segments.name-or-who"),
                Filter("kind", "segments.kind", [(one.value, kinds[one]) for one in Made]),
            ),
        )  # fmt: skip

    async def count(self, request: web.Request) -> web.Response:
        """How many are in one, for its line in a list."""
        say, said, error = self._door.told_key, "–", ""
        try:
            tree = await self._room.usable(request.match_info["segment"])
            total = size_for(request, await self._views.size(tree))
            said = say(request, "segments.hidden") if total is None else say(request, "segments.people-of", n=total)
        except Refusal as refusal:
            error = self._door.sorry(request, refusal)
        return self._door.show(request, "_segment_count.html", told=said, error=error)

    async def copy(self, request: web.Request) -> web.StreamResponse:
        """One more with the same tree, under a name that is free, ready to be edited."""
        try:
            made = await self._room.copied(request, request.match_info["segment"])
        except Refusal as refusal:
            return await self.all(request, self._door.sorry(request, refusal), problem_of(refusal).status)
        raise web.HTTPSeeOther(f"{PATH}/{made.id}")

    async def away(self, request: web.Request) -> web.StreamResponse:
        """It is among those that were put away."""
        segment, login = request.match_info["segment"], request[SESSION].login
        return await self._moved(
            request, "segment.put-away", lambda work: actions.put_away(work, segment=segment, actor=login), PATH
        )

    async def back(self, request: web.Request) -> web.StreamResponse:
        """It is among the others again."""
        segment, login = request.match_info["segment"], request[SESSION].login
        there = f"{PATH}/{segment}"
        return await self._moved(
            request, "segment.bring-back", lambda work: actions.bring_back(work, segment=segment, actor=login), there
        )

    async def export(self, request: web.Request) -> web.StreamResponse:
        """The file; the audit log knows how many are in it."""
        try:
            return await self._room.audience(request, request.match_info["segment"])
        except Refusal as refusal:
            return await self.all(request, self._door.sorry(request, refusal), problem_of(refusal).status)

    async def _moved(
        self, request: web.Request, verb: str, job: Callable[[ConsoleWork], Any], there: str
    ) -> web.StreamResponse:
        segment = request.match_info["segment"]
        try:
            await self._door.change(request, verb, job, subject=segment, seen=lambda work: seen(work, segment))
        except Refusal as refusal:
            return await self.all(request, self._door.sorry(request, refusal), problem_of(refusal).status)
        raise web.HTTPSeeOther(there)
