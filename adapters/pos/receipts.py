"""The receipt at the till: quote, sale, return, cancel, hold, confirmation, for a key and for the page alike."""

from dataclasses import dataclass, field
from typing import Any

from adapters.pos.ports import Courier, House, PosWork
from adapters.pos.receiptanswers import back_json, moment, quote_json, sale_json, text_of, whole_sale_json
from adapters.pos.receiptbodies import (
    CancelBody,
    ConfirmationBody,
    HoldBody,
    QuoteBody,
    ReceiptBody,
    ReturnBody,
    SaleBody,
)
from bot.messages import Answer
from bot.news import points_returned, purchase_made, spending_asked
from bot.ports import Letter
from core.customers.ports import Phones
from core.ledger.actions import hold_points, release_hold
from core.ledger.model import HoldId
from core.ledger.once import Done, once
from core.ledger.posting import current
from core.programme.model import Programme
from core.sales.actions import Settled, quote_for, settle
from core.sales.asking import Asked, Owner, owner_of
from core.sales.confirming import ask_customer, confirmation_of
from core.sales.model import ConfirmationId, SaleId
from core.sales.returning import GivenBack, give_back, sale_of
from core.shared.amounts import milli
from core.shared.refusals import Conflict, Forbidden, Invalid, Unknown
from core.shared.values import CustomerId, StoreId
from core.vouchers.actions import release, reserve
from core.vouchers.codes import normalised


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a till's key or a cashier's session, and the store it belongs to (None: any)."""

    source: str
    store: StoreId | None


@dataclass(slots=True)
class _Told:
    """What a work leaves behind for after the commit."""

    letters: list[Letter] = field(default_factory=list)


class Receipts:
    """Every operation answers text: the JSON that a repeat of its key gets again."""

    def __init__(self, *, house: House, reads: House, courier: Courier, programme: Programme, phones: Phones) -> None:
        self._house, self._reads, self._courier = house, reads, courier
        self._programme, self._phones = programme, phones

    async def quote(self, asker: Asker, body: QuoteBody) -> str:
        """The quote; nothing changes. Raises as `quote_for`, Forbidden for another store."""
        asked = body.asked(self._phone(body.code))

        def job(work: PosWork) -> str:
            found = quote_for(work, asked=asked, at=body.at)
            _must_be_own(asker, asked.store)
            return text_of(quote_json(work.new_id(), found))

        return await self._reads.do(asker.source, job)

    async def sell(self, asker: Asker, key: str, body: SaleBody, raw: Any) -> Done:
        """The sale, once. Raises as `settle` and `once`."""
        wanted, told = body.wanted(self._phone(body.code)), _Told()

        def job(work: PosWork) -> Done:
            told.letters = []

            def effect() -> Done:
                if work.stores.get(wanted.asked.store) is not None:
                    _must_be_own(asker, wanted.asked.store)
                done, settled = settle(
                    work, wanted=wanted, source=asker.source, key=key, tell=lambda one: text_of(sale_json(one))
                )
                if settled is not None:
                    told.letters = _tell_of_sale(work, settled)
                return done

            return once(work, source=asker.source, key=key, path="/sales", body=raw, do=effect)

        done = await self._house.do(_lane(body, asker), job)
        await self._courier.send(told.letters)
        return done

    async def sale(self, asker: Asker, sale: str) -> str:
        """The sale and what has come back. Raises Unknown (`unknown-sale`)."""

        def job(work: PosWork) -> str:
            found = sale_of(work, sale=SaleId(sale), store=_own_store(work, asker, sale))
            return text_of(whole_sale_json(found, work.sales.returns(found.id)))

        return await self._reads.do(asker.source, job)

    async def take_back(
        self, asker: Asker, key: str, sale: str, body: ReturnBody | CancelBody, raw: Any, path: str
    ) -> Done:
        """A return by line, or (CancelBody) of all that is left, once. Raises as `give_back` and `once`."""
        told = _Told()

        def job(work: PosWork) -> Done:
            told.letters = []

            def effect() -> Done:
                found = sale_of(work, sale=SaleId(sale), store=_own_store(work, asker, sale), lock=True)
                lines = _lines(body) if isinstance(body, ReturnBody) else None
                back = give_back(work, sale=found, asked=lines, source=asker.source, key=key, reason=body.reason)
                told.letters = _tell_of_return(work, back)
                return Done(text_of(back_json(back, self._deduct(back))), replayed=False)

            return once(work, source=asker.source, key=key, path=path, body=raw, do=effect)

        done = await self._house.do(f"sale:{sale}", job)
        await self._courier.send(told.letters)
        return done

    async def hold(self, asker: Asker, key: str, body: HoldBody, raw: Any) -> Done:
        """Points, and vouchers it names, are claimed, once. Raises Conflict (`not-enough-points`) and as `once`."""
        asked = Asked(StoreId(""), (), body.code, phone=self._phone(body.code))

        def job(work: PosWork) -> Done:
            def effect() -> Done:
                owner = _somebody(work, asked)
                purse = current(work, [owner.id])[owner.id]
                spendable = 0 if owner.blocked else max(0, purse.active - purse.debt)
                made = hold_points(
                    work, customer=owner.id, points=body.points, spendable=spendable, source=asker.source, key=key
                )
                found = work.vouchers.find(
                    sorted({normalised(code) for code in body.vouchers} - {""}), owner.selves, lock=True
                )
                for voucher in found.values():
                    if voucher.owned and voucher.customer != owner.id:
                        raise Conflict("not-yours", voucher=voucher.code)
                    reserve(work, voucher, hold=made.id, until=made.until)
                document = {"hold_id": made.id, "expires_at": moment(made.until)}
                return Done(text_of(document), replayed=False)

            return once(work, source=asker.source, key=key, path="/holds", body=raw, do=effect)

        return await self._house.do(asker.source, job)

    async def release(self, asker: Asker, hold: str) -> None:
        """What the hold claims is free. Raises Unknown (`unknown-hold`), Conflict (`hold-closed`)."""

        def job(work: PosWork) -> None:
            release_hold(work, hold=HoldId(hold), source=asker.source)
            release(work, hold=hold)

        await self._house.do(asker.source, job)

    async def ask(self, asker: Asker, body: ConfirmationBody) -> str:
        """The customer is asked in every chat that may be written to. Raises Conflict (`nobody-to-ask`)."""
        asked, told = Asked(StoreId(""), (), body.code, phone=self._phone(body.code)), _Told()

        def job(work: PosWork) -> str:
            owner = _somebody(work, asked)
            made = ask_customer(work, customer=owner.id, points=body.points, source=asker.source)
            store = work.stores.get(asker.store) if asker.store is not None else None
            told.letters = to_everybody(work, owner.id, spending_asked(work, made, store))
            if not told.letters:
                raise Conflict("nobody-to-ask")
            return text_of({"confirmation": made.id, "expires_at": moment(made.expires_at)})

        answer = await self._house.do(asker.source, job)
        await self._courier.send(told.letters)
        return answer

    async def asked(self, asker: Asker, confirmation: str) -> str:
        """What the customer said. Raises Unknown (`unknown-confirmation`)."""

        def job(work: PosWork) -> str:
            state = confirmation_of(work, confirmation=ConfirmationId(confirmation), source=asker.source)
            return text_of({"state": state})

        return await self._reads.do(asker.source, job)

    def _phone(self, code: str | None) -> str:
        if code is None or not self._programme.lookup_by_phone:
            return ""
        phone = self._phones.read(code)
        return phone.e164 if phone is not None else ""

    def _deduct(self, back: GivenBack) -> int | None:
        if self._programme.return_debt != "money":
            return None
        return back.done.shortfall * self._programme.point_value_minor


def _lane(body: ReceiptBody, asker: Asker) -> str:
    """Receipts of one code share a lane, so that they seldom wait for one another's locks."""
    return body.code[:13] if body.code is not None else asker.source


def _must_be_own(asker: Asker, store: StoreId) -> None:
    if asker.store is not None and asker.store != store:
        raise Forbidden("other-store")


def _own_store(work: PosWork, asker: Asker, sale: str) -> StoreId:
    """The asker's store; a cashier of no store looks at any."""
    if asker.store is not None:
        return asker.store
    found = work.sales.get(SaleId(sale))
    return found.receipt.store if found is not None else StoreId("")


def _somebody(work: PosWork, asked: Asked) -> Owner:
    """The customer whose code it is: plastic that nobody has restored claims and answers nothing."""
    owner = owner_of(work, asked, work.now)
    if owner is None or owner.seen.customer is None:
        raise Unknown("unknown-code", reason="not-a-customer")
    return owner


def _lines(body: ReturnBody) -> dict[int, int]:
    lines: dict[int, int] = {}
    for at, one in enumerate(body.lines):
        if one.line in lines:
            raise Invalid(f"lines.{at}.line")
        lines[one.line] = milli(one.quantity)
    return lines


def _tell_of_sale(work: PosWork, settled: Settled) -> list[Letter]:
    owner = settled.owner
    if owner is None or owner.seen.customer is None:
        return []
    return to_everybody(work, owner.id, purchase_made(work, settled), mutable=True)


def _tell_of_return(work: PosWork, back: GivenBack) -> list[Letter]:
    customer = back.customer
    if customer is None or customer.startswith("plastic:"):
        return []
    return to_everybody(work, CustomerId(customer), points_returned(work, back), mutable=True)


def to_everybody(work: PosWork, customer: CustomerId, answer: Answer, *, mutable: bool = False) -> list[Letter]:
    """Letters to every address of the customer that we may write to; `mutable`: unless they asked for quiet."""
    if mutable and work.quiet.asked(customer):
        return []
    return [
        letter
        for known in work.addresses.of(customer)
        if known.subscribed
        for letter in work.outbox.add(None, known.address, answer, known.language, known.level)
    ]
