"""In which segments a customer is: those that somebody made and the ready ones, each with the way to its why."""

from collections.abc import Sequence

from aiohttp import web

from adapters.console.customerdesk import PATH, CustomerDesk
from adapters.console.customershown import tabs
from adapters.console.door import API
from adapters.console.segmentroom import PATH as SEGMENTS
from adapters.console.segmentroom import SegmentRoom
from adapters.http.api import Answer, Endpoint
from core.segments.model import Node
from core.segments.ready import READY, READY_PREFIX

SEES_BOTH = ("owner", "marketer")
"""Those who see people, and the people of segments."""
_MISSING = {404: ["unknown-customer"]}


class InOut(Answer):
    """A segment that the customer is in; `ready`: one of the house's own."""

    id: str
    name: str
    ready: bool
    says: str


class InsOut(Answer):
    """Every segment that the customer is in now, those that somebody made first."""

    rows: list[InOut]


class CustomerSegments:
    """`/console/customers/{customer}/segments`."""

    def __init__(self, desk: CustomerDesk, room: SegmentRoom) -> None:
        self._desk, self._room = desk, room
        one, api = f"{PATH}/{{customer}}/segments", f"{API}/customers/{{customer}}/segments"
        desk.door.page(one, self.page, SEES_BOTH)
        desk.door.endpoint(
            Endpoint("GET", api, "Segments that they are in", self.told, answer=InsOut, problems=_MISSING), SEES_BOTH
        )

    async def page(self, request: web.Request) -> web.Response:
        """The list, which the customer's page asks for once it is there."""
        person = await self._desk.person(request, "segments")
        rows = [
            (one.name, f"{SEGMENTS}/{one.id}", one.says, f"{SEGMENTS}/{one.id}?who={person.id}#why", one.ready)
            for one in await self._of(request, person.people)
        ]
        return self._desk.door.show(
            request, "customer_segments.html", who=person.customer.name, tabs=tabs(person, ""), rows=rows
        )

    async def told(self, request: web.Request, given: None) -> InsOut:
        """As JSON."""
        del given
        person = await self._desk.person(request, "segments")
        return InsOut(rows=await self._of(request, person.people))

    async def _of(self, request: web.Request, people: Sequence[str]) -> list[InOut]:
        kept = [one for one in await self._room.views.kept() if one.segment.tree is not None]
        words = await self._room.wording(self._desk.door.language(request))
        named: dict[str, tuple[str, Node]] = {
            one.segment.id: (one.segment.name, one.segment.tree) for one in kept if one.segment.tree is not None
        }
        named |= {
            f"{READY_PREFIX}{key}": (self._room.name_of(request, f"{READY_PREFIX}{key}", None), tree)
            for key, tree in READY.items()
        }
        found = await self._room.views.of_one({id: tree for id, (_, tree) in named.items()}, people)
        return [
            InOut(id=id, name=name, ready=id.startswith(READY_PREFIX), says=words.sentence(tree))
            for id, (name, tree) in named.items()
            if id in found
        ]
