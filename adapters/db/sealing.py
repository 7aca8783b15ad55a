"""The seal: every committed operation is chained to the one before, so that a line changed later is found."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, text

from adapters.db.ledgertables import entries, operations, seals

CHUNK = 500
_FIRST = "0" * 64


def seal(connection: Connection, limit: int = CHUNK) -> int:
    """Up to so many operations that have none get their seal, in the order of their instants; how many."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(7266279)"))
    last = connection.execute(select(seals.c.hash).order_by(seals.c.number.desc()).limit(1)).scalar()
    waiting = (
        select(operations)
        .outerjoin(seals, seals.c.operation == operations.c.id)
        .where(seals.c.number.is_(None))
        .order_by(operations.c.at, operations.c.id)
        .limit(limit)
    )
    found = connection.execute(waiting).all()
    hashed = last or _FIRST
    for row, lines in _with_entries(connection, found):
        hashed = _hash(hashed, row, lines)
        connection.execute(seals.insert(), {"operation": row.id, "hash": hashed})
    return len(found)


def broken_seals(connection: Connection) -> Sequence[str]:
    """The operations whose seal does not fit what they say; the first one breaks the chain."""
    hashed, after = _FIRST, 0
    while True:
        chunk = (
            select(seals.c.number, seals.c.hash, operations)
            .join(operations, operations.c.id == seals.c.operation)
            .where(seals.c.number > after)
            .order_by(seals.c.number)
            .limit(CHUNK)
        )
        found = connection.execute(chunk).all()
        if not found:
            return []
        for row, lines in _with_entries(connection, found):
            hashed = _hash(hashed, row, lines)
            if hashed != row.hash:
                return [row.id]
        after = found[-1].number


def _with_entries(connection: Connection, found: Sequence[Row[Any]]) -> list[tuple[Row[Any], list[Row[Any]]]]:
    ids = [row.id for row in found]
    chosen = select(entries).where(entries.c.operation.in_(ids)).order_by(entries.c.id)
    lines: dict[str, list[Row[Any]]] = {one: [] for one in ids}
    for row in connection.execute(chosen):
        lines[row.operation].append(row)
    return [(row, lines[row.id]) for row in found]


def _hash(before: str, row: Row[Any], lines: Sequence[Row[Any]]) -> str:
    told = [row.id, row.kind, row.source, row.key, row.at.isoformat(), row.business_at.isoformat(), row.actor,
            row.reason, row.corrects]  # fmt: skip
    moves = [[line.account, line.customer, line.lot, line.amount] for line in lines]
    text_of = json.dumps([before, told, moves], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text_of.encode()).hexdigest()
