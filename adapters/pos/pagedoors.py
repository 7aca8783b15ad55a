"""What only the cashier's page asks: a product by its code, the own shift's totals."""

from aiohttp import web
from pydantic import Field

from adapters.http.api import Answer, Body, Endpoint
from adapters.pos.ports import House, PosWork
from adapters.pos.receiptdoors import Guard
from core.ledger.dates import day_of, midnight
from core.programme.model import Programme
from core.shared.refusals import Unknown


class ProductBody(Body):
    """A code as it was scanned."""

    code: str = Field(min_length=1, max_length=64)


class ProductOut(Answer):
    """A thing on sale; price in minor units."""

    sku: str
    name: str
    price: int


class ShiftOut(Answer):
    """What this cashier has settled today; minor units and points."""

    sales: int
    total: int
    points_spent: int
    earned: int
    returns: int
    money_back: int


class PageDoors:
    """Both are looks: nothing changes."""

    def __init__(self, *, reads: House, programme: Programme, who: Guard) -> None:
        self._reads, self._programme, self._who = reads, programme, who

    def endpoints(self) -> list[Endpoint[ProductBody]]:
        """For the page alone, guarded by its session."""
        return [
            Endpoint("POST", "/till/api/products", "", self._product, ProductBody, ProductOut),
            Endpoint("GET", "/till/api/shift", "", self._shift, None, ShiftOut),
        ]

    async def _product(self, request: web.Request, body: ProductBody) -> ProductOut:
        asker = await self._who(request)
        code = body.code.strip()

        def job(work: PosWork) -> ProductOut:
            found = work.products.by_sku({code}).get(code) if code.isprintable() else None
            if found is None:
                raise Unknown("unknown-product")
            return ProductOut(sku=found.sku, name=found.name, price=found.price)

        return await self._reads.do(asker.source, job)

    async def _shift(self, request: web.Request, body: None) -> ShiftOut:
        del body
        asker = await self._who(request)

        def job(work: PosWork) -> ShiftOut:
            since = midnight(day_of(work.now, self._programme), self._programme)
            done = work.sales.shift(asker.source, since)
            return ShiftOut(
                sales=done.sales, total=done.total, points_spent=done.points_spent, earned=done.earned,
                returns=done.returns, money_back=done.money_back,
            )  # fmt: skip

        return await self._reads.do(asker.source, job)
