"""Vouchers as rows: a move is a conditional update, so that of two tills one wins, and a line that stays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, text, update

from adapters.db.offerrows import hashes_of
from adapters.db.outside import Outside
from adapters.db.saletables import voucher_moves, vouchers
from adapters.db.sql import both
from adapters.db.tables import addresses, customers
from core.ledger.posting import NIGHT
from core.shared.values import CustomerId
from core.vouchers.model import Voucher, VoucherState

UNUSED = text("vouchers.state = 'issued'")
"""In the words of the index of last days: a value that is bound would not lead to it."""
_FIND = select(vouchers).where(vouchers.c.code.in_(bindparam("p_codes", expanding=True))).order_by(vouchers.c.code)
_LOCKED = _FIND.with_for_update()
_OPEN = (VoucherState.ISSUED.value, VoucherState.RESERVED.value)
_OF = (
    select(vouchers)
    .where(
        or_(
            vouchers.c.customer.in_(bindparam("p_people", expanding=True)),
            vouchers.c.phone_hash.in_(bindparam("p_hashes", expanding=True)),
        ),
        vouchers.c.state.in_(_OPEN),
    )
    .order_by(vouchers.c.valid_until.is_(None), vouchers.c.valid_until, vouchers.c.code)
)
_OF_SALE = select(vouchers).where(vouchers.c.sale == bindparam("p_sale")).order_by(vouchers.c.code)
_OF_HOLD = select(vouchers).where(vouchers.c.reserved_by == bindparam("p_hold")).order_by(vouchers.c.code)
_MOVE = (
    update(vouchers)
    .where(vouchers.c.code == bindparam("p_code"), vouchers.c.state == bindparam("p_before"))
    .values(
        state=bindparam("p_state"),
        reserved_by=bindparam("p_reserved_by"),
        reserved_until=bindparam("p_reserved_until"),
        sale=bindparam("p_sale"),
        changed_at=bindparam("p_at"),
    )
)
_FURTHER = customers.alias("further").c
_DIRECT = (
    select(customers.c.id, customers.c.merged_into.label("owner"))
    .where(customers.c.merged_into.is_not(None))
    .cte("merged", recursive=True)
)
_MERGED = _DIRECT.union(
    select(_DIRECT.c.id, _FURTHER.merged_into).where(_FURTHER.id == _DIRECT.c.owner, _FURTHER.merged_into.is_not(None))
)
_REACHED = select(addresses.c.customer).where(addresses.c.subscribed, addresses.c.customer.is_not(None))
_WHOSE = func.coalesce(vouchers.c.customer, "")
"""No column, so that nobody starts from all who can be reached."""
_ENDING = (
    select(vouchers)
    .where(
        vouchers.c.valid_until.between(bindparam("p_today"), bindparam("p_day")),
        UNUSED,
        vouchers.c.reminded.is_(False),
        or_(_WHOSE.in_(_REACHED), _WHOSE.in_(select(_MERGED.c.id).where(_MERGED.c.owner.in_(_REACHED)))),
    )
    .order_by(vouchers.c.valid_until, vouchers.c.code)
)
"""Whoever cannot be written to now, or has not yet proven the phone that a voucher waits for, is reminded later."""
_CLAIMED = (
    update(vouchers)
    .where(vouchers.c.phone_hash == bindparam("p_hash"), vouchers.c.customer.is_(None))
    .values(customer=bindparam("p_customer"), phone_hash=None)
)
_OVER = (
    select(vouchers.c.code)
    .where(UNUSED, vouchers.c.valid_until < bindparam("p_before"))
    .order_by(vouchers.c.valid_until)
    .limit(bindparam("p_limit"))
    .with_for_update(skip_locked=True)
)
_EXPIRED = (
    update(vouchers)
    .where(vouchers.c.code.in_(_OVER))
    .values(state=VoucherState.EXPIRED.value, changed_at=bindparam("p_at"))
    .returning(vouchers.c.code)
)
_REMINDED = update(vouchers).where(vouchers.c.code == bindparam("p_code")).values(reminded=True)
_TOLD = insert(voucher_moves)
_ADD = both(vouchers, lambda insert: insert.on_conflict_do_nothing().returning(vouchers.c.code))


class VoucherRows:
    """Satisfies `core.vouchers.ports.Vouchers`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def find(self, codes: Collection[str], people: Sequence[CustomerId], *, lock: bool) -> Mapping[str, Voucher]:
        """In the order of codes, which is the order of locks."""
        if not codes:
            return {}
        chosen = _LOCKED if lock and self._outside.locks else _FIND
        rows = self._connection.execute(chosen, {"p_codes": sorted(codes)}).all()
        waiting = any(row.phone_hash is not None for row in rows)
        hashes = hashes_of(self._connection, self._outside, people) if waiting and people else []
        found = {}
        for row in rows:
            voucher = voucher_of_row(row)
            mine = voucher.customer in people or (voucher.phone_hash is not None and voucher.phone_hash in hashes)
            found[voucher.code] = replace(voucher, customer=people[0]) if mine else voucher
        return found

    def of(self, people: Sequence[CustomerId]) -> Sequence[Voucher]:
        """Soonest end first."""
        hashes = hashes_of(self._connection, self._outside, people)
        rows = self._connection.execute(_OF, {"p_people": list(people), "p_hashes": hashes})
        return [voucher_of_row(row) for row in rows]

    def of_sale(self, sale: str) -> Sequence[Voucher]:
        """By code."""
        return [voucher_of_row(row) for row in self._connection.execute(_OF_SALE, {"p_sale": sale})]

    def of_hold(self, hold: str) -> Sequence[Voucher]:
        """By code."""
        return [voucher_of_row(row) for row in self._connection.execute(_OF_HOLD, {"p_hold": hold})]

    def ending(self, today: date, day: date, limit: int) -> Sequence[Voucher]:
        """By their last day."""
        rows = self._connection.execute(_ENDING.limit(limit), {"p_today": today, "p_day": day})
        return [voucher_of_row(row) for row in rows]

    def reminded(self, code: str) -> None:
        """Once."""
        self._connection.execute(_REMINDED, {"p_code": code})

    def expire(self, before: date, at: datetime, limit: int) -> int:
        """By the index of last days; what somebody is just using waits for the next time."""
        named = {"p_before": before, "p_at": at, "p_limit": limit}
        codes = self._connection.execute(_EXPIRED, named).scalars().all()
        states = {"source": VoucherState.ISSUED.value, "target": VoucherState.EXPIRED.value}
        move = {**states, "move": "expire", "cause": NIGHT, "at": at}
        if codes:
            self._connection.execute(_TOLD, [{**move, "code": code} for code in sorted(codes)])
        return len(codes)

    def claim(self, phone_hash: str, customer: CustomerId) -> int:
        """One statement."""
        return self._connection.execute(_CLAIMED, {"p_hash": phone_hash, "p_customer": customer}).rowcount

    def add(self, voucher: Voucher) -> bool:
        """The primary key decides."""
        return _ADD.value(self._connection, {**_row(voucher), "changed_at": self._outside.clock()}) is not None

    def move(self, before: Voucher, after: Voucher, move: str, cause: str, at: datetime) -> bool:
        """Only from the state it was seen in."""
        values = {
            "p_code": before.code,
            "p_before": before.state.value,
            "p_state": after.state.value,
            "p_reserved_by": after.reserved_by,
            "p_reserved_until": after.reserved_until,
            "p_sale": after.sale,
            "p_at": at,
        }
        if self._connection.execute(_MOVE, values).rowcount != 1:
            return False
        told = {"code": before.code, "move": move, "source": before.state.value, "target": after.state.value}
        self._connection.execute(_TOLD, {**told, "cause": cause[:36], "at": at})
        return True


def voucher_of_row(row: Row[Any]) -> Voucher:
    """A row of `vouchers` as the core knows it."""
    return Voucher(
        row.code,
        row.offer,
        CustomerId(row.customer) if row.customer else None,
        row.phone_hash,
        VoucherState(row.state),
        row.valid_from,
        row.valid_until,
        row.reserved_by,
        row.reserved_until,
        row.sale,
    )


def _row(voucher: Voucher) -> dict[str, Any]:
    return {
        "code": voucher.code,
        "offer": voucher.offer,
        "customer": voucher.customer,
        "phone_hash": voucher.phone_hash,
        "state": voucher.state.value,
        "valid_from": voucher.valid_from,
        "valid_until": voucher.valid_until,
        "reserved_by": voucher.reserved_by,
        "reserved_until": voucher.reserved_until,
        "sale": voucher.sale,
    }
