"""Imports as rows, what each has changed, and that taken back: only what still stands as the import has left it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, select

from adapters.db.outside import Outside
from adapters.db.sql import add, put, renew
from adapters.db.tables import import_changes, imports, plastics, products
from adapters.db.weektables import plans, promo
from core.imports.model import Import, ImportState
from core.imports.reasons import Reason, as_data, reason, reason_from

_of, _change = imports.c, import_changes.c
_BATCH = 250
_IN_THE_HOUSE = (ImportState.DONE.value, ImportState.RUNNING.value)


class ImportRows:
    """Satisfies `core.imports.ports.Imports`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def get(self, id: str, *, lock: bool = False) -> Import | None:
        """By id."""
        chosen = select(imports).where(_of.id == id)
        row = self._connection.execute(chosen.with_for_update() if lock else chosen).one_or_none()
        return None if row is None else import_of_row(row)

    def add(self, one: Import) -> None:
        """As given."""
        add(self._connection, imports, _row(one))

    def save(self, one: Import) -> None:
        """As given."""
        renew(self._connection, imports, _row(one))

    def same(self, digest: str) -> Sequence[Import]:
        """By the index of digests."""
        chosen = select(imports).where(_of.digest == digest, _of.state.in_(_IN_THE_HOUSE)).order_by(_of.at.desc())
        return [import_of_row(row) for row in self._connection.execute(chosen)]

    def left(self, before: datetime) -> Sequence[str]:
        """Whatever came of them."""
        return list(self._connection.execute(select(_of.id).where(_of.at < before).order_by(_of.at)).scalars())

    def changed(
        self, id: str, changes: Sequence[tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]]
    ) -> None:
        """What the import has changed: a key, how it was, how it is."""
        rows = [{"import": id, "key": key, "before": before, "after": after} for key, before, after in changes]
        if rows:
            self._connection.execute(import_changes.insert(), rows)

    def next_changes(self, id: str) -> Sequence[Row[Any]]:
        """The next of them, which are over with this work."""
        chosen = select(import_changes).where(_change["import"] == id).order_by(_change.id).limit(_BATCH)
        rows = self._connection.execute(chosen).all()
        self._connection.execute(delete(import_changes).where(_change.id.in_([row.id for row in rows])))
        return rows

    def restore_products(self, some: Sequence[Row[Any]]) -> tuple[int, int]:
        """How many goods are as they were before, and how many were changed by somebody since, or are on promo."""
        kept = 0
        if some:
            now = self._by_key(products, [row.key for row in some])
            promoted = set(
                self._connection.execute(
                    select(promo.c.sku).where(promo.c.sku.in_([row.key for row in some])).distinct()
                ).scalars()
            )
            back, gone = [], []
            for row in some:
                if now.get(row.key) != row.after or (row.before is None and row.key in promoted):
                    kept += 1
                elif row.before is None:
                    gone.append(row.key)
                else:
                    back.append(dict(row.before))
            put(self._connection, products, back)
            if gone:
                self._connection.execute(delete(products).where(products.c.sku.in_(gone)))
        return len(some) - kept, kept

    def restore_promo(self, some: Sequence[Row[Any]]) -> tuple[int, int]:
        """The same of promo items; those of a week that is planned stay: people have the offers."""
        planned = set(self._connection.execute(select(plans.c.week).distinct()).scalars())
        undone = kept = 0
        for row in some:
            week, _, sku = row.key.partition(" ")
            here = (promo.c.week == week) & (promo.c.sku == sku)
            now = self._connection.execute(select(promo).where(here)).mappings().one_or_none()
            if now is None or dict(now) != row.after or week in planned:
                kept += 1
                continue
            if row.before is None:
                self._connection.execute(delete(promo).where(here))
            else:
                put(self._connection, promo, [{**row.before, "version": now["version"] + 1}])
            undone += 1
        return undone, kept

    def remove_plastics(self, some: Sequence[Row[Any]]) -> tuple[int, int]:
        """Records that the import has brought and nobody has restored are gone; renewed ones stay renewed."""
        fresh = [row.key for row in some if row.before is None]
        gone = delete(plastics).where(plastics.c.number.in_(fresh), plastics.c.card.is_(None))
        count = self._connection.execute(gone).rowcount
        return count, len(some) - count

    def _by_key(self, table: Table, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        key = next(iter(table.primary_key.columns))
        rows = self._connection.execute(select(table).where(key.in_(keys))).mappings()
        return {row[key.name]: dict(row) for row in rows}


def import_of_row(row: Row[Any]) -> Import:
    """A row of `imports` as the core knows it."""
    return Import(
        row.id, row.name, row.digest, row.size, row.kind, dict(row.columns), row.by, row.at, ImportState(row.state),
        row.good, row.rejected, _first(row.first), row.why, row.finished_at, row.undone_by,
        row.undone, row.kept,
    )  # fmt: skip


def _first(rows: Sequence[Any]) -> Sequence[tuple[int, Reason]]:
    """Reasons that were kept as texts, before they had codes, are read as what they say."""
    return tuple((line, reason_from(why) or reason("", "text", text=str(why))) for line, why in rows)


def _row(one: Import) -> dict[str, Any]:
    return {
        "id": one.id, "name": one.name, "digest": one.digest, "size": one.size, "kind": one.kind,
        "columns": dict(one.columns), "state": one.state.value, "by": one.by, "at": one.at, "good": one.good,
        "rejected": one.rejected, "first": [[line, as_data(why)] for line, why in one.first], "why": one.why,
        "finished_at": one.finished_at, "undone_by": one.undone_by, "undone": one.undone, "kept": one.kept,
    }  # fmt: skip
