"""Vouchers as the console tells them: rows of the list, batches, what was wrong in a form."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from adapters.console.door import Door
from adapters.console.lists import Column, Filter, Listing
from adapters.console.telling import Teller
from adapters.http.sessions import SESSION
from bot.words import Value, Words, say
from core.offers.model import Offer
from core.shared.refusals import Refusal
from core.vouchers.codes import printed
from core.vouchers.views import BatchPage, VoucherPage, VoucherRow

CHANGES = ("owner", "marketer")
SEES_VOUCHERS = (*CHANGES, "analyst", "support")
PATH = "/console/vouchers"
STATES = {
    "issued": "vouchers.issued", "reserved": "vouchers.reserved", "redeemed": "vouchers.redeemed",
    "expired": "vouchers.expired", "void": "vouchers.void",
}  # fmt: skip
MARKS = {"issued": "wait", "reserved": "wait", "redeemed": "good", "void": "bad", "expired": ""}
_MOVES = {
    "reserve": "vouchers.move-reserve", "release": "vouchers.move-release", "redeem": "vouchers.move-redeem",
    "rollback": "vouchers.move-rollback", "expire": "vouchers.move-expire", "void": "vouchers.move-void",
}  # fmt: skip
_WRONG = {
    "batch-offer": "vouchers.bad-offer", "unknown-offer": "vouchers.bad-offer", "batch-over": "vouchers.bad-over",
    "batch-count": "vouchers.bad-count", "bad-whole": "vouchers.bad-count", "batch-days": "vouchers.bad-days",
    "bad-day": "vouchers.bad-days", "voucher-void": "vouchers.already",
    "voucher-redeemed": "vouchers.already", "voucher-expired": "vouchers.already",
    "voucher-reserved": "vouchers.at-a-till", "voucher-used": "vouchers.at-a-till",
}  # fmt: skip
_SHOWN = 4
"""So much of a code sees whoever may not use it: to tell it from another, and not to pay with it."""


def span(first: date | None, last: date | None) -> str:
    """From when to when for a program, as ISO 8601 has it; nothing where the offer alone decides."""
    return f"{first or '..'}/{last or '..'}" if first or last else ""


class Shown:
    """Tells vouchers in the language of one page, to one role."""

    def __init__(self, door: Door, request: web.Request, offers: Mapping[str, Offer]) -> None:
        self._door, self._request, self._offers = door, request, offers
        self._language = door.language(request)
        self.may = request[SESSION].role in CHANGES

    def t(self, key: str, **data: Value) -> str:
        """A message of the page's language."""
        return self._door.told(self._request, say(key, **data))

    def why(self, refusal: Refusal) -> str:
        """What was refused, in words."""
        return self._door.told(self._request, Words(_WRONG.get(refusal.code, "vouchers.wrong")))

    def title(self, offer: str) -> str:
        """The offer by its name."""
        found = self._offers.get(offer)
        return found.title_in(self._language.value) if found is not None else offer

    def code(self, row: VoucherRow) -> str:
        """The code in groups; its beginning where the reader may not give it away."""
        whole = printed(row.voucher.code)
        return whole if self.may else f"{whole[:_SHOWN]}…"

    def moves(self, page: VoucherPage) -> list[dict[str, str]]:
        """What happened to a voucher."""
        tell = Teller(self._door, self._request)
        return [{"at": tell.at(one.at), "move": self.t(_MOVES[one.move]), "cause": one.cause} for one in page.moves]

    def batch(self, page: BatchPage) -> dict[str, Any]:
        """A batch as a row and as the head of its page."""
        one = page.batch
        return {
            "id": one.id,
            "href": f"{PATH}/batches/{one.id}",
            "list": f"{PATH}?{urlencode({'batch': one.id})}",
            "offer": self.title(one.offer),
            "made": one.made,
            "count": one.count,
            "lacks": one.count - one.made if one.voided_at is None else 0,
            "redeemed": page.figures.redeemed,
            "percent": page.figures.percent,
            "days": self.days(one.valid_from, one.valid_until),
            "at": Teller(self._door, self._request).at(one.made_at),
            "by": one.made_by,
            "void": one.voided_at is not None,
        }

    def days(self, first: date | None, last: date | None) -> str:
        """From when to when; nothing where the offer alone decides."""
        tell = Teller(self._door, self._request)
        if first is None or last is None:
            since = self.t("vouchers.from-day", day=tell.day(first)) if first else ""
            return self.t("vouchers.to-day", day=tell.day(last)) if last else since
        return f"{tell.day(first)} – {tell.day(last)}"

    def listing(self) -> Listing[VoucherRow]:
        """The list as it is declared."""
        columns: tuple[Column[VoucherRow], ...] = (
            Column("code", "vouchers.code", self.code, link=self._link),
            Column("state", "vouchers.state", lambda row: self.t(STATES[row.voucher.state.value]), sorts=False,
                   state=lambda row: MARKS[row.voucher.state.value]),
            Column("offer", "vouchers.offer", lambda row: self.title(row.voucher.offer), sorts=False, wraps="words"),
            Column("days", "vouchers.days", lambda row: self.days(row.voucher.valid_from, row.voucher.valid_until),
                   lambda row: span(row.voucher.valid_from, row.voucher.valid_until), sorts=False),
            Column("owner", "vouchers.owner", self._owner, sorts=False),
            Column("batch", "vouchers.batch", lambda row: row.batch[:8], lambda row: row.batch, sorts=False),
        )  # fmt: skip
        named = sorted({one.id for one in self._offers.values() if one.audience == "voucher"})
        filters = (
            Filter("code", "vouchers.code"),
            Filter("offer", "vouchers.offer", [(one, self.title(one)) for one in named]),
            Filter("state", "vouchers.state", [(state, self.t(word)) for state, word in STATES.items()]),
            Filter("batch", "vouchers.batch"),
        )
        return Listing(PATH, "vouchers", columns, filters, "vouchers.empty")

    def _owner(self, row: VoucherRow) -> str:
        return self.t("vouchers.somebody-s" if row.voucher.owned else "vouchers.anybody-s")

    def _link(self, row: VoucherRow) -> str:
        return f"{PATH}/{row.voucher.code}" if self.may else ""
