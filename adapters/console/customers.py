"""Customers: the list, the search, one customer with what happened to them; pages and JSON of the same."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from adapters.console.customerdesk import COUNTS, PATH, SEES, CustomerDesk, Person
from adapters.console.customerfile import Around, file_of
from adapters.console.customerlists import customers_list, messages_list, movements_list, receipts_list
from adapters.console.customermodels import (
    BoughtOut,
    CustomerLineOut,
    CustomerOut,
    CustomersOut,
    FoundOut,
    MessageOut,
    MessagesOut,
    MovementOut,
    MovementsOut,
    ReceiptOut,
    ReceiptsOut,
)
from adapters.console.customersegments import SEES_BOTH
from adapters.console.customershown import advice, shown, tabs
from adapters.console.customerwords import ACT, CARD
from adapters.console.door import API
from adapters.console.telling import Teller
from adapters.http.api import Body, Endpoint
from core.sales.customerviews import CustomerRow, Found
from core.shared.amounts import quantity

_ONE = f"{PATH}/{{customer}}"
_PAGE = {"page": {"type": "integer"}}


class SearchBody(Body):
    """A number, a whole phone, or the beginning of a name, typed anyhow."""

    q: str


class CustomerPages:
    """`/console/customers` and the JSON below `/console/api/v1/customers`."""

    def __init__(self, desk: CustomerDesk) -> None:
        self._desk, door = desk, desk.door
        door.page(PATH, self.all, COUNTS)
        door.action(f"{PATH}/search", self.search, SEES)
        door.page(_ONE, self.one, SEES)
        for part, page in (("movements", self.movements), ("receipts", self.receipts), ("messages", self.messages)):
            door.page(f"{_ONE}/{part}", page, SEES)
        api = f"{API}/customers"
        language = {"language": {"type": "string"}}
        one, missing = f"{api}/{{customer}}", {404: ["unknown-customer"]}
        for endpoint in (
            Endpoint("GET", api, "Living customers, the newest first", self.told_all, answer=CustomersOut,
                     query={**language, **_PAGE}),
            Endpoint("POST", f"{api}/search", "Customers by number, phone or the beginning of a name", self.told_found,
                     body=SearchBody, answer=FoundOut),
            Endpoint("GET", one, "One customer; whoever was merged is the survivor", self.told_one,
                     answer=CustomerOut, problems=missing),
            Endpoint("GET", f"{one}/movements", "What happened to their points, the newest first",
                     self.told_movements, answer=MovementsOut, problems=missing,
                     query={"kind": {"type": "string"}, **_PAGE}),
            Endpoint("GET", f"{one}/receipts", "What they bought, the newest first", self.told_receipts,
                     answer=ReceiptsOut, problems=missing, query={"receipt": {"type": "string"}, **_PAGE}),
            Endpoint("GET", f"{one}/messages", "What became of campaigns' messages, the newest first",
                     self.told_messages, answer=MessagesOut, problems=missing,
                     query={"outcome": {"type": "string"}, **_PAGE}),
        ):  # fmt: skip
            door.endpoint(endpoint, SEES)

    async def all(self, request: web.Request) -> web.StreamResponse:
        """The newest; an analyst sees only how many there are."""
        if not self._sees(request):
            raise web.HTTPSeeOther(f"{PATH}/numbers")
        listing = customers_list(self._desk, request)
        return await self._desk.door.listed(
            request, listing, self._desk.views.customers, "customers.html", q="", found=None
        )

    async def search(self, request: web.Request) -> web.StreamResponse:
        """The one who was found, else all who were; what was typed stands in no address and no log."""
        text = str((await request.post()).get("q", ""))
        found = await self._found(request, text)
        if len(found.rows) == 1 and not found.plastics:
            raise web.HTTPSeeOther(f"{PATH}/{found.rows[0].id}")
        rows, tell = [self._line(request, row) for row in found.rows], Teller(self._desk.door, request)
        return self._desk.door.show(
            request,
            "found.html",
            q=text[:64],
            found=found,
            rows=[(one, tell.say(CARD[one.state]), tell.day(one.created_at)) for one in rows],
        )

    async def one(self, request: web.Request) -> web.StreamResponse:
        """Everything at a glance, and what can be done."""
        person = await self._desk.person(request, "card")
        self._must_be_here(request, person)
        out = await self._file(request, person)
        tell = Teller(self._desk.door, request)
        done = request.query.get("done", "")
        return self._desk.door.show(
            request, "customer.html", **shown(tell, person, out), tabs=tabs(person, ""),
            done=tell.say(f"audit.did-customer-{done}") if done in ACT else "",
            may_act=self._desk.may_act(request) and out.forgotten_at is None,
            sees_segments=self._desk.role(request) in SEES_BOTH and out.forgotten_at is None,
        )  # fmt: skip

    async def movements(self, request: web.Request) -> web.StreamResponse:
        """Every operation of the ledger."""
        person = await self._desk.person(request, "movements")
        listing = movements_list(self._desk, request, person)
        return await self._desk.door.listed(
            request, listing, lambda asked: self._desk.views.movements(person.people, asked), "customer_part.html",
            **self._part(person, "movements"),
        )  # fmt: skip

    async def receipts(self, request: web.Request) -> web.StreamResponse:
        """Every receipt with the card."""
        person = await self._desk.person(request, "receipts")
        listing = receipts_list(self._desk, request, person)
        return await self._desk.door.listed(
            request, listing, lambda asked: self._desk.views.receipts(person.people, asked), "customer_part.html",
            **self._part(person, "receipts"),
        )  # fmt: skip

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """What campaigns sent, or did not send and why."""
        person = await self._desk.person(request, "messages")
        listing = messages_list(self._desk, request, person)
        out = await self._file(request, person)
        return await self._desk.door.listed(
            request, listing, lambda asked: self._desk.views.messages(person.people, asked), "customer_part.html",
            **{**self._part(person, "messages"), "unreached": advice(Teller(self._desk.door, request), out.unreached)},
        )  # fmt: skip

    async def told_all(self, request: web.Request, given: None) -> CustomersOut:
        """The list as JSON."""
        del given
        found = await self._desk.views.customers(customers_list(self._desk, request).asked(request))
        await self._desk.door.note(request, "customer.list", after={"shown": len(found.rows)})
        return CustomersOut(rows=[self._line(request, row) for row in found.rows], total=found.total)

    async def told_found(self, request: web.Request, given: SearchBody) -> FoundOut:
        """The search as JSON."""
        found = await self._found(request, given.q)
        rows = [self._line(request, row) for row in found.rows]
        return FoundOut(rows=rows, plastics=list(found.plastics), more=found.more)

    async def told_one(self, request: web.Request, given: None) -> CustomerOut:
        """The customer as JSON."""
        del given
        return await self._file(request, await self._desk.person(request, "card"))

    async def told_movements(self, request: web.Request, given: None) -> MovementsOut:
        """Movements as JSON."""
        del given
        person = await self._desk.person(request, "movements")
        asked = movements_list(self._desk, request, person).asked(request)
        found = await self._desk.views.movements(person.people, asked)
        return MovementsOut(rows=[MovementOut(**asdict(one)) for one in found.rows], total=found.total)

    async def told_receipts(self, request: web.Request, given: None) -> ReceiptsOut:
        """Receipts as JSON."""
        del given
        person = await self._desk.person(request, "receipts")
        found = await self._desk.views.receipts(
            person.people, receipts_list(self._desk, request, person).asked(request)
        )
        rows = [
            ReceiptOut(
                **{**asdict(one), "lines": [
                    BoughtOut(name=line.name, quantity=quantity(line.milli), total=line.total) for line in one.lines
                ]}
            )
            for one in found.rows
        ]  # fmt: skip
        return ReceiptsOut(rows=rows, total=found.total)

    async def told_messages(self, request: web.Request, given: None) -> MessagesOut:
        """Messages as JSON."""
        del given
        person = await self._desk.person(request, "messages")
        found = await self._desk.views.messages(
            person.people, messages_list(self._desk, request, person).asked(request)
        )
        return MessagesOut(rows=[MessageOut(**asdict(one)) for one in found.rows], total=found.total)

    async def _found(self, request: web.Request, text: str) -> Found:
        sought = self._desk.sought(text)
        found = await self._desk.views.found(sought)
        by = [name for name in ("numbers", "phone", "name") if getattr(sought, name)]
        await self._desk.door.note(request, "customer.search", after={"by": by, "found": len(found.rows)})
        return found

    async def _file(self, request: web.Request, person: Person) -> CustomerOut:
        desk, views = self._desk, self._desk.views
        email = person.customer.email
        around = Around(
            await views.numbers(person.people), await views.merges(person.id),
            await views.sent_since(person.people, desk.cap_since()), desk.held_out(person.people),
            desk.phone(request, person.customer.phone),
            email if desk.sees_phones(request) or not email else f"••@{email.partition('@')[2]}",
        )  # fmt: skip
        language = desk.door.language(request)
        return await desk.reads.do(person.id, lambda work: file_of(work, person, around, language))

    def _line(self, request: web.Request, row: CustomerRow) -> CustomerLineOut:
        return CustomerLineOut(**{**asdict(row), "phone": self._desk.phone(request, row.phone)})

    def _part(self, person: Person, part: str) -> dict[str, Any]:
        return {"who": person.customer.name, "tabs": tabs(person, part), "part": part, "unreached": ()}

    def _sees(self, request: web.Request) -> bool:
        return self._desk.role(request) in SEES

    def _must_be_here(self, request: web.Request, person: Person) -> None:
        """Whoever was merged has the survivor's page."""
        if request.match_info["customer"] != person.id:
            raise web.HTTPSeeOther(person.path)
