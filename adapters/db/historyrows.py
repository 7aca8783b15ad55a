"""Purchases of the past: whose a receipt is, who has bought before, and the tills' sales on their way to the lake."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select

from adapters.db.erasing import forgotten_among
from adapters.db.historytables import PHONE, purchases
from adapters.db.outside import Outside
from adapters.db.saletables import return_lines, returns, sale_lines, sales
from adapters.db.sql import insert_for
from adapters.db.tables import card_numbers, cards, customers
from core.shared.values import CustomerId, Phone

_BATCH = 400
_OFF = sale_lines.c.discount.label("off")
"""Of the line: its receipt has a discount, too, and the same name."""


class HistoryRows:
    """Reads and writes of purchase history."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def owners(self, codes: Collection[str], phones: Callable[[str], Phone | None]) -> Mapping[str, str]:
        """By card number or phone as a file has it: the customer's id, else `phone:<hash>`; others are left out.

        So are phones whose owners were forgotten: nothing of the past is tied to them again.
        """
        found: dict[str, str] = {}
        for chunk in _chunks(sorted(codes)):
            chosen = select(card_numbers.c.number, cards.c.customer).join(cards, cards.c.id == card_numbers.c.card)
            found.update(
                (row[0], row[1]) for row in self._connection.execute(chosen.where(card_numbers.c.number.in_(chunk)))
            )
        read = {code: phone for code in codes if code not in found and (phone := phones(code)) is not None}
        proven: dict[str, str] = {}
        for chunk in _chunks(sorted({phone.e164 for phone in read.values()})):
            chosen_people = select(customers.c.phone, customers.c.id).where(
                customers.c.phone.in_(chunk), customers.c.phone_verified_at.is_not(None)
            )
            proven.update((row[0], row[1]) for row in self._connection.execute(chosen_people))
        hashes = {code: self._outside.hashed(phone) for code, phone in read.items() if phone.e164 not in proven}
        gone = forgotten_among(self._connection, set(hashes.values()))
        found |= {code: PHONE + hashed for code, hashed in hashes.items() if hashed not in gone}
        found |= {code: proven[phone.e164] for code, phone in read.items() if phone.e164 in proven}
        return found

    def bought(self, seen: Mapping[str, tuple[datetime, datetime]]) -> None:
        """These owners have bought at these first and last instants; running twice changes nothing."""
        if not seen:
            return
        rows = [{"owner": owner, "first_at": first, "last_at": last} for owner, (first, last) in sorted(seen.items())]
        statement = insert_for(self._connection, purchases)
        new = statement.excluded
        kept = statement.on_conflict_do_update(
            index_elements=["owner"],
            set_={
                "first_at": case((new.first_at < purchases.c.first_at, new.first_at), else_=purchases.c.first_at),
                "last_at": case((new.last_at > purchases.c.last_at, new.last_at), else_=purchases.c.last_at),
            },
        )
        self._connection.execute(kept, rows)

    def numbers(self, owners: Collection[str]) -> Mapping[str, str]:
        """The card number of each customer that has one."""
        found: dict[str, str] = {}
        for chunk in _chunks(sorted(owners)):
            chosen = (
                select(cards.c.customer, cards.c.number)
                .join(card_numbers, card_numbers.c.number == cards.c.number)
                .where(cards.c.customer.in_(chunk), card_numbers.c.kind == "current")
            )
            found.update((row[0], row[1]) for row in self._connection.execute(chosen))
        return found

    def settled(self, after: datetime | None, until: datetime) -> Sequence[dict[str, Any]]:
        """Lines of sales received, and of returns made, in (after, until], in the lake's columns."""
        sold = select(sales, sale_lines, _OFF).join(sale_lines, sale_lines.c.sale == sales.c.id)
        sold = sold.where(sales.c.received_at <= until)
        back = (
            select(sales, sale_lines, _OFF, return_lines.c.milli.label("back"))
            .join(returns, returns.c.sale == sales.c.id)
            .join(return_lines, return_lines.c["return"] == returns.c.id)
            .join(sale_lines, (sale_lines.c.sale == sales.c.id) & (sale_lines.c.line == return_lines.c.line))
            .where(returns.c.at <= until)
        )
        if after is not None:
            sold, back = sold.where(sales.c.received_at > after), back.where(returns.c.at > after)
        found = [self._row(row, row.milli, "till") for row in self._connection.execute(sold)]
        return found + [self._row(row, -row.back, "return") for row in self._connection.execute(back)]

    def _row(self, row: Any, milli: int, source: str) -> dict[str, Any]:
        discount = row.off if milli > 0 else -(row.off * -milli // row.milli)
        return {
            "store": row.store,
            "till": row.till,
            "receipt": row.receipt,
            "business_date": row.business_date,
            "sold_at": row.sold_at,
            "owner": row.customer,
            "sku": row.sku,
            "milli": milli,
            "unit_price": row.unit_price,
            "discount": discount,
            "points_spent": row.points_spent if row.line == 0 and milli > 0 else 0,
            "line": row.line,
            "source": source,
        }


def has_history(connection: Connection, people: Sequence[CustomerId], hashes: Sequence[str]) -> bool:
    """True when one of them bought before, under their id or a phone that is theirs by now."""
    owners = [*people, *(PHONE + one for one in hashes)]
    return connection.execute(select(func.count()).where(purchases.c.owner.in_(owners))).scalar_one() > 0


def _chunks(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[at : at + _BATCH] for at in range(0, len(values), _BATCH)]
