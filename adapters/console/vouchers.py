"""Vouchers: found by their code, listed, made in batches, voided with a reason; codes go out as a noted file."""

from collections.abc import Mapping
from datetime import date

from aiohttp import web

from adapters.console.csvfile import MARK, lines_of
from adapters.console.door import Door
from adapters.console.forms import day, lenient, whole
from adapters.console.lists import wants_file
from adapters.console.offerports import OfferViews
from adapters.console.ports import ConsoleWork
from adapters.console.voucherports import VoucherViews
from adapters.console.vouchershown import CHANGES, MARKS, PATH, SEES_VOUCHERS, STATES, Shown
from adapters.http.sessions import SESSION
from core.audit.reasons import typed_reason
from core.offers.model import Audience, Offer
from core.shared.refusals import Conflict, Invalid, Unknown
from core.vouchers.actions import void
from core.vouchers.batches import MOST, fill_some, start, void_batch, void_some
from core.vouchers.codes import barcode_digits, normalised, printed
from core.vouchers.model import Batch, VoucherState

_LINES = 5_000
"""Lines of a file that are written at once."""


class VoucherPages:
    """`/console/vouchers` and what lies below it."""

    def __init__(self, door: Door, views: VoucherViews, offers: OfferViews) -> None:
        self._door, self._views, self._offers = door, views, offers
        door.page(PATH, self.page, SEES_VOUCHERS)
        door.action(PATH, self.make, CHANGES)
        door.page(f"{PATH}/batches/{{batch}}", self.batch, SEES_VOUCHERS)
        door.page(f"{PATH}/batches/{{batch}}/codes", self.codes, CHANGES)
        door.action(f"{PATH}/batches/{{batch}}/fill", self.go_on, CHANGES)
        door.action(f"{PATH}/batches/{{batch}}/void", self.void_batch, CHANGES)
        door.page(f"{PATH}/{{code}}", self.one, SEES_VOUCHERS)
        door.action(f"{PATH}/{{code}}/void", self.void_one, CHANGES)

    async def page(
        self, request: web.Request, given: Mapping[str, str] | None = None, error: tuple[str, str] = ("", ""),
        status: int = 200,
    ) -> web.StreamResponse:  # fmt: skip
        """The list, and how vouchers of each offer stand."""
        offers = await self._by_id()
        shown = Shown(self._door, request, offers)
        declared = shown.listing()
        if wants_file(request):
            return await self._door.listed(request, declared, self._views.vouchers, "vouchers.html")
        today = self._door.clock().astimezone(self._door.programme.timezone).date()
        choices = [
            (one.id, shown.title(one.id))
            for one in offers.values()
            if one.audience is Audience.VOUCHER and not (one.window.last and one.window.last < today)
        ]
        asked = declared.asked(request)
        rows = await self._views.vouchers(asked)
        first = not asked.filters and asked.page == 1
        figures = [
            (shown.title(offer), [one.by_state.get(state, 0) for state in STATES], one.percent)
            for offer, one in (await self._views.figures() if first else {}).items()
        ]
        return self._door.show(
            request, "vouchers.html", status, list=declared.shown(asked, rows), choices=choices,
            given=lenient(given or {}),
            wrong=error[0], error=error[1], most=MOST, may=shown.may, figures=figures, words=STATES,
        )  # fmt: skip

    async def make(self, request: web.Request) -> web.StreamResponse:
        """A batch is there with all its codes; what cannot be is told beside its field."""
        form = {name: str(value)[:64].strip() for name, value in (await request.post()).items()}
        try:
            batch = await self.start(
                request, form.get("offer", ""), whole("count", form.get("count", "")),
                _day("from", form.get("from", "")), _day("until", form.get("until", "")),
            )  # fmt: skip
        except (Invalid, Unknown) as refusal:
            field = refusal.field if isinstance(refusal, Invalid) else "offer"
            return await self.page(request, form, (field, Shown(self._door, request, {}).why(refusal)), 422)
        raise web.HTTPSeeOther(f"{PATH}/batches/{batch.id}")

    async def start(self, request: web.Request, offer: str, count: int, first: date | None, last: date | None) -> Batch:
        """The batch, noted, its codes made. Raises Invalid, Unknown."""
        login = request[SESSION].login
        batch = await self._door.change(
            request, "voucher.batch",
            lambda work: start(work, offer=offer, count=count, first=first, last=last, actor=login),
            why=f"{offer} × {count}",
        )  # fmt: skip
        await self.fill(batch.id)
        return batch

    async def fill(self, batch: str) -> None:
        """Every code that the batch lacks is made, a chunk in a work. Raises Unknown, Conflict."""
        while (await self._door.house.do("console", lambda work: fill_some(work, batch=batch))).left:
            continue

    async def go_on(self, request: web.Request) -> web.StreamResponse:
        """What was cut off is made."""
        batch = request.match_info["batch"]
        await self.filled(request, batch)
        raise web.HTTPSeeOther(f"{PATH}/batches/{batch}")

    async def filled(self, request: web.Request, batch: str) -> None:
        """Every code of the batch is made, noted. Raises Unknown, Conflict (`batch-void`)."""
        await self._door.change(request, "voucher.fill", lambda work: fill_some(work, batch=batch), subject=batch)
        await self.fill(batch)

    async def batch(self, request: web.Request, error: str = "", status: int = 200) -> web.Response:
        """One batch: how its vouchers stand, its codes, its end."""
        found = await self._views.batch(request.match_info["batch"])
        if found is None:
            raise web.HTTPNotFound
        shown = Shown(self._door, request, await self._by_id())
        return self._door.show(
            request, "batch.html", status, one=shown.batch(found), error=error,
            states=[(word, found.figures.by_state.get(state, 0)) for state, word in STATES.items()],
            may=shown.may, open=found.figures.by_state.get("issued", 0),
        )  # fmt: skip

    async def codes(self, request: web.Request) -> web.StreamResponse:
        """Every code of the batch as a file; who took it out is in the audit log."""
        batch = request.match_info["batch"]
        found = await self._views.batch(batch)
        if found is None:
            raise web.HTTPNotFound
        await self._door.note(request, "voucher.codes", batch, after={"codes": found.batch.made})
        named = {"Content-Disposition": f'attachment; filename="kartka-codes-{batch[:8]}.csv"'}
        response = web.StreamResponse(headers=named)
        response.content_type, response.charset = "text/csv", "utf-8"
        await response.prepare(request)
        await response.write((MARK + lines_of([("code", "printed", "barcode", "until", "state")])).encode())
        rows = await self._views.codes(batch)
        for at in range(0, len(rows), _LINES):
            told = [
                (one.code, printed(one.code), barcode_digits(one.code), one.valid_until or "", one.state)
                for one in rows[at : at + _LINES]
            ]
            await response.write(lines_of(told).encode())
        await response.write_eof()
        return response

    async def void_batch(self, request: web.Request) -> web.StreamResponse:
        """No voucher of the batch that is out can be used any more."""
        batch = request.match_info["batch"]
        try:
            await self.end_batch(request, batch, str((await request.post()).get("why", "")))
        except Invalid as refusal:
            return await self.batch(request, self._door.sorry(request, refusal), 422)
        raise web.HTTPSeeOther(f"{PATH}/batches/{batch}")

    async def end_batch(self, request: web.Request, batch: str, why: str) -> int:
        """The batch is void for the reason, noted; how many vouchers were. Raises Invalid, Unknown."""
        reason, login = typed_reason(why), request[SESSION].login
        found = await self._views.batch(batch)
        if found is None:
            raise Unknown("unknown-batch")
        await self._door.change(
            request, "voucher.void-batch", lambda work: void_batch(work, batch=batch, actor=login), subject=batch,
            seen=lambda work: {"issued": found.figures.by_state.get("issued", 0)}, why=reason,
        )  # fmt: skip
        many = 0
        while done := await self._door.house.do("console", lambda work: void_some(work, batch=batch, actor=login)):
            many += done
        return many

    async def one(self, request: web.Request, error: str = "", status: int = 200) -> web.Response:
        """One voucher and its moves."""
        found = await self._views.voucher(normalised(request.match_info["code"]))
        if found is None:
            raise web.HTTPNotFound
        shown, voucher = Shown(self._door, request, await self._by_id()), found.row.voucher
        return self._door.show(
            request, "voucher.html", status, code=shown.code(found.row), error=error, batch=found.row.batch,
            title=shown.title(voucher.offer), state=STATES[voucher.state.value], mark=MARKS[voucher.state.value],
            days=shown.days(voucher.valid_from, voucher.valid_until), owned=voucher.owned,
            moves=shown.moves(found), open=voucher.state is VoucherState.ISSUED, may=shown.may,
            here=f"{PATH}/{voucher.code}",
        )  # fmt: skip

    async def void_one(self, request: web.Request) -> web.StreamResponse:
        """The voucher is worth nothing any more."""
        code = normalised(request.match_info["code"])
        try:
            await self.end_one(request, code, str((await request.post()).get("why", "")))
        except Invalid as refusal:
            return await self.one(request, self._door.sorry(request, refusal), 422)
        except Conflict as refusal:
            return await self.one(request, Shown(self._door, request, {}).why(refusal), 409)
        raise web.HTTPSeeOther(f"{PATH}/{code}")

    async def end_one(self, request: web.Request, code: str, why: str) -> None:
        """The voucher is void for the reason, noted. Raises Invalid, Unknown, Conflict (`voucher-<state>`)."""
        reason, login = typed_reason(why), request[SESSION].login

        def job(work: ConsoleWork) -> None:
            found = work.vouchers.find([code], (), lock=True).get(code)
            if found is None:
                raise Unknown("unknown-voucher")
            void(work, found, actor=login)

        await self._door.change(request, "voucher.void", job, subject=code, why=reason)

    async def _by_id(self) -> Mapping[str, Offer]:
        return {row.offer.id: row.offer for row in await self._offers.offers()}


def _day(field: str, text: str) -> date | None:
    return day(field, text) if text else None
