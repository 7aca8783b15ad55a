"""What the verbs about vouchers need from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from core.offers.ports import OfferWork
from core.shared.values import CustomerId
from core.vouchers.model import Voucher


class Vouchers(Protocol):
    """Vouchers by code."""

    def find(self, codes: Collection[str], people: Sequence[CustomerId], *, lock: bool) -> Mapping[str, Voucher]:
        """By code; what belongs to any of the people, or to a phone that one of them has proven, is the first one's."""
        ...

    def of(self, people: Sequence[CustomerId]) -> Sequence[Voucher]:
        """Issued or reserved ones of these people, soonest end first."""
        ...

    def of_sale(self, sale: str) -> Sequence[Voucher]:
        """Those that the sale redeemed."""
        ...

    def of_hold(self, hold: str) -> Sequence[Voucher]:
        """Those that a hold has reserved."""
        ...

    def ending(self, today: date, day: date, limit: int) -> Sequence[Voucher]:
        """Issued vouchers whose own last day is from today to the day, not reminded of yet.

        Only of people who can be written to: one that waits for a phone nobody has proven waits with its reminder.
        """
        ...

    def expire(self, before: date, at: datetime, limit: int) -> int:
        """Issued vouchers whose own last day lies before the day are expired, each with its move; how many."""
        ...

    def claim(self, phone_hash: str, customer: CustomerId) -> int:
        """What waited for the phone is the customer's; how many there were."""
        ...

    def reminded(self, code: str) -> None: ...

    def add(self, voucher: Voucher) -> bool:
        """False when the code is taken."""
        ...

    def move(
        self,
        before: Voucher,
        after: Voucher,
        move: str,
        cause: str,
        at: datetime,
    ) -> bool:
        """The voucher is as `after`, if it still stood as `before`; the move is written down with its cause."""
        ...


class VoucherWork(OfferWork, Protocol):
    """Work that reaches vouchers."""

    @property
    def vouchers(self) -> Vouchers: ...
