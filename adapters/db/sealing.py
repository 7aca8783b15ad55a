"""The seal: every committed operation is chained to the one before, so that a line changed later is found."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, select, text

from adapters.db.ledgertables import entries, operations, seals

CHUNK = 500
LATE = timedelta(days=1)
"""No transaction takes longer from its instant to its commit; what the seals have passed by, `db check` names."""
_FIRST = "0" * 64
_LAST = (
    select(seals.c.hash, operations.c.at)
    .join(operations, operations.c.id == seals.c.operation)
    .order_by(seals.c.number.desc())
    .limit(1)
)
_WAITING = (
    select(operations)
    .where(~exists().where(seals.c.operation == operations.c.id))
    .order_by(operations.c.at, operations.c.id)
)


def seal(connection: Connection, limit: int = CHUNK) -> int:
    """Up to so many operations that have none get their seal, in the order of their instants; how many."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(7266279)"))
    last = connection.execute(_LAST).one_or_none()
    waiting = _WAITING.limit(limit)
    if last is not None:
        waiting = waiting.where(operations.c.at >= last.at - LATE)
    found = connection.execute(waiting).all()
    hashed, made = _FIRST if last is None else last.hash, []
    for row, lines in _with_entries(connection, found):
        hashed = _hash(hashed, row, lines)
        made.append({"operation": row.id, "hash": hashed})
    if made:
        connection.execute(seals.insert(), made)
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
