"""Tills: which store's, when last heard, wrong codes; a key, a second one while it is changed, none any more."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import web

from adapters.console.door import API, Door
from adapters.console.lists import Column, Filter, Listing
from adapters.console.ports import ConsoleWork
from adapters.console.shopmodels import KeyOut, NewTill, TillsOut, till_out
from adapters.console.shopports import ShopViews
from adapters.console.telling import Teller
from adapters.http.api import Endpoint
from adapters.http.problems import Problem
from bot.words import say
from core.shared.refusals import Invalid, Refusal
from core.shared.values import StoreId, TillId
from core.stores.actions import add_till, leave_first_key, revoke_till, second_key
from core.stores.views import StoreRow, TillRow

KEEPS_TILLS = ("owner",)
PATH = "/console/tills"
T = TypeVar("T")


class TillPages:
    """`/console/tills` and each till's page."""

    def __init__(self, door: Door, views: ShopViews) -> None:
        self._door, self._views = door, views
        door.page(PATH, self.page, KEEPS_TILLS)
        door.action(PATH, self.add, KEEPS_TILLS)
        door.page(f"{PATH}/{{till:[0-9]+}}", self.till, KEEPS_TILLS)
        door.action(f"{PATH}/{{till:[0-9]+}}", self.act, KEEPS_TILLS)
        gone = {404: ["unknown-till"]}
        query = {one: {"type": "string"} for one in ("name", "store", "state")} | {"page": {"type": "integer"}}
        for one in (
            Endpoint("GET", f"{API}/tills", "Tills, when last heard", self.rows, answer=TillsOut, query=query),
            Endpoint("POST", f"{API}/tills", "A till with a key", self.added, NewTill, KeyOut, 201,
                     {404: ["unknown-store"]}),
            Endpoint("POST", f"{API}/tills/{{till}}/second-key", "Another key that opens beside the first", self.second,
                     answer=KeyOut, status=201, problems={**gone, 409: ["second-key-there"]}),
            Endpoint("DELETE", f"{API}/tills/{{till}}/first-key", "The second key is the only one", self.first_left,
                     status=204, problems={**gone, 409: ["no-second-key"]}),
            Endpoint("DELETE", f"{API}/tills/{{till}}", "The till's keys open nothing any more", self.revoked,
                     status=204, problems=gone),
        ):  # fmt: skip
            door.endpoint(one, KEEPS_TILLS)

    async def page(self, request: web.Request, key: str = "", error: str = "") -> web.StreamResponse:
        """Every till; a new key is shown here once."""
        stores = await self._views.choice()
        response = await self._door.listed(
            request, self._listing(request, stores), self._views.tills_of, "tills.html", stores=stores, key=key,
            error=error,
        )  # fmt: skip
        if error:
            response.set_status(422)
        return response

    async def add(self, request: web.Request) -> web.StreamResponse:
        """A till has a key."""
        form = await request.post()
        try:
            made = await self._added(request, str(form.get("store", "")), str(form.get("name", "")))
        except Refusal as refusal:
            return await self.page(request, error=self._door.sorry(request, refusal))
        return await self.page(request, key=made.key)

    async def till(self, request: web.Request, key: str = "", error: str = "", status: int = 200) -> web.StreamResponse:
        """One of them: how it stands, its keys."""
        row = await self._row(request)
        seen, next_seen = self._at(request, row.seen_at), self._at(request, row.next_seen_at)
        return self._door.show(
            request, "till.html", status, row=row, seen=seen, next_seen=next_seen,
            since=self._at(request, row.created_at), state=_state(row), key=key, error=error,
        )  # fmt: skip

    async def act(self, request: web.Request) -> web.StreamResponse:
        """What the form's button says is done."""
        till = TillId(request.match_info["till"])
        try:
            match str((await request.post()).get("do", "")):
                case "second":
                    return await self.till(request, key=(await self._second(request, till)).key)
                case "leave":
                    await self._first_left(request, till)
                case "revoke":
                    await self._revoked(request, till)
                case _:
                    raise web.HTTPBadRequest
        except Refusal as refusal:
            return await self.till(request, error=self._door.sorry(request, refusal), status=409)
        raise web.HTTPSeeOther(f"{PATH}/{till}")

    async def rows(self, request: web.Request, given: None) -> TillsOut:
        """The list as JSON."""
        del given
        found = await self._views.tills_of(self._listing(request, ()).asked(request))
        return TillsOut(rows=[till_out(one) for one in found.rows], total=found.total)

    async def added(self, request: web.Request, given: NewTill) -> KeyOut:
        """As the form."""
        return await self._added(request, given.store, given.name)

    async def second(self, request: web.Request, given: None) -> KeyOut:
        """As the form."""
        del given
        return await self._second(request, TillId(request.match_info["till"]))

    async def first_left(self, request: web.Request, given: None) -> None:
        """As the form."""
        del given
        await self._first_left(request, TillId(request.match_info["till"]))

    async def revoked(self, request: web.Request, given: None) -> None:
        """As the form."""
        del given
        await self._revoked(request, TillId(request.match_info["till"]))

    async def _added(self, request: web.Request, store: str, name: str) -> KeyOut:
        called = name.strip()
        if not 1 <= len(called) <= 64 or not called.isprintable():
            raise Invalid("name", "bad-till-name")
        key = await self._door.change(
            request, "till.add", lambda work: add_till(work, store=StoreId(store), name=called),
            subject=f"{store}/{called}"[:128],
        )  # fmt: skip
        return KeyOut(key=key)

    async def _second(self, request: web.Request, till: TillId) -> KeyOut:
        return KeyOut(key=await self.note(request, "till.second-key", till, lambda work: second_key(work, till=till)))

    async def _first_left(self, request: web.Request, till: TillId) -> None:
        await self.note(request, "till.leave-key", till, lambda work: leave_first_key(work, till=till))

    async def _revoked(self, request: web.Request, till: TillId) -> None:
        await self.note(request, "till.revoke", till, lambda work: revoke_till(work, till=till))

    async def note(self, request: web.Request, verb: str, till: TillId, job: Callable[[ConsoleWork], T]) -> T:
        """A change of a till, with how it stood before and after."""
        return await self._door.change(request, verb, job, subject=till, seen=lambda work: _seen(work, till))

    async def _row(self, request: web.Request) -> TillRow:
        found = await self._views.till(request.match_info["till"])
        if found is None:
            raise Problem(404, "unknown-till", "There is no such till.")
        return found

    def _listing(self, request: web.Request, stores: Sequence[StoreRow]) -> Listing[TillRow]:
        def told(key: str) -> str:
            return self._door.told(request, say(key))

        states = [("living", told("console.works")), ("revoked", told("console.revoked"))]
        return Listing(
            PATH,
            "tills",
            (
                Column("name", "console.till-name", lambda one: one.name, link=lambda one: f"{PATH}/{one.id}"),
                Column("store", "console.store", lambda one: one.store_name),
                Column("state", "console.state", lambda one: told(_state(one)[0]), state=lambda one: _state(one)[1],
                       sorts=False),
                Column("seen", "tills.seen", lambda one: self._at(request, one.seen_at) or told("tills.never"),
                       lambda one: one.seen_at.isoformat() if one.seen_at else ""),
                Column("misses", "tills.misses", lambda one: one.misses, number=True),
            ),
            (
                Filter("name", "console.till-name"),
                Filter("store", "console.store", [(one.id, one.name) for one in stores]),
                Filter("state", "console.state", states),
            ),
            "tills.empty",
        )  # fmt: skip

    def _at(self, request: web.Request | None, instant: datetime | None) -> str:
        return "" if instant is None or request is None else Teller(self._door, request).at(instant)


def _state(one: TillRow) -> tuple[str, str]:
    if one.revoked:
        return "console.revoked", "bad"
    return ("tills.rotating", "wait") if one.rotating else ("console.works", "good")


def _seen(work: ConsoleWork, till: TillId) -> dict[str, Any] | None:
    known = work.tills.get(till)
    if known is None:
        return None
    return {"store": known.store, "second_key": known.next_hash is not None, "revoked": known.revoked_at is not None}
