"""The console API of vouchers: the pages' own verbs as JSON. Codes are told to those who may give them away."""

from datetime import date
from typing import Any

from aiohttp import web
from pydantic import Field

from adapters.console.door import API, Door
from adapters.console.telling import Teller
from adapters.console.voucherbatches import listing as batches_of
from adapters.console.voucherports import VoucherViews
from adapters.console.vouchers import VoucherPages
from adapters.console.vouchershown import CHANGES, SEES_VOUCHERS, STATES, Shown
from adapters.http.api import Answer, Body, Endpoint
from core.shared.refusals import Invalid, Unknown
from core.vouchers.batches import MOST
from core.vouchers.codes import normalised
from core.vouchers.views import BatchPage, VoucherRow


class VoucherOut(Answer):
    """A voucher; of its code the beginning, for a role that may not give it away. `owned`: it is somebody's."""

    code: str
    offer: str
    state: str
    valid_from: date | None
    valid_until: date | None
    owned: bool
    batch: str


class VouchersOut(Answer):
    """A page of vouchers and how many there are."""

    rows: list[VoucherOut]
    total: int


class BatchOut(Answer):
    """A batch: of `count` codes `made` are there; how they stand by state."""

    id: str
    offer: str
    count: int
    made: int
    valid_from: date | None
    valid_until: date | None
    void: bool
    states: dict[str, int]


class BatchesOut(Answer):
    """A page of batches and how many there are."""

    rows: list[BatchOut]
    total: int


class FiguresOut(Answer):
    """Vouchers by offer and state."""

    offers: dict[str, dict[str, int]]


class BatchIn(Body):
    """So many codes of an offer, good from a day until a day, both included; left out: as long as the offer."""

    offer: str = Field(min_length=1, max_length=64)
    count: int = Field(ge=1, le=MOST)
    valid_from: str | None = None
    valid_until: str | None = None


class ReasonIn(Body):
    """Why."""

    why: str = Field(max_length=400)


class VoidedOut(Answer):
    """How many vouchers are void by this."""

    voided: int


class VoucherApi:
    """`/console/api/v1/vouchers*`."""

    def __init__(self, door: Door, views: VoucherViews, pages: VoucherPages) -> None:
        self._door, self._views, self._pages = door, views, pages
        path = f"{API}/vouchers"
        query = {name: {"type": "string"} for name in ("code", "offer", "state", "batch")}
        lost, no_voucher = {404: ["unknown-batch"]}, {404: ["unknown-voucher"]}
        for one, roles in (
            (Endpoint("GET", path, "Vouchers, by code", self.all, answer=VouchersOut,
                      query=query | {"page": {"type": "integer"}}), SEES_VOUCHERS),
            (Endpoint("GET", f"{path}/figures", "Vouchers by offer and state", self.figures, answer=FiguresOut),
             SEES_VOUCHERS),
            (Endpoint("GET", f"{path}/batches", "Batches, the newest first", self.batches, answer=BatchesOut,
                      query={name: {"type": "string"} for name in ("offer", "state", "by")}
                      | {"page": {"type": "integer"}}),
             SEES_VOUCHERS),
            (Endpoint("POST", f"{path}/batches", "Make a batch of codes", self.make, body=BatchIn, answer=BatchOut,
                      status=201, problems={404: ["unknown-offer"]}), CHANGES),
            (Endpoint("GET", f"{path}/batches/{{batch}}", "One batch", self.batch, answer=BatchOut, problems=lost),
             SEES_VOUCHERS),
            (Endpoint("GET", f"{path}/batches/{{batch}}/codes", "Every code of a batch, as CSV", self.codes,
                      problems=lost), CHANGES),
            (Endpoint("POST", f"{path}/batches/{{batch}}/fill", "Make what a batch lacks that was cut off", self.fill,
                      answer=BatchOut, problems=lost | {409: ["batch-void"]}), CHANGES),
            (Endpoint("POST", f"{path}/batches/{{batch}}/void", "Void what is out of a batch", self.void_batch,
                      body=ReasonIn, answer=VoidedOut, problems=lost), CHANGES),
            (Endpoint("POST", f"{path}/{{code}}/void", "Void one voucher", self.void_one, body=ReasonIn,
                      answer=VoidedOut,
                      problems=no_voucher | {409: [f"voucher-{state}" for state in STATES if state != "issued"]}),
             CHANGES),
        ):  # fmt: skip
            door.endpoint(one, roles)

    async def all(self, request: web.Request, given: None) -> VouchersOut:
        """As the list has them."""
        del given
        shown = Shown(self._door, request, {})
        found = await self._views.vouchers(shown.listing().asked(request))
        return VouchersOut(rows=[_voucher(row, shown) for row in found.rows], total=found.total)

    async def figures(self, request: web.Request, given: None) -> FiguresOut:
        """By offer."""
        del request, given
        found = await self._views.figures()
        return FiguresOut(offers={offer: dict(one.by_state) for offer, one in found.items()})

    async def batches(self, request: web.Request, given: None) -> BatchesOut:
        """As the list has them."""
        del given
        declared = batches_of(Shown(self._door, request, {}), Teller(self._door, request), [])
        found = await self._views.batches(declared.asked(request))
        return BatchesOut(rows=[_batch(one) for one in found.rows], total=found.total)

    async def make(self, request: web.Request, given: BatchIn) -> BatchOut:
        """By the verb of the form."""
        first, last = _day("valid_from", given.valid_from), _day("valid_until", given.valid_until)
        made = await self._pages.start(request, given.offer, given.count, first, last)
        return _batch(await self._found(made.id))

    async def batch(self, request: web.Request, given: None) -> BatchOut:
        """Raises Unknown."""
        del given
        return _batch(await self._found(request.match_info["batch"]))

    async def codes(self, request: web.Request, given: Any) -> web.StreamResponse:
        """Raises Unknown."""
        del given
        await self._found(request.match_info["batch"])
        return await self._pages.codes(request)

    async def fill(self, request: web.Request, given: None) -> BatchOut:
        """By the verb of the button."""
        del given
        batch = request.match_info["batch"]
        await self._found(batch)
        await self._pages.filled(request, batch)
        return _batch(await self._found(batch))

    async def void_batch(self, request: web.Request, given: ReasonIn) -> VoidedOut:
        """By the verb of the button."""
        return VoidedOut(voided=await self._pages.end_batch(request, request.match_info["batch"], given.why))

    async def void_one(self, request: web.Request, given: ReasonIn) -> VoidedOut:
        """By the verb of the button."""
        await self._pages.end_one(request, normalised(request.match_info["code"]), given.why)
        return VoidedOut(voided=1)

    async def _found(self, batch: str) -> BatchPage:
        found = await self._views.batch(batch)
        if found is None:
            raise Unknown("unknown-batch")
        return found


def _voucher(row: VoucherRow, shown: Shown) -> VoucherOut:
    one = row.voucher
    return VoucherOut(
        code=one.code if shown.may else shown.code(row), offer=one.offer, state=one.state.value,
        valid_from=one.valid_from, valid_until=one.valid_until, owned=one.owned, batch=row.batch,
    )  # fmt: skip


def _batch(page: BatchPage) -> BatchOut:
    one = page.batch
    return BatchOut(
        id=one.id, offer=one.offer, count=one.count, made=one.made, valid_from=one.valid_from,
        valid_until=one.valid_until, void=one.voided_at is not None, states=dict(page.figures.by_state),
    )  # fmt: skip


def _day(field: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(field, expected="a day such as 2026-11-30") from None
