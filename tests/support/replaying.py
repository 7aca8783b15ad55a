"""The books of one house posted anew, operation by operation, in an empty one (reliability.md promise 21)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from adapters.db.ledgerrows import entry_of_row, lot_of_row
from adapters.db.ledgertables import entries, lots, members, operations, purses
from adapters.db.work import DbWork
from core.ledger.model import Entry, Kind, Lot, Operation, OperationId

Balances = Mapping[str, Any]


def replay(books: Connection, work: DbWork) -> None:
    """Every operation of `books` is posted by `work`, in the order of the books, from operations and entries alone.

    Of a lot only what its earning fixed is taken over (owner at birth, amount, dates); where its points went and every
    purse follow from the entries.
    """
    posted: dict[str, list[Entry]] = defaultdict(list)
    owner: dict[str, Any] = {}
    for row in books.execute(select(entries).order_by(entries.c.id)):
        posted[row.operation].append(entry_of_row(row))
        if row.lot is not None:
            owner.setdefault(row.lot, row.customer)
    born: dict[str, list[Lot]] = defaultdict(list)
    for row in books.execute(select(lots).order_by(lots.c.number)):
        lot = lot_of_row(row)
        born[lot.operation].append(replace(lot, customer=owner.get(lot.id, lot.customer), pending=0, active=0, held=0))
    rows = {row.id: row for row in books.execute(select(operations))}
    for known in [one for one in posted if one in rows]:
        row = rows[known]
        made = Operation(
            OperationId(row.id), Kind(row.kind), row.source, row.key, row.at, row.business_at, row.actor, row.reason,
            None if row.corrects is None else OperationId(row.corrects),
        )  # fmt: skip
        work.ledger.lock({one.customer for one in posted[known] if one.customer is not None})
        work.ledger.post(made, posted[known], new=born[known])


def balances(connection: Connection) -> Balances:
    """Every purse, every lot and every balance after an operation."""
    return {
        "purses": _told(connection, select(*(purses.c[n] for n in ("customer", "active", "pending", "held", "debt")))),
        "lots": _told(connection, select(lots.c.id, lots.c.pending, lots.c.active, lots.c.held)),
        "after": _told(connection, select(members)),
    }


def _told(connection: Connection, statement: Any) -> list[tuple[Any, ...]]:
    found = sorted(tuple(row) for row in connection.execute(statement))
    return [row for row in found if any(isinstance(part, int) and part for part in row)]
