"""What the pages and the JSON of segments share: finding one, its words, what the audit log keeps, the file."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from adapters.console.door import Door
from adapters.console.figures import is_analyst
from adapters.console.ports import ConsoleWork, SegmentViews
from adapters.console.segmentform import Typed
from adapters.console.segmentshown import Shown
from adapters.console.segmentwords import READY_WORDS, Wording
from adapters.http.sessions import SESSION
from core.segments import actions
from core.segments.model import Node, Segment
from core.segments.reading import segment_data
from core.segments.ready import READY_PREFIX
from core.segments.views import Choices, Kept, Reach, Size, veiled, veiled_size
from core.shared.refusals import Invalid, Refusal, Unknown
from core.shared.values import Language

CHANGES = ("owner", "marketer")
SEES = (*CHANGES, "analyst")
PATH = "/console/segments"
ONE = f"{PATH}/{{segment}}"


class SegmentRoom:
    """The door and the views of segments, and what is asked of both."""

    def __init__(self, door: Door, views: SegmentViews) -> None:
        self.door, self.views = door, views

    async def found(self, segment: str) -> tuple[Kept | None, Node | None]:
        """A kept one with its tree, which may not be readable any more; or the house's own.

        Raises Unknown (`unknown-segment`).
        """
        if (tree := actions.ready_tree(segment)) is not None:
            return None, tree
        kept = await self.views.one(segment)
        if kept is None:
            raise Unknown("unknown-segment", name=segment)
        return kept, kept.segment.tree

    async def usable(self, segment: str) -> Node:
        """The tree of one that can be read. Raises Unknown."""
        _, tree = await self.found(segment)
        if tree is None:
            raise Unknown("unknown-segment", name=segment)
        return tree

    def name_of(self, request: web.Request, segment: str, kept: Kept | None) -> str:
        """As it is called; the house's own in the language of the page."""
        if kept is not None:
            return kept.segment.name
        return self.door.told_key(request, READY_WORDS[segment.removeprefix(READY_PREFIX)])

    async def copied(self, request: web.Request, segment: str) -> Segment:
        """One more with the same tree, under a name that is free, noted. Raises Unknown, Conflict."""
        kept, _ = await self.found(segment)
        title, login = self.name_of(request, segment, kept), request[SESSION].login

        def job(work: ConsoleWork) -> Segment:
            free = next(one for one in _names(title) if work.segments.named(one) is None)
            return actions.copy(work, segment=segment, name=free, actor=login)

        return await self.door.change(request, "segment.copy", job)

    async def wording(self, language: Language) -> Wording:
        """Says segments in the language."""
        return self._words_of(language, await self.views.choices(language))

    async def shown(self, language: Language) -> Shown:
        """Shows an editor in the language."""
        choices = await self.views.choices(language)
        return Shown(self._words_of(language, choices), choices, self.door.programme.timezone)

    def _words_of(self, language: Language, choices: Choices) -> Wording:
        return Wording(self.door.texts, language, self.door.programme.currency, choices)

    async def audience(self, request: web.Request, segment: str) -> web.StreamResponse:
        """Hashed phones of those who agreed, noted before the first byte leaves."""
        async with self.views.audience(await self.usable(segment)) as audience:
            await self.door.note(request, "segment.export", segment, after={"people": audience.people})
            response = web.StreamResponse(headers={"Content-Disposition": 'attachment; filename="kartka-audience.csv"'})
            response.content_type, response.charset = "text/csv", "utf-8"
            await response.prepare(request)
            while block := audience.file.read(1 << 18):
                await response.write(block)
            await response.write_eof()
            return response


def reach_for(request: web.Request, reach: Reach) -> Reach:
    """As the role may see it."""
    return veiled(reach) if is_analyst(request) else reach


def size_for(request: web.Request, size: Size) -> int | None:
    """As the role may see it; None: hidden."""
    return veiled_size(size) if is_analyst(request) else size.total


def may_change(request: web.Request) -> bool:
    """True for those who edit segments and see the people in them."""
    return request[SESSION].role in CHANGES


def seen(work: ConsoleWork, segment: str) -> Mapping[str, Any] | None:
    """What the audit log keeps of a segment."""
    one = work.segments.get(segment)
    if one is None:
        return None
    tree = None if one.tree is None else segment_data(one.tree)
    return {"version": one.version, "name": one.name, "tree": tree, "away": one.archived}


async def typed_in(request: web.Request) -> Typed:
    """The posted form, texts alone."""
    form = await request.post()
    return {key: [one for one in form.getall(key) if isinstance(one, str)] for key in form}


def told(refusal: Refusal) -> Refusal:
    """A row that lacks something is told as such, whatever it lacks."""
    return Refusal("segment-row") if isinstance(refusal, Invalid) and refusal.code != "segment-name" else refusal


def _names(name: str) -> Sequence[str]:
    return [name, *(f"{name[:70]} ({at})" for at in range(2, 1_000))]
