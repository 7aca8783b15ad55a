"""The receipt's operations as endpoints: `/pos/v1` for tills with a key, `/till/api` for the cashier's page."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web

from adapters.http.api import RAW, Endpoint
from adapters.http.problems import Problem
from adapters.pos.receiptanswers import (
    AnswerOut,
    BackOut,
    ConfirmationOut,
    HoldOut,
    QuoteOut,
    SaleOut,
    WholeSaleOut,
    quote_json,
)
from adapters.pos.receiptbodies import CancelBody, ConfirmationBody, HoldBody, QuoteBody, ReturnBody, SaleBody
from adapters.pos.receipts import Asker, Receipts
from core.ledger.once import Done
from core.sales.actions import TotalChanged
from core.shared.refusals import Unknown

T = TypeVar("T")
KEY = "Idempotency-Key"
_KEY_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"}
_CODE = {404: ["unknown-code"], 409: ["card-blocked", "card-replaced"]}
_KEYED = {401: ["unauthorized"], 403: ["other-store"], 429: ["too-many-misses", "too-many-requests"]}
_QUOTE = {
    **_KEYED,
    404: ["unknown-code", "unknown-hold"],
    409: ["card-blocked", "card-replaced", "hold-closed"],
    422: ["unknown-store"],
}
_SALE = {
    **_KEYED,
    400: ["idempotency-key"],
    404: ["unknown-code", "unknown-hold"],
    409: ["card-blocked", "card-replaced", "hold-closed", "total-changed", "proof-needed", "code-used",
          "not-enough-points", "voucher-used"],
    422: ["unknown-store", "idempotency-conflict", "receipt-conflict", "clock-ahead", "too-late"],
}  # fmt: skip
_RETURN = {
    **_KEYED,
    400: ["idempotency-key"],
    404: ["unknown-sale"],
    409: ["return-exceeds-sale", "nothing-to-return"],
    422: ["idempotency-conflict"],
}
_HOLD = {
    **_KEYED,
    400: ["idempotency-key"],
    404: ["unknown-code"],
    409: ["card-blocked", "card-replaced", "not-enough-points", "voucher-used", "not-yours"],
    422: ["idempotency-conflict"],
}
_RELEASE = {**_KEYED, 404: ["unknown-hold"], 409: ["hold-closed"]}
_ASK = {**_KEYED, 404: ["unknown-code"], 409: ["card-blocked", "card-replaced", "nobody-to-ask"]}
_ASKED = {**_KEYED, 404: ["unknown-confirmation"]}
_LINES = [{"sku": "1001", "quantity": "1.250", "unit_price": 12990}]
_EXAMPLE = {"code": "2912345678906", "store": "s1", "lines": _LINES, "spend_points": "max"}
Guard = Callable[[web.Request], Awaitable[Asker]]
Missed = Callable[[web.Request], Awaitable[None]]


class ReceiptDoors:
    """One set of operations; `who` says whose they are, and a code that nobody knows is counted by `missed`."""

    def __init__(self, receipts: Receipts, *, who: Guard, missed: Missed, root: str) -> None:
        self._receipts, self._who, self._missed, self._root = receipts, who, missed, root

    def endpoints(self) -> list[Endpoint[Any]]:
        """As they stand in the OpenAPI."""
        root, keyed = self._root, {KEY: _KEY_SCHEMA}
        return [
            Endpoint("POST", f"{root}/quotes", "What a basket comes to; nothing changes", self._quote, QuoteBody,
                     QuoteOut, problems=_QUOTE, example=_EXAMPLE),
            Endpoint("POST", f"{root}/sales", "A receipt is settled, once", self._sell, SaleBody, SaleOut, 201, _SALE,
                     headers=keyed, again=200,
                     example={**_EXAMPLE, "receipt": "17", "till": "1", "sold_at": "2026-11-26T12:00:00Z"}),
            Endpoint("GET", f"{root}/sales/{{sale_id}}", "A settled sale and what has come back of it", self._sale,
                     None, WholeSaleOut, problems={**_KEYED, 404: ["unknown-sale"]}),
            Endpoint("POST", f"{root}/sales/{{sale_id}}/returns", "Lines come back, once", self._return, ReturnBody,
                     BackOut, 201, _RETURN, headers=keyed, again=200,
                     example={"lines": [{"line": 0, "quantity": "1"}], "reason": "damaged"}),
            Endpoint("POST", f"{root}/sales/{{sale_id}}/cancel", "Everything left comes back, once", self._cancel,
                     CancelBody, BackOut, 201, _RETURN, headers=keyed, again=200, example={"reason": "mistake"}),
            Endpoint("POST", f"{root}/holds", "An open receipt claims points for a while, once", self._hold, HoldBody,
                     HoldOut, 201, _HOLD, headers=keyed, again=200, example={"code": "2912345678906", "points": 50}),
            Endpoint("DELETE", f"{root}/holds/{{hold_id}}", "The claim is dropped; again is no mistake",
                     self._release, None, None, 204, _RELEASE),
            Endpoint("POST", f"{root}/confirmations", "The customer is asked in the chat", self._ask,
                     ConfirmationBody, ConfirmationOut, 201, _ASK, example={"code": "2912345678906", "points": 50}),
            Endpoint("GET", f"{root}/confirmations/{{confirmation}}", "What the customer said", self._asked, None,
                     AnswerOut, problems=_ASKED),
        ]  # fmt: skip

    async def _quote(self, request: web.Request, body: QuoteBody) -> bytes:
        asker = await self._who(request)
        return (await self._counted(request, self._receipts.quote(asker, body))).encode()

    async def _sell(self, request: web.Request, body: SaleBody) -> web.Response:
        asker, key = await self._who(request), _key(request)
        try:
            return _done(await self._counted(request, self._receipts.sell(asker, key, body, request[RAW])))
        except TotalChanged as changed:
            data = {"total": changed.quoted.quote.total, "quote": quote_json("", changed.quoted)}
            raise Problem(409, "total-changed", data=data) from None

    async def _sale(self, request: web.Request, body: None) -> bytes:
        del body
        return (
            await self._receipts.sale(await self._who(request), _named(request, "sale_id", "unknown-sale"))
        ).encode()

    async def _return(self, request: web.Request, body: ReturnBody) -> web.Response:
        return await self._take_back(request, body)

    async def _cancel(self, request: web.Request, body: CancelBody) -> web.Response:
        return await self._take_back(request, body)

    async def _take_back(self, request: web.Request, body: ReturnBody | CancelBody) -> web.Response:
        asker, key, sale = await self._who(request), _key(request), _named(request, "sale_id", "unknown-sale")
        path = request.path.removeprefix(self._root)
        return _done(await self._receipts.take_back(asker, key, sale, body, request[RAW], path))

    async def _hold(self, request: web.Request, body: HoldBody) -> web.Response:
        asker, key = await self._who(request), _key(request)
        return _done(await self._counted(request, self._receipts.hold(asker, key, body, request[RAW])))

    async def _release(self, request: web.Request, body: None) -> None:
        del body
        await self._receipts.release(await self._who(request), _named(request, "hold_id", "unknown-hold"))

    async def _ask(self, request: web.Request, body: ConfirmationBody) -> bytes:
        asker = await self._who(request)
        return (await self._counted(request, self._receipts.ask(asker, body))).encode()

    async def _asked(self, request: web.Request, body: None) -> bytes:
        del body
        return (
            await self._receipts.asked(
                await self._who(request), _named(request, "confirmation", "unknown-confirmation")
            )
        ).encode()

    async def _counted(self, request: web.Request, work: Awaitable[T]) -> T:
        """A wrong code counts against the till's budget, whichever operation it came with."""
        try:
            return await work
        except Unknown as unknown:
            if unknown.code == "unknown-code":
                await self._missed(request)
            raise


def _named(request: web.Request, part: str, otherwise: str) -> str:
    """The id in the path. Raises Unknown (`otherwise`) for a text that can be no id of ours."""
    found = request.match_info[part]
    if not (0 < len(found) <= 64 and found.isascii() and found.replace("-", "").isalnum()):
        raise Unknown(otherwise)
    return found


def _key(request: web.Request) -> str:
    """The one key of this call. Raises Problem (400 `idempotency-key`)."""
    keys = request.headers.getall(KEY, [])
    if len(keys) != 1 or not 0 < len(keys[0]) <= 255 or not all(" " <= letter <= "~" for letter in keys[0]):
        raise Problem(400, "idempotency-key", f"Send one {KEY} of 1 to 255 printable ASCII characters.")
    return keys[0]


def _done(done: Done) -> web.Response:
    headers = {"Idempotency-Replayed": "true"} if done.replayed else {}
    body = done.answer.encode()
    return web.Response(
        status=200 if done.replayed else 201, body=body, content_type="application/json", headers=headers
    )
