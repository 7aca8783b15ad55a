"""What the console's pages about customers read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.sales.customerviews import CustomerRow, Found, MergeRow, MessageRow, Movement, NumberRow, ReceiptRow, Sought
from core.shared.listing import Asked, Slice
from core.shared.values import CustomerId


class CustomerViews(Protocol):
    """Reads about customers; `people` are all selves of one person, the living one first."""

    async def customers(self, asked: Asked) -> Slice[CustomerRow]:
        """Living customers, the newest first; filter `language`."""
        ...

    async def found(self, sought: Sought) -> Found: ...

    async def numbers(self, people: Sequence[CustomerId]) -> Sequence[NumberRow]: ...

    async def merges(self, customer: CustomerId) -> Sequence[MergeRow]: ...

    async def movements(self, people: Sequence[CustomerId], asked: Asked) -> Slice[Movement]:
        """The newest first; filter `kind`."""
        ...

    async def receipts(self, people: Sequence[CustomerId], asked: Asked) -> Slice[ReceiptRow]:
        """The newest first; filter `receipt`."""
        ...

    async def messages(self, people: Sequence[CustomerId], asked: Asked) -> Slice[MessageRow]:
        """The newest first; filter `outcome`."""
        ...

    async def sent_since(self, people: Sequence[CustomerId], since: datetime) -> int:
        """How many promotions went out to them."""
        ...
