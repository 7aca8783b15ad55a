"""A till in tests: a key, a store, calls over HTTP, and customers with points."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from core.ledger.actions import give
from core.ledger.model import Kind
from core.offers.model import Offer
from core.offers.reading import offer_from
from core.shared.values import CustomerId
from core.vouchers.actions import issue
from tests.journeys.test_web import Chat
from tests.support.served import Served, serve

NOBODY = CustomerId("")
_numbers = itertools.count(1)


def line(sku: str = "a", price: int = 10000, quantity: str = "1", **more: Any) -> dict[str, Any]:
    """A line of a basket."""
    return {"sku": sku, "quantity": quantity, "unit_price": price, **more}


def now(**moved: float) -> str:
    """An instant as a till writes it."""
    return (datetime.now(UTC) + timedelta(**moved)).isoformat()


@dataclass(slots=True)
class Till:
    """A till of store s1, and one customer with a card."""

    served: Served
    chat: Chat
    number: str = ""
    customer: CustomerId = NOBODY
    replayed: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    async def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, bearer: str | None = None
    ) -> tuple[int, Any]:
        """Status and JSON; the raw answer's headers are kept."""
        headers = {"Authorization": f"Bearer {bearer or self.served.till_key}"}
        headers |= {"Idempotency-Key": key} if key is not None else {}
        url = f"{self.served.url}/pos/v1{path}"
        async with self.served.http.request(method, url, json=body, headers=headers) as answer:
            self.headers = dict(answer.headers)
            self.replayed = answer.headers.get("Idempotency-Replayed") == "true"
            return answer.status, await answer.json(content_type=None) if answer.status != 204 else None

    async def quote(self, *lines: dict[str, Any], **more: Any) -> tuple[int, Any]:
        """A quote in store s1."""
        return await self.call("POST", "/quotes", {"store": "s1", "lines": list(lines) or [line()], **more})

    async def sell(self, *lines: dict[str, Any], key: str | None = None, **more: Any) -> tuple[int, Any]:
        """A sale in store s1 with a receipt number of its own."""
        number = str(next(_numbers))
        body: dict[str, Any] = {"store": "s1", "till": "1", "receipt": f"r{number}", "sold_at": now()}
        body |= {"lines": list(lines) or [line()], **more}
        return await self.call("POST", "/sales", body, key=key or f"k{number}")

    async def take_back(self, sale: str, *lines: tuple[int, str], key: str | None = None) -> tuple[int, Any]:
        """A return by line and quantity."""
        body = {"lines": [{"line": at, "quantity": quantity} for at, quantity in lines]}
        return await self.call("POST", f"/sales/{sale}/returns", body, key=key or f"b{next(_numbers)}")

    async def cancel(self, sale: str, key: str | None = None) -> tuple[int, Any]:
        """All that is left comes back."""
        return await self.call("POST", f"/sales/{sale}/cancel", {}, key=key or f"c{next(_numbers)}")

    async def points(self) -> dict[str, Any]:
        """The points object of lookup."""
        found: dict[str, Any] = (await self.served.lookup(self.number))[1]["points"]
        return found

    async def gift(self, points: int) -> None:
        """Points that are active at once and never expire soon."""
        key = f"g{next(_numbers)}"
        await self.do(
            lambda work: give(work, Kind.ADJUST, customer=self.customer, points=points, source="staff:t", key=key)
        )

    async def offer(self, **data: Any) -> Offer:
        """An offer of the house."""
        made = offer_from(data)
        await self.do(lambda work: work.offers.put(made, data))
        return made

    async def voucher(self, offer: str, *, mine: bool = False, **more: Any) -> str:
        """A voucher's code."""
        owner = self.customer if mine else None
        made = await self.do(lambda work: issue(work, offer=offer, customer=owner, **more))
        return str(made.code)

    async def spoken(self) -> str:
        """A code that proves possession."""
        replies = await self.chat.says("код")
        return "".join(letter for letter in str(replies[-1]["data"]["spoken"]) if letter.isdigit())

    async def do(self, job: Any) -> Any:
        """A work of the house."""
        return await self.served.house.lanes.do(self.customer, job)


@asynccontextmanager
async def open_till(database_url: str, phone: str = "+380671234567", **settings: Any) -> AsyncIterator[Till]:
    """A served house with one customer at its till."""
    async with serve(database_url, **settings) as served:
        chat = Chat(served)
        card = await chat.registers(phone)
        till = Till(served, chat, str(card["data"]["number"]))
        till.customer = CustomerId((await served.lookup(till.number))[1]["customer"]["id"])
        yield till
