"""Two customers who are one person: seen beforehand, made one, and taken apart again."""

from collections.abc import Sequence

from aiohttp import web

from adapters.console.customerchange import Change, ChangeOut, Changes
from adapters.console.customerdesk import ACTS, PATH, CustomerDesk, Person
from adapters.console.door import API
from adapters.console.ports import ConsoleWork
from adapters.console.telling import Teller
from adapters.http.api import Body, Endpoint
from adapters.http.sessions import SESSION
from core.customers.model import Merge
from core.ledger.merging import unmerge
from core.shared.listing import Asked
from core.shared.refusals import Refusal, Unknown
from core.shared.values import CustomerId
from core.surveys.joining import merge


class MergeBody(Body):
    """Who turned out to be the customer of the path; `preview`: only what would be."""

    absorbed: str
    why: str
    preview: bool = False


class UnmergeBody(Body):
    """The merge to take back."""

    merge: str
    why: str
    preview: bool = False


class MergePages:
    """Merging on a customer's page and as JSON."""

    def __init__(self, desk: CustomerDesk) -> None:
        self._desk, self._changes = desk, Changes(desk)
        door, one, api = desk.door, f"{PATH}/{{customer}}", f"{API}/customers/{{customer}}"
        door.action(f"{one}/merge", self.merge, ACTS)
        door.action(f"{one}/unmerge", self.unmerge, ACTS)
        door.endpoint(
            Endpoint("POST", f"{api}/merge", "Another customer turned out to be this one", self.told_merge,
                     body=MergeBody, answer=ChangeOut, problems={404: ["unknown-customer"], 409: [
                         "same-customer", "customer-forgotten"]}),
            ACTS,
        )  # fmt: skip
        door.endpoint(
            Endpoint("POST", f"{api}/unmerge", "A merge is taken back", self.told_unmerge, body=UnmergeBody,
                     answer=ChangeOut, problems={404: ["unknown-merge"], 409: ["merge-undone", "customer-forgotten"]}),
            ACTS,
        )  # fmt: skip

    async def merge(self, request: web.Request) -> web.StreamResponse:
        """By a number or a phone of the other one; what would be comes first."""
        person = await self._desk.person(request, "merge")
        form = {name: str(value)[:256] for name, value in (await request.post()).items()}
        other, why = form.get("absorbed", ""), form.get("why", "")
        try:
            other = other or await self._only(form.get("q", ""))
            change = self._merge(request, person, other, why)
            more = await self._arms(request, person, CustomerId(other))
        except Refusal as refusal:
            change = Change("merge", [person.id], lambda work: None, why)
            sorry = self._desk.door.sorry(request, refusal)
            return self._changes.page(request, person, change, None, error=sorry, status=409)
        return await self._changes.by_form(request, person, change, more=more)

    async def unmerge(self, request: web.Request) -> web.StreamResponse:
        """What would be comes first."""
        person = await self._desk.person(request, "unmerge")
        form = {name: str(value)[:256] for name, value in (await request.post()).items()}
        try:
            change = await self._unmerge(request, person, form.get("merge", ""), form.get("why", ""))
        except Refusal as refusal:
            change = Change("unmerge", [person.id], lambda work: None, form.get("why", ""))
            sorry = self._desk.door.sorry(request, refusal)
            return self._changes.page(request, person, change, None, error=sorry, status=409)
        return await self._changes.by_form(request, person, change)

    async def told_merge(self, request: web.Request, given: MergeBody) -> ChangeOut:
        """The merge as JSON."""
        person = await self._desk.person(request, "merge")
        change = self._merge(request, person, given.absorbed[:36], given.why)
        return await (self._changes.seen(change) if given.preview else self._changes.done(request, change))

    async def told_unmerge(self, request: web.Request, given: UnmergeBody) -> ChangeOut:
        """The un-merge as JSON."""
        person = await self._desk.person(request, "unmerge")
        change = await self._unmerge(request, person, given.merge, given.why)
        return await (self._changes.seen(change) if given.preview else self._changes.done(request, change))

    def _merge(self, request: web.Request, person: Person, other: str, why: str) -> Change:
        actor, absorbed = request[SESSION].login, CustomerId(other)

        def job(work: ConsoleWork) -> object:
            return merge(work, survivor=person.id, absorbed=absorbed, actor=actor)

        return Change("merge", [person.id, absorbed], job, why, {"absorbed": absorbed}, person.id)

    async def _unmerge(self, request: web.Request, person: Person, which: str, why: str) -> Change:
        """Raises Unknown (`unknown-merge`) for one that is not this customer's."""

        def found(work: ConsoleWork) -> Merge | None:
            return work.merges.get(which[:36])

        record, actor = await self._desk.reads.do(person.id, found), request[SESSION].login
        if record is None or record.survivor != person.id:
            raise Unknown("unknown-merge")

        def job(work: ConsoleWork) -> object:
            return unmerge(work, merge=record.id, actor=actor)

        return Change("unmerge", [person.id, record.absorbed], job, why, {"merge": record.id}, person.id)

    async def _only(self, typed: str) -> CustomerId:
        """Whom a number or a phone names. Raises Unknown (`merge-nobody`)."""
        sought = self._desk.sought(typed)
        found = await self._desk.views.found(sought) if not sought.name else None
        if found is None or len(found.rows) != 1:
            raise Unknown("merge-nobody")
        return found.rows[0].id

    async def _arms(self, request: web.Request, person: Person, other: CustomerId) -> Sequence[tuple[str, str]]:
        """Campaigns that know both: in which arm each is. Whoever is in a control group stays in it."""
        tell = Teller(self._desk.door, request)
        mine = await self._desk.views.messages(person.people, Asked())
        theirs = await self._desk.views.messages([other], Asked())
        arms = {one.campaign: one.arm for one in theirs.rows}
        return [
            (one.name, tell.say("client.arms", mine=one.arm, theirs=arms[one.campaign]))
            for one in mine.rows
            if one.campaign in arms
        ]
