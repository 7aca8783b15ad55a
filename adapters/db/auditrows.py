"""The audit log: lines written one after another, each chained to the one before, and the chain checked."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from adapters.db.audittables import audit
from adapters.db.sql import add
from core.audit.model import Entry

_FIRST = "0" * 64
_CHUNK = 1_000
_LAST = select(audit.c.hash).order_by(audit.c.number.desc()).limit(1)


class AuditRows:
    """Satisfies `core.audit.ports.Audit`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, entry: Entry) -> None:
        """The line follows the last one. Writers wait for each other until their work is over: lines are rare."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("select pg_advisory_xact_lock(7266280)"))
        row = {
            "at": entry.at, "login": entry.actor.login, "role": entry.actor.role, "origin": entry.actor.origin,
            "verb": entry.verb, "subject": entry.subject, "before": _kept(entry.before), "after": _kept(entry.after),
            "why": entry.why,
        }  # fmt: skip
        before = self._connection.execute(_LAST).scalar() or _FIRST
        add(self._connection, audit, {**row, "hash": _hash(before, row)})


def broken_audit(connection: Connection) -> Sequence[str]:
    """The number of the first line that does not fit what stood before it; nothing where all do."""
    before, after = _FIRST, 0
    while True:
        chunk = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(_CHUNK)
        found = connection.execute(chunk).mappings().all()
        if not found:
            return []
        for row in found:
            before = _hash(before, dict(row))
            if before != row["hash"]:
                return [str(row["number"])]
        after = found[-1]["number"]


def _kept(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """As JSON gives it back: what is hashed now must be what is hashed when it is checked."""
    return None if data is None else dict(json.loads(json.dumps(dict(data), default=str)))


def _hash(before: str, row: Mapping[str, Any]) -> str:
    at: datetime = row["at"]
    told = [at.isoformat(timespec="microseconds"), *(row[name] for name in _TOLD)]
    text_of = json.dumps([before, told], separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text_of.encode()).hexdigest()


_TOLD = ("login", "role", "origin", "verb", "subject", "before", "after", "why")
