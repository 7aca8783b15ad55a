"""The editor of a segment: rows of tests in words, the live count, why somebody is in or out."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from adapters.console.segmentform import Box, Row, Typed, box_in, box_of, changed, first, node_of
from adapters.console.segmentroom import (
    CHANGES,
    ONE,
    PATH,
    SEES,
    SegmentRoom,
    may_change,
    reach_for,
    seen,
    told,
    typed_in,
)
from adapters.http.problems import problem_of
from adapters.http.sessions import SESSION
from core.segments import actions
from core.segments.model import Node
from core.segments.ready import READY_PREFIX
from core.shared.refusals import Invalid, Refusal
from core.shared.values import Language

NEW = "new"


class SegmentEditor:
    """`/console/segments/{id}`; `new` is one that is not there yet."""

    def __init__(self, room: SegmentRoom) -> None:
        self._room, self._door, self._views = room, room.door, room.views
        self._door.page(ONE, self.page, SEES)
        self._door.action(ONE, self.post, CHANGES)
        self._door.action(f"{ONE}/preview", self.preview, SEES)
        self._door.action(f"{ONE}/why", self.why, CHANGES)

    async def page(self, request: web.Request) -> web.Response:
        """The editor as it opens."""
        segment = request.match_info["segment"]
        if segment == NEW:
            return await self._edited(request, Box(of=(Row(),)), "", 0)
        kept, tree = await self._room.found(segment)
        name = self._room.name_of(request, segment, kept)
        box = box_of(tree) if tree is not None else Box()
        error = "" if tree is not None else self._door.told_key(request, "segments.broken")
        version = kept.segment.version if kept is not None else 0
        why, wrong = await self._explained(request, tree)
        return await self._edited(request, box, name, version, error=error or wrong, why=why)

    async def post(self, request: web.Request) -> web.StreamResponse:
        """The form is saved, or shown again after one of its buttons; nothing that was typed is lost."""
        form = await typed_in(request)
        box, name = box_in(form), first(form, "name")[:200]
        version, do = _whole(first(form, "version")), first(form, "do")
        if do != "save":
            return await self._edited(request, changed(box, do), name, version, count=do == "count")
        try:
            saved = await self._save(request, request.match_info["segment"], name, version, node_of(box))
        except Refusal as refusal:
            return await self._refused(request, refusal, box, name, version)
        raise web.HTTPSeeOther(f"{PATH}/{saved}?saved=1")

    async def preview(self, request: web.Request) -> web.Response:
        """The outcome of the form as it stands: sentences, figures, how old they are."""
        box = await self._asked(request, await typed_in(request))
        return self._door.show(request, "_segment_outcome.html", outcome=await self._outcome(request, box))

    async def why(self, request: web.Request) -> web.Response:
        """Why somebody is in or out of what stands in the form: each test with what they have."""
        form = await typed_in(request)
        shown, error, status = None, "", 200
        try:
            found = await self._views.why(node_of(await self._asked(request, form)), first(form, "who")[:64])
            shown = (await self._room.shown(self._door.language(request))).why(found)
        except Refusal as refusal:
            error, status = self._door.sorry(request, told(refusal)), problem_of(refusal).status
        return self._door.show(request, "_segment_why.html", status, why=shown, error=error)

    async def _asked(self, request: web.Request, form: Typed) -> Box:
        """What stands in the form; where nobody may change it, it is sent without its tests: the segment as it is."""
        segment = request.match_info["segment"]
        if segment == NEW:
            return box_in(form)
        kept, tree = await self._room.found(segment)
        fixed = kept is None or kept.segment.archived or not may_change(request)
        return box_of(tree) if fixed and tree is not None else box_in(form)

    async def _explained(self, request: web.Request, tree: Node | None) -> tuple[Mapping[str, Any] | None, str]:
        """Why whoever the address names is in or out: a customer's page leads here. Or why that cannot be said."""
        who = request.query.get("who", "")[:64]
        if not who or tree is None or not may_change(request):
            return None, ""
        try:
            return (await self._room.shown(self._door.language(request))).why(await self._views.why(tree, who)), ""
        except Refusal as refusal:
            return None, self._door.sorry(request, told(refusal))

    async def _save(self, request: web.Request, segment: str, name: str, version: int, tree: Node) -> str:
        login = request[SESSION].login
        if segment == NEW:
            made = await self._door.change(
                request, "segment.make", lambda work: actions.make(work, name=name, tree=tree, actor=login)
            )
            return made.id
        await self._door.change(
            request, "segment.edit",
            lambda work: actions.edit(work, segment=segment, version=version, name=name, tree=tree, actor=login),
            subject=segment, seen=lambda work: seen(work, segment),
        )  # fmt: skip
        return segment

    async def _refused(self, request: web.Request, refusal: Refusal, box: Box, name: str, version: int) -> web.Response:
        """The form as it was typed; of two editors the second one sees what the first one has saved."""
        theirs = ""
        if refusal.code == "edited-meanwhile":
            version = int(refusal.data["version"])
            kept, tree = await self._room.found(request.match_info["segment"])
            if kept is not None and tree is not None:
                wording = await self._room.wording(self._door.language(request))
                theirs = f"{kept.segment.name}: {wording.sentence(tree)}"
        error, status = self._door.sorry(request, told(refusal)), problem_of(refusal).status
        return await self._edited(request, box, name, version, error=error, theirs=theirs, status=status)

    async def _edited(
        self, request: web.Request, box: Box, title: str, version: int, *, error: str = "", theirs: str = "",
        count: bool = False, status: int = 200, why: Mapping[str, Any] | None = None,
    ) -> web.Response:  # fmt: skip
        segment = request.match_info["segment"]
        shown = await self._room.shown(self._door.language(request))
        kept = None if segment == NEW else await self._views.one(segment)
        outcome = await self._outcome(request, box) if count else None
        ready = segment.startswith(READY_PREFIX)
        return self._door.show(
            request, "segment.html", status, id=segment, title=title, version=version, editor=shown.editor(box),
            may=may_change(request) and not ready, may_copy=may_change(request), error=error, theirs=theirs,
            saved=request.query.get("saved") == "1", outcome=outcome, is_new=segment == NEW, ready=ready,
            away=kept is not None and kept.segment.archived, why=why,
        )  # fmt: skip

    async def _outcome(self, request: web.Request, box: Box) -> Mapping[str, Any]:
        """Sentences of the form in every language and its figures; what cannot be counted says why."""
        language = self._door.language(request)
        try:
            tree = node_of(box)
        except Invalid:
            return {"incomplete": True, "error": "", "sentences": []}
        order = [language, *(one for one in Language if one is not language)]
        sentences = [(one.value, (await self._room.wording(one)).sentence(tree)) for one in order]
        try:
            reach = reach_for(request, await self._views.count(tree))
        except Refusal as refusal:
            return {"incomplete": False, "error": self._door.sorry(request, refusal), "sentences": sentences}
        figures = (await self._room.shown(language)).outcome(reach)
        return {"incomplete": False, "error": "", "sentences": sentences, **figures}


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
