"""Stores: where they are, when they are open, to which group they belong; a wrong word is put right here."""

from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web

from adapters.console.door import API, Door
from adapters.console.lists import Column, Filter, Listing
from adapters.console.ports import ConsoleWork
from adapters.console.shopmodels import StoreBody, StoreOut, StoresOut, store_out
from adapters.console.shopports import ShopViews
from adapters.http.api import Endpoint
from adapters.http.problems import Problem
from core.shared.refusals import Invalid, Refusal
from core.shared.values import Place, StoreId
from core.stores.actions import edit_store
from core.stores.model import Store
from core.stores.views import StoreRow

KEEPS_STORES = ("owner",)
PATH = "/console/tills/stores"


class ShopPages:
    """`/console/tills/stores` and each store's page."""

    def __init__(self, door: Door, views: ShopViews) -> None:
        self._door, self._views = door, views
        door.page(PATH, self.page, KEEPS_STORES)
        door.page(f"{PATH}/{{store}}", self.store, KEEPS_STORES)
        door.action(f"{PATH}/{{store}}", self.save, KEEPS_STORES)
        query = {one.key: {"type": "string"} for one in _LISTING.filters} | {"page": {"type": "integer"}}
        for one in (
            Endpoint("GET", f"{API}/stores", "Stores", self.rows, answer=StoresOut, query=query),
            Endpoint("PUT", f"{API}/stores/{{store}}", "A store is as given", self.saved, StoreBody, StoreOut,
                     problems={404: ["unknown-store"], 422: ["bad-store", "bad-place"]}),
        ):  # fmt: skip
            door.endpoint(one, KEEPS_STORES)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The list."""
        return await self._door.listed(request, _LISTING, self._views.stores_of, "stores.html")

    async def store(
        self, request: web.Request, given: StoreBody | None = None, error: str = "", status: int = 200
    ) -> web.StreamResponse:
        """One of them, to read and to change; what was typed stays when it is refused."""
        row = await self._row(request)
        shown = given or StoreBody(
            name=row.name, city=row.city, street=row.street, group=row.group, hours=row.hours,
            lat="" if row.lat is None else str(row.lat), lon="" if row.lon is None else str(row.lon),
        )  # fmt: skip
        saved = request.query.get("saved") == "1" and not error
        return self._door.show(request, "store.html", status, row=row, given=shown, error=error, saved=saved)

    async def save(self, request: web.Request) -> web.StreamResponse:
        """The store is as the form has it."""
        form = await request.post()
        given = StoreBody(**{name: str(form.get(name, "")).strip() for name in StoreBody.model_fields})
        try:
            await self._saved(request, given)
        except Refusal as refusal:
            return await self.store(request, given, self._door.sorry(request, refusal), 422)
        raise web.HTTPSeeOther(f"{request.path}?saved=1")

    async def rows(self, request: web.Request, given: None) -> StoresOut:
        """The list as JSON."""
        del given
        found = await self._views.stores_of(_LISTING.asked(request))
        return StoresOut(rows=[store_out(one) for one in found.rows], total=found.total)

    async def saved(self, request: web.Request, given: StoreBody) -> StoreOut:
        """As the form."""
        await self._saved(request, given)
        return store_out(await self._row(request))

    async def _saved(self, request: web.Request, given: StoreBody) -> None:
        id = StoreId(request.match_info["store"])
        wanted = Store(
            id, given.name, given.city, given.street, _place(given.lat, given.lon), given.group, given.hours
        )  # fmt: skip
        await self._door.change(
            request, "store.edit", lambda work: edit_store(work, store=wanted), subject=id,
            seen=lambda work: _seen(work, id),
        )  # fmt: skip

    async def _row(self, request: web.Request) -> StoreRow:
        found = await self._views.store(request.match_info["store"])
        if found is None:
            raise Problem(404, "unknown-store", "There is no such store.")
        return found


_LISTING: Listing[StoreRow] = Listing(
    PATH,
    "stores",
    (
        Column("name", "console.store", lambda one: one.name, link=lambda one: f"{PATH}/{one.id}"),
        Column("id", "branch.id", lambda one: one.id),
        Column("city", "branch.city", lambda one: one.city),
        Column("street", "branch.street", lambda one: one.street, sorts=False, wraps="words"),
        Column("group", "branch.group", lambda one: one.group),
        Column("hours", "branch.hours", lambda one: one.hours, sorts=False),
        Column("tills", "console.tills", lambda one: one.tills, number=True, sorts=False),
    ),
    (Filter("name", "console.store"), Filter("city", "branch.city"), Filter("group", "branch.group")),
    "branch.empty",
)


def _place(lat: str, lon: str) -> Place | None:
    if not lat and not lon:
        return None
    try:
        return Place(float(Decimal(lat.replace(",", "."))), float(Decimal(lon.replace(",", "."))))
    except (InvalidOperation, ValueError):
        raise Invalid("lat", "bad-place") from None


def _seen(work: ConsoleWork, id: StoreId) -> dict[str, Any] | None:
    store = work.stores.get(id)
    if store is None:
        return None
    place = None if store.place is None else f"{store.place.lat}, {store.place.lon}"
    return {"name": store.name, "city": store.city, "street": store.street, "group": store.group,
            "hours": store.hours, "place": place}  # fmt: skip
