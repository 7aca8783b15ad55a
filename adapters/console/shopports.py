"""What the pages about stores and tills read."""

from collections.abc import Sequence
from typing import Protocol

from core.shared.listing import Asked, Slice
from core.stores.views import StoreRow, TillRow


class ShopViews(Protocol):
    """Reads of stores and tills."""

    async def tills_of(self, asked: Asked) -> Slice[TillRow]:
        """Those with a living key first, by store and name; filters `name`, `store` (an id), `state`."""
        ...

    async def till(self, till: str) -> TillRow | None: ...

    async def stores_of(self, asked: Asked) -> Slice[StoreRow]:
        """By city and name; filters `name`, `city`, `group`."""
        ...

    async def store(self, store: str) -> StoreRow | None: ...

    async def choice(self) -> Sequence[StoreRow]:
        """Every store, by city and name."""
        ...
