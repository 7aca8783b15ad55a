"""Segments as JSON, for programs: everything that the pages do, by the same verbs and with the same audit lines."""

from typing import Any

from aiohttp import web

from adapters.console.door import API
from adapters.console.segmentjson import (
    MemberOut,
    MembersOut,
    ReachOut,
    ReasonOut,
    SegmentEdit,
    SegmentIn,
    SegmentOut,
    SegmentsOut,
    TreeIn,
    WhyIn,
    WhyOut,
    ready_out,
    segment_out,
)
from adapters.console.segmentmembers import FILTERS
from adapters.console.segmentroom import CHANGES, SEES, SegmentRoom, reach_for, seen
from adapters.console.segmentwords import Wording
from adapters.http.api import Endpoint
from adapters.http.sessions import SESSION
from core.segments import actions
from core.segments.model import Node, Segment
from core.segments.reading import segment_data, segment_from
from core.segments.ready import READY, READY_PREFIX
from core.segments.views import Freshness, Reach
from core.shared.listing import Asked

_ALL, _ONE = f"{API}/segments", f"{API}/segments/{{segment}}"
_GONE = "gone-club, gone-question, gone-option, gone-sku, gone-category, gone-brand, gone-store, gone-campaign"
_AUDIENCE = "A CSV file of hashed phones (SHA-256 of E.164, of its digits) of those who agreed and allow profiling"
_COFFEE = {"all": [{"bought": {"category": ["coffee"]}, "days": 90, "times": {"at_least": 2}},
                   {"not": {"field": "lifecycle", "one_of": ["lapsing"]}}]}  # fmt: skip


class SegmentApi:
    """`/console/api/v1/segments`."""

    def __init__(self, room: SegmentRoom) -> None:
        self._room, self._door, self._views = room, room.door, room.views
        missing = {404: ["unknown-segment"]}
        gone = {**missing, 409: [_GONE]}
        one, add, page = _ONE, self._door.endpoint, {name: {"type": "string"} for name in ("after", *FILTERS)}
        edits = {**missing, 409: ["edited-meanwhile, segment-away, segment-name-taken", _GONE]}
        add(Endpoint("GET", _ALL, "Segments: made and ready ones", self.all, answer=SegmentsOut), SEES)
        add(
            Endpoint(
                "POST",
                _ALL,
                "One more segment",
                self.make,
                SegmentIn,
                SegmentOut,
                201,
                {409: ["segment-name-taken", _GONE]},
                example={"name": "Coffee", "tree": _COFFEE},
            ),
            CHANGES,
        )
        add(
            Endpoint(
                "POST",
                f"{_ALL}/preview",
                "How many a tree finds",
                self.preview,
                TreeIn,
                ReachOut,
                problems={409: [_GONE]},
                example={"tree": _COFFEE},
            ),
            SEES,
        )
        add(Endpoint("GET", one, "A segment", self.get, answer=SegmentOut, problems=missing), SEES)
        add(Endpoint("PATCH", one, "It is edited", self.edit, SegmentEdit, SegmentOut, problems=edits), CHANGES)
        add(
            Endpoint(
                "POST",
                f"{one}/archive",
                "It is put away",
                self.archive,
                answer=SegmentOut,
                problems={**missing, 409: ["segment-in-use"]},
            ),
            CHANGES,
        )
        add(
            Endpoint(
                "POST",
                f"{one}/restore",
                "It is brought back",
                self.restore,
                answer=SegmentOut,
                problems={**missing, 409: ["segment-name-taken"]},
            ),
            CHANGES,
        )
        add(
            Endpoint("POST", f"{one}/copy", "One more with its tree", self.copy, answer=SegmentOut, status=201,
                     problems=gone),
            CHANGES,
        )  # fmt: skip
        add(Endpoint("GET", f"{one}/count", "How many are in it", self.count, answer=ReachOut, problems=gone), SEES)
        add(
            Endpoint(
                "POST",
                f"{one}/why",
                "Why somebody is in or out",
                self.why,
                WhyIn,
                WhyOut,
                problems={404: ["unknown-segment, unknown-customer"], 409: [_GONE]},
            ),
            CHANGES,
        )
        add(
            Endpoint(
                "GET", f"{one}/members", "Who is in it", self.members, answer=MembersOut, query=page, problems=gone
            ),
            CHANGES,
        )
        add(Endpoint("POST", f"{one}/export", _AUDIENCE, self.export, problems=gone), CHANGES)  # fmt: skip

    async def all(self, request: web.Request, given: None) -> SegmentsOut:
        """By name; then the ready ones."""
        del given
        words = await self._words(request)
        kept = [segment_out(words, one.segment, one.data, one.used_by) for one in await self._views.kept()]
        ready = [ready_out(words, key) for key in READY]
        return SegmentsOut(rows=[*kept, *ready])

    async def copy(self, request: web.Request, given: None) -> SegmentOut:
        """By the verb of the button."""
        del given
        made = await self._room.copied(request, request.match_info["segment"])
        words = await self._words(request)
        kept = await self._views.one(made.id)
        assert kept is not None, "it was made this moment"
        return segment_out(words, made, kept.data, ())

    async def get(self, request: web.Request, given: None) -> SegmentOut:
        """Also one that was put away."""
        del given
        segment = request.match_info["segment"]
        kept, _ = await self._room.found(segment)
        words = await self._words(request)
        if kept is None:
            return ready_out(words, segment.removeprefix(READY_PREFIX))
        return segment_out(words, kept.segment, kept.data, kept.used_by)

    async def make(self, request: web.Request, given: SegmentIn) -> SegmentOut:
        """It is there."""
        tree, login = segment_from(given.tree), request[SESSION].login
        made = await self._door.change(
            request, "segment.make", lambda work: actions.make(work, name=given.name, tree=tree, actor=login)
        )
        return segment_out(await self._words(request), made)

    async def edit(self, request: web.Request, given: SegmentEdit) -> SegmentOut:
        """It is as given."""
        segment, login = request.match_info["segment"], request[SESSION].login
        tree = segment_from(given.tree) if given.tree is not None else None
        done = await self._door.change(
            request, "segment.edit",
            lambda work: actions.edit(work, segment=segment, version=given.version, name=given.name, tree=tree,
                                      actor=login),
            subject=segment, seen=lambda work: seen(work, segment),
        )  # fmt: skip
        return segment_out(await self._words(request), done)

    async def archive(self, request: web.Request, given: None) -> SegmentOut:
        """Nobody sees it among the others."""
        del given
        return await self._moved(request, "segment.put-away", actions.put_away)

    async def restore(self, request: web.Request, given: None) -> SegmentOut:
        """It is among the others again."""
        del given
        return await self._moved(request, "segment.bring-back", actions.bring_back)

    async def preview(self, request: web.Request, given: TreeIn) -> ReachOut:
        """Now."""
        return await self._reach(request, segment_from(given.tree))

    async def count(self, request: web.Request, given: None) -> ReachOut:
        """Now."""
        del given
        return await self._reach(request, await self._room.usable(request.match_info["segment"]))

    async def why(self, request: web.Request, given: WhyIn) -> WhyOut:
        """Each test."""
        tree = await self._room.usable(request.match_info["segment"])
        found = await self._views.why(tree, given.who[:64])
        words = await self._words(request)
        reasons = [
            ReasonOut(test=segment_data(one.leaf), sentence=words.leaf(one.leaf), holds=one.holds,
                      has=words.has(one.leaf, one.value))
            for one in found.reasons
        ]  # fmt: skip
        return WhyOut(customer=found.customer, living=found.living, inside=found.inside, reasons=reasons,
                      at=found.asked.at)  # fmt: skip

    async def members(self, request: web.Request, given: None) -> MembersOut:
        """By id."""
        del given
        tree = await self._room.usable(request.match_info["segment"])
        wanted = {name: value[:16] for name in FILTERS if (value := request.query.get(name, ""))}
        page = await self._views.members(tree, Asked(wanted), request.query.get("after", "")[:36])
        rows = [
            MemberOut(customer=one.customer, name=one.name, phone=one.phone, language=one.language,
                      channels=list(one.channels), marketing=one.marketing)
            for one in page.members
        ]  # fmt: skip
        return MembersOut(rows=rows, after=page.after)

    async def export(self, request: web.Request, given: None) -> web.StreamResponse:
        """The file."""
        del given
        return await self._room.audience(request, request.match_info["segment"])

    async def _moved(self, request: web.Request, verb: str, act: Any) -> SegmentOut:
        segment, login = request.match_info["segment"], request[SESSION].login
        done: Segment = await self._door.change(
            request, verb, lambda work: act(work, segment=segment, actor=login), subject=segment,
            seen=lambda work: seen(work, segment),
        )  # fmt: skip
        return segment_out(await self._words(request), done)

    async def _reach(self, request: web.Request, tree: Node) -> ReachOut:
        found: Reach = reach_for(request, await self._views.count(tree))
        fresh: Freshness = found.asked or Freshness(self._door.clock())
        sentence = (await self._words(request)).sentence(tree)
        return ReachOut(
            everybody=found.everybody, total=found.total, consented=found.consented, reachable=found.reachable,
            channels=dict(found.channels), sentence=sentence, at=fresh.at, bought_until=fresh.bought_until,
            table_day=fresh.table_day,
        )  # fmt: skip

    async def _words(self, request: web.Request) -> Wording:
        return await self._room.wording(self._door.language(request))
