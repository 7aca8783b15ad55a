"""What a till asks of the house in the work's own transaction: what a code means, which products these are."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from adapters.db.codelook import found_in
from adapters.db.prepared import Prepared
from adapters.db.tables import products
from adapters.db.types import among
from core.cards.lookup import Found, Keys
from core.stores.model import Product

_PRODUCTS = Prepared({kind: select(products).where(named) for kind, named in among(products.c.sku, "p_skus").items()})


class FinderRows:
    """Satisfies `core.sales.ports.Finder`: the till's look at a code, in the work's own transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, keys: Keys) -> Found:
        """By the same statement as the lookup."""
        return found_in(self._connection, keys)


class ProductRows:
    """Satisfies `core.sales.ports.Products`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_sku(self, skus: Collection[str]) -> Mapping[str, Product]:
        """By primary key."""
        if not skus:
            return {}
        rows = _PRODUCTS.all(self._connection, {"p_skus": sorted(skus)})
        return {
            row.sku: Product(row.sku, row.name, row.category, row.brand, row.price, bool(row.no_points), row.image)
            for row in rows
        }
