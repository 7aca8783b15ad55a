"""Shelves that remember what an import changes on them, so that it can be taken back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select, tuple_

from adapters.db.importrows import ImportRows
from adapters.db.outside import Outside
from adapters.db.shelves import CustomerRow, PromoRow, Shelves
from adapters.db.tables import plastics, products
from adapters.db.weektables import promo
from core.cards.model import Plastic
from core.stores.model import Product, Store

_BATCH = 400


class NotedShelves(Shelves):
    """The shelves of one import; what is put on them as it stood already is no change."""

    def __init__(self, connection: Connection, outside: Outside, import_id: str) -> None:
        super().__init__(connection, outside)
        self._import, self._kept = import_id, ImportRows(connection, outside)

    def put_products(self, rows: Sequence[Product]) -> None:
        """Goods as they were and are."""
        keys = [(row.sku,) for row in rows]
        before = self._rows(products, keys)
        super().put_products(rows)
        self._note(before, self._rows(products, keys))

    def put_promo(self, items: Sequence[tuple[PromoRow, Collection[str]]]) -> None:
        """Promo items as they were and are."""
        keys = [(item.week, item.sku) for item, _ in items]
        before = self._rows(promo, keys)
        super().put_promo(items)
        self._note(before, self._rows(promo, keys))

    def put_plastics(self, rows: Sequence[Plastic]) -> None:
        """Which numbers are new: what stands on a record is a person's, and is not kept twice."""
        keys = [(row.number,) for row in rows]
        before = self._rows(plastics, keys)
        super().put_plastics(rows)
        told: list[tuple[str, dict[str, Any] | None, None]] = [
            (number, {} if (number,) in before else None, None) for (number,) in keys
        ]
        self._kept.changed(self._import, told)

    def _note(self, before: Mapping[tuple[str, ...], Any], after: Mapping[tuple[str, ...], Any]) -> None:
        changes = [(" ".join(key), before.get(key), row) for key, row in after.items() if before.get(key) != row]
        self._kept.changed(self._import, changes)

    def _rows(self, table: Table, keys: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], dict[str, Any]]:
        names = list(table.primary_key.columns)
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for at in range(0, len(keys), _BATCH):
            some = keys[at : at + _BATCH]
            chosen = select(table).where(
                names[0].in_([key[0] for key in some]) if len(names) == 1 else tuple_(*names).in_(some)
            )
            for row in self._connection.execute(chosen).mappings():
                found[tuple(row[one.name] for one in names)] = dict(row)
        return found


class LookingShelves(Shelves):
    """The shelves looked at: what a file would meet there, and nothing is put on them."""

    def put_stores(self, rows: Sequence[Store]) -> None:
        """Nothing."""

    def put_products(self, rows: Sequence[Product]) -> None:
        """Nothing."""

    def put_promo(self, items: Sequence[tuple[PromoRow, Collection[str]]]) -> None:
        """Nothing."""

    def put_plastics(self, rows: Sequence[Plastic]) -> None:
        """Nothing."""

    def put_customers(self, rows: Sequence[CustomerRow], now: datetime) -> None:
        """Nothing."""
