"""The list of batches of vouchers: by offer, state and who made them, each with what became of it."""

from aiohttp import web

from adapters.console.door import Door
from adapters.console.lists import Column, Filter, Listing
from adapters.console.offerports import OfferViews
from adapters.console.telling import Teller
from adapters.console.voucherports import VoucherViews
from adapters.console.vouchershown import PATH, SEES_VOUCHERS, Shown, span
from core.vouchers.views import BatchPage, Stands

_STATES = {
    Stands.READY: ("vouchers.ready", "good"),
    Stands.UNFINISHED: ("vouchers.unfinished", "wait"),
    Stands.VOID: ("vouchers.void", "bad"),
}


class BatchList:
    """`/console/vouchers/batches`."""

    def __init__(self, door: Door, views: VoucherViews, offers: OfferViews) -> None:
        self._door, self._views, self._offers = door, views, offers
        door.page(f"{PATH}/batches", self.page, SEES_VOUCHERS)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The newest first."""
        offers = {row.offer.id: row.offer for row in await self._offers.offers()}
        declared = listing(Shown(self._door, request, offers), Teller(self._door, request), sorted(offers))
        return await self._door.listed(request, declared, self._views.batches, "batches.html")


def listing(shown: Shown, tell: Teller, offers: list[str]) -> Listing[BatchPage]:
    """The list as it is declared."""
    columns: tuple[Column[BatchPage], ...] = (
        Column("made", "vouchers.made-at", lambda one: tell.at(one.batch.made_at),
               lambda one: one.batch.made_at.isoformat(), link=lambda one: f"{PATH}/batches/{one.batch.id}"),
        Column("offer", "vouchers.offer", lambda one: shown.title(one.batch.offer), sorts=False, wraps="words"),
        Column("count", "vouchers.count", lambda one: tell.number(one.batch.count), lambda one: one.batch.count,
               number=True),
        Column("redeemed", "vouchers.redeemed", lambda one: tell.number(one.figures.redeemed),
               lambda one: one.figures.redeemed, sorts=False, number=True),
        Column("share", "vouchers.share", lambda one: tell.percent(one.figures.percent / 100),
               lambda one: one.figures.percent, sorts=False, number=True),
        Column("days", "vouchers.days", lambda one: shown.days(one.batch.valid_from, one.batch.valid_until),
               lambda one: span(one.batch.valid_from, one.batch.valid_until), sorts=False),
        Column("by", "vouchers.made-by", lambda one: one.batch.made_by),
        Column("state", "vouchers.state", lambda one: tell.say(_STATES[one.stands][0]),
               lambda one: one.stands.value, sorts=False, state=lambda one: _STATES[one.stands][1]),
    )  # fmt: skip
    filters = (
        Filter("offer", "vouchers.offer", [(one, shown.title(one)) for one in offers]),
        Filter("state", "vouchers.state", [(one.value, tell.say(word)) for one, (word, _) in _STATES.items()]),
        Filter("by", "vouchers.made-by"),
    )
    return Listing(f"{PATH}/batches", "batches", columns, filters, "vouchers.no-batches")
