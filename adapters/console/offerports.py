"""What the pages of offers read."""

from collections.abc import Sequence
from typing import Protocol

from core.offers.model import Offer
from core.offers.views import OfferPage, OfferRow, Wares
from core.sales.basket import Line
from core.sales.examples import Example, Exampled


class OfferViews(Protocol):
    """Reads for the pages of offers."""

    async def offers(self) -> Sequence[OfferRow]:
        """Every offer, by id."""
        ...

    async def offer(self, offer: str) -> OfferPage | None: ...

    async def wares(self) -> Wares: ...

    async def sample(self) -> Sequence[Line]:
        """Some goods of the catalogue to begin an example with."""
        ...

    async def example(self, draft: Offer, of: Example) -> Exampled:
        """What the basket comes to. Raises Busy."""
        ...
