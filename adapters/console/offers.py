"""Offers: the list, and one offer composed in words with an example basket that is quoted while somebody types."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web

from adapters.console.door import Door
from adapters.console.forms import lenient, rows_of, text_in
from adapters.console.offerform import (
    BENEFITS,
    CONDITIONS,
    Wrong,
    data_of,
    empty_form,
    form_of,
    form_tree,
    moved,
    place_in_form,
)
from adapters.console.offerports import OfferViews
from adapters.console.offersentence import FOR
from adapters.console.offershown import (
    DRAFT,
    PATH,
    STATE_WORDS,
    STATES,
    Shown,
    example_form,
    example_of,
    listing,
    path_of,
    row_state,
)
from adapters.console.ports import ConsoleWork
from adapters.http.bodies import parse_json
from adapters.http.problems import Problem
from adapters.http.sessions import SESSION
from core.offers.data import offer_data
from core.offers.editing import NEW, end, keep
from core.offers.model import Audience, Offer
from core.offers.reading import offer_from
from core.offers.views import OfferPage, OfferRow
from core.shared.listing import Asked, Slice, slice_of_rows
from core.shared.refusals import Conflict, Invalid, Refusal

CHANGES = ("owner", "marketer")
SEES_OFFERS = (*CHANGES, "analyst", "support")
_LARGEST_FILE = 256 * 1024


class OfferPages:
    """`/console/offers` and what lies below it."""

    def __init__(self, door: Door, views: OfferViews) -> None:
        self._door, self._views = door, views
        door.page(PATH, self.page, SEES_OFFERS)
        door.page(f"{PATH}/draft/new", self.new, CHANGES)
        door.action(f"{PATH}/draft/new", partial(self.send, known=False), CHANGES)
        door.action(f"{PATH}/draft/live", self.live, SEES_OFFERS)
        door.action(f"{PATH}/draft/import", self.read_file, CHANGES)
        door.page(f"{PATH}/{{offer}}", self.one, SEES_OFFERS)
        door.action(f"{PATH}/{{offer}}", partial(self.send, known=True), CHANGES)
        door.action(f"{PATH}/{{offer}}/end", self.end, CHANGES)
        door.page(f"{PATH}/{{offer}}/file", self.file, SEES_OFFERS)

    async def page(self, request: web.Request, error: str = "", status: int = 200) -> web.StreamResponse:
        """The list."""
        shown = Shown(self._door, request, await self._views.wares())
        may = request[SESSION].role in CHANGES
        declared = listing(shown, self._door)
        rows = partial(self.rows, shown=shown)
        if error:
            return self._door.show(
                request, "offers.html", status, list=declared.shown(Asked(), await rows(Asked())), may=may, error=error
            )
        return await self._door.listed(request, declared, rows, "offers.html", may=may, error="")

    async def new(self, request: web.Request) -> web.Response:
        """An empty form."""
        tree = empty_form()
        stores = (await self._views.wares()).stores
        tree |= example_form(await self._views.sample(), stores[0].id if stores else "")
        return await self._form(request, tree, None)

    async def one(self, request: web.Request) -> web.Response:
        """The offer as it stands."""
        found = await self._found(request)
        return await self._form(request, await self._tree(found), found)

    async def live(self, request: web.Request) -> web.Response:
        """The sentence and the example of the form as it stands, while somebody types."""
        tree = form_tree(await request.post())
        shown = Shown(self._door, request, await self._views.wares())
        return self._door.show(request, "_offer_live.html", **await self.worked(tree, shown))

    async def send(self, request: web.Request, *, known: bool) -> web.StreamResponse:
        """The form was sent: saved as a version, or shown again with a row more or less, or with what is wrong."""
        form = await request.post()
        tree, do = form_tree(form), str(form.get("do", ""))
        found = await self._found(request) if known else None
        if found is not None:
            tree["id"] = found.row.offer.id
        if do != "save":
            moved(tree, do)
            return await self._form(request, tree, found, at=do.partition(".")[2].partition(".")[0])
        seen = int(seen) if (seen := str(form.get("seen", ""))).isdecimal() and len(seen) < 9 else NEW
        try:
            data = data_of(tree)
            offer = await self.put(request, data, seen)
        except Wrong as wrong:
            return await self._form(request, tree, found, wrong.errors, status=422)
        except Invalid as refusal:
            return await self._form(request, tree, found, {place_in_form(refusal.field): refusal.code}, status=422)
        except Conflict as refusal:
            found = await self._found(request) if known else None  # as it is now: what stands there is seen
            return await self._form(request, tree, found, error=self._door.sorry(request, refusal), status=409)
        raise web.HTTPSeeOther(f"{path_of(offer.id)}?saved={offer.version}")

    async def put(self, request: web.Request, data: Any, seen: int) -> Offer:
        """The offer stands as in the data, noted. Raises Invalid, Conflict."""
        subject = str(data.get("id", ""))[:64] if isinstance(data, Mapping) else ""
        return await self._door.change(
            request, "offer.save",
            lambda work: keep(work, data=data, phones=work.phones.read, seen=seen), subject=subject,
            seen=lambda work: _seen(work, subject),
        )  # fmt: skip

    async def finish(self, request: web.Request, offer: str, seen: int) -> Offer:
        """The offer is over, noted. Raises Unknown, Conflict."""
        today = self._door.clock().astimezone(self._door.programme.timezone).date()
        return await self._door.change(
            request, "offer.end", lambda work: end(work, offer=offer, seen=seen, today=today), subject=offer,
            seen=lambda work: _seen(work, offer),
        )  # fmt: skip

    async def end(self, request: web.Request) -> web.StreamResponse:
        """Its last day was yesterday."""
        found, form = await self._found(request), await request.post()
        seen = str(form.get("seen", ""))
        try:
            await self.finish(request, found.row.offer.id, int(seen) if seen.isdecimal() and len(seen) < 9 else NEW)
        except Refusal as refusal:
            tree = await self._tree(found)
            return await self._form(request, tree, found, error=self._door.sorry(request, refusal), status=409)
        raise web.HTTPSeeOther(path_of(found.row.offer.id))

    async def file(self, request: web.Request) -> web.Response:
        """The offer as an offers file."""
        offer = (await self._found(request)).row.offer
        await self._door.note(request, "offer.export", offer.id)
        body = json.dumps({"offers": [offer_data(offer)]}, ensure_ascii=False, indent=1)
        named = {"Content-Disposition": 'attachment; filename="kartka-offer.json"'}
        return web.Response(text=body, content_type="application/json", headers=named)

    async def read_file(self, request: web.Request) -> web.StreamResponse:
        """The one offer of a file, in the form: nothing is kept before somebody saves it."""
        given = (await request.post()).get("file")
        content = given.file.read(_LARGEST_FILE + 1) if isinstance(given, web.FileField) else b""
        try:
            offer = _only_offer(content)
        except Invalid as refusal:
            data = {"place": refusal.field, "expected": str(refusal.data.get("expected", refusal.code))}
            shown = Shown(self._door, request, await self._views.wares())
            return await self.page(request, shown.t("offers.bad-file", **data), 422)
        tree = form_of(offer) | {"phones": ", ".join(offer.phones)}
        found = await self._views.offer(offer.id)
        return await self._form(request, tree | example_form(await self._views.sample(), ""), found)

    async def rows(self, asked: Asked, *, shown: Shown) -> Slice[OfferRow]:
        """Those that are asked for: few enough to be looked through one by one."""
        wanted = asked.filters
        name = wanted.get("name", "").casefold()
        found = [
            row
            for row in await self._views.offers()
            if wanted.get("state", "") in ("", row_state(row, self._door))
            and wanted.get("audience", "") in ("", row.offer.audience.value)
            and (not name or any(name in text.casefold() for text in (row.offer.id, *row.offer.title.values())))
        ]
        language = shown.language.value
        sorts: dict[str, Any] = {
            "name": lambda row: row.offer.title_in(language).casefold(), "audience": lambda row: row.offer.audience,
            "state": lambda row: row_state(row, self._door), "uses": lambda row: row.uses,
            "spent": lambda row: row.spent,
        }  # fmt: skip
        return slice_of_rows(sorted(found, key=lambda row: row.offer.id), asked, sorts)

    async def _form(
        self, request: web.Request, tree: dict[str, Any], found: OfferPage | None,
        errors: Mapping[str, str] | None = None, *, error: str = "", at: str = "", status: int = 200,
    ) -> web.Response:  # fmt: skip
        """The form with what stands in it."""
        wares = await self._views.wares()
        shown = Shown(self._door, request, wares)
        row = found.row if found is not None else None
        told = {place: shown.why(code, place) for place, code in (errors or {}).items()}
        state = row_state(row, self._door) if row is not None else ""
        return self._door.show(
            request, "offer.html", status, f=lenient(tree), errors=told, error=error, at=at, wares=wares,
            conditions=[lenient(one) for one in rows_of(tree, "condition")],
            lines=[lenient(one) for one in rows_of(tree, "lines")], kinds=CONDITIONS, benefits=BENEFITS,
            audiences=[(one.value, word) for one, word in FOR.items()], known=row,
            seen=row.offer.version if row is not None else NEW,
            title=row.offer.title_in(shown.language.value) if row is not None else "",
            state=shown.t(STATE_WORDS[state]) if state else "", mark=STATES.get(state, ""), over=state == "over",
            facts=self._facts(found, shown) if found is not None else [],
            open=found.vouchers.get("issued", 0) if found is not None else 0,
            here=path_of(row.offer.id) if row is not None else f"{PATH}/draft/new",
            may=request[SESSION].role in CHANGES, saved=request.query.get("saved", ""),
            **await self.worked(tree, shown),
        )  # fmt: skip

    def _facts(self, found: OfferPage, shown: Shown) -> list[tuple[str, str]]:
        row = found.row
        facts = [("offers.version", str(row.offer.version)), ("offers.uses", str(row.uses)),
                 ("offers.cost", shown.money(row.spent))]  # fmt: skip
        if row.offer.audience is Audience.PERSONAL:
            facts.append(("offers.people", str(found.people)))
        if row.offer.audience is Audience.VOUCHER:
            facts += [("offers.vouchers-out", str(found.vouchers.get("issued", 0))),
                      ("offers.vouchers-redeemed", str(found.vouchers.get("redeemed", 0)))]  # fmt: skip
        return facts

    async def worked(self, tree: dict[str, Any], shown: Shown) -> dict[str, Any]:
        """The sentence in every language and what the example comes to; what cannot be read yet is said."""
        lacking: dict[str, str] = {}
        try:
            data = data_of(tree | {"id": text_in(tree, "id") or DRAFT})
            data.pop("phones", None)
            draft = offer_from(data)
        except Wrong as wrong:
            lacking = wrong.errors
        except Invalid as refusal:
            lacking = {place_in_form(refusal.field): refusal.code}
        if lacking:
            place, code = next(iter(lacking.items()))
            return {"sentences": [], "basket": None, "steps": [], "gave": "", "lacking": shown.why(code, place)}
        told = {"sentences": shown.sentences(draft), "basket": None, "steps": [], "gave": "", "lacking": ""}
        try:
            asked = example_of(tree, self._door)
        except Wrong as wrong:
            place, code = next(iter(wrong.errors.items()))
            return told | {"lacking": shown.why(code, place)}
        if not asked.lines:
            return told
        came = await self._views.example(draft, asked)
        return told | {
            "basket": shown.basket(came),
            "steps": shown.steps(came, draft),
            "gave": shown.worked(came, draft),
        }

    async def _tree(self, found: OfferPage) -> dict[str, Any]:
        offer = found.row.offer
        store = next(iter(sorted(offer.window.stores)), "")
        if not store:
            stores = (await self._views.wares()).stores
            store = stores[0].id if stores else ""
        return form_of(offer) | example_form(await self._views.sample(), store)

    async def _found(self, request: web.Request) -> OfferPage:
        found = await self._views.offer(request.match_info["offer"])
        if found is None:
            raise web.HTTPNotFound
        return found


def _seen(work: ConsoleWork, offer: str) -> dict[str, Any] | None:
    found = next((one for one in work.offers.current() if one.id == offer), None)
    return None if found is None else {"version": found.version, **offer_data(found)}


def _only_offer(content: bytes) -> Offer:
    """The one offer of a file's bytes. Raises Invalid."""
    try:
        data = parse_json(content.removeprefix(b"\xef\xbb\xbf")) if len(content) <= _LARGEST_FILE else None
    except Problem:
        data = None
    if isinstance(data, Mapping) and "offers" in data:
        listed = data["offers"]
        data = listed[0] if isinstance(listed, list) and len(listed) == 1 else None
    if not isinstance(data, Mapping):
        raise Invalid("offers", expected="one offer as JSON, at most 256 kB")
    return offer_from(dict(data))
