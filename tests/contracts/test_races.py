"""Races at 32 tills (reliability.md): one winner, clear refusals, sums kept. `make soak`: a thousand rounds.

The last test switches the locks off and sees these very races go wrong: what they prove is not luck.
"""

import asyncio
import zlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from adapters.db import keep
from adapters.db.engines import is_sqlite, sync_engine
from adapters.db.lanes import Lanes
from adapters.db.work import DbWork
from core.cards.actions import issue_card
from core.customers.model import Customer, KnownAddress
from core.ledger.actions import give
from core.ledger.merging import merge
from core.ledger.model import Kind
from core.ledger.once import Done, once
from core.ledger.posting import current
from core.offers.reading import offer_from
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.sales.model import SaleId
from core.sales.returning import give_back, sale_of
from core.shared.refusals import Refusal
from core.shared.values import Address, CustomerId, Language, StoreId
from core.stores.model import Store
from core.vouchers.actions import issue
from tests.support.soak import patience, rounds
from tests.support.world import World

TILLS = 32
ROUNDS = rounds(16, 1_000)
S1 = StoreId("s1")
VOUCHER: dict[str, Any] = {"id": "ten", "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 1000}}
CAPPED: dict[str, Any] = {
    "id": "first-three", "audience": "public", "benefit": {"kind": "amount_off", "amount": 100}, "limits": {"total": 3},
}  # fmt: skip
Outcome = Any


class Tills:
    """32 tills over one database, each with a lane of its own where the database has room for more than one."""

    def __init__(self, world: World, *, locks: bool = True) -> None:
        self.world = world
        self.engine = sync_engine(world.served, connections=TILLS)
        count = 1 if is_sqlite(world.url) else TILLS
        self.lanes = Lanes(self.engine, replace(world.outside, locks=locks), count=count, patience=30)
        keys = {zlib.crc32(key.encode()) % TILLS: key for key in map(str, range(TILLS * TILLS))}
        self.keys = [keys[lane] for lane in range(TILLS)]
        self.number = 0

    async def close(self) -> None:
        await self.lanes.close()
        self.engine.dispose()

    async def one(self, job: Callable[[DbWork], Any]) -> Any:
        self.number += 1
        return await self.lanes.do(f"t{self.number}", job)

    async def at_once(self, job: Callable[[DbWork, int], Any]) -> list[Outcome]:
        """What each of 32 tills hears; a refusal is its code, anything else that is raised stays an exception."""

        async def till(at: int) -> Outcome:
            try:
                return await self.lanes.do(self.keys[at], lambda work: job(work, at))
            except Refusal as refusal:
                return refusal.code

        return await asyncio.gather(*(till(at) for at in range(TILLS)), return_exceptions=True)

    async def person(self, points: int = 0) -> tuple[CustomerId, str]:
        self.number += 1
        key = f"gift{self.number}"

        def job(work: DbWork) -> tuple[CustomerId, str]:
            customer = Customer(CustomerId(work.new_id()), work.now)
            work.customers.add(customer)
            known = KnownAddress(Address("web", "house", customer.id), work.now, Language.UK)
            card = issue_card(work, customer=customer, known=known)
            give(work, Kind.ADJUST, customer=customer.id, points=points, source="s", key=key)
            return customer.id, card.number

        found: tuple[CustomerId, str] = await self.one(job)
        return found


def selling(
    code: str, receipt: str, *, spend: int = 0, voucher: str | None = None, key: str = "", price: int = 100000
) -> Callable[[DbWork], Done]:
    """A sale of one line, keyed."""
    key = key or receipt

    def job(work: DbWork) -> Done:
        asked = Asked(S1, (Line("a", 1000, price),), code, (voucher,) if voucher else (), spend)
        wanted = SaleAsked(asked, receipt, "1", work.now)

        def effect() -> Done:
            return settle(work, wanted=wanted, source="till", key=key, tell=_told)[0]

        return once(work, source="till", key=key, path="/sales", body=[receipt, price], do=effect)

    return job


def _told(settled: Any) -> str:
    return f"{settled.sale.id} {settled.quoted.quote.points_spent} {len(settled.quoted.quote.applied)}"


async def one_voucher(tills: Tills, turn: int) -> None:
    """R1: of 32 receipts with the same voucher one has it."""
    _, card = await tills.person()
    code = (await tills.one(lambda work: issue(work, offer="ten"))).code
    heard = await tills.at_once(lambda work, at: selling(card, f"v{turn}-{at}", voucher=code)(work))
    assert not [one for one in heard if not isinstance(one, Done)], heard
    assert sum(one.answer.endswith(" 1") for one in heard) == 1


async def one_purse(tills: Tills, turn: int) -> None:
    """R2: 32 receipts over one purse spend what is in it and not a point more."""
    customer, card = await tills.person(100)
    heard = await tills.at_once(lambda work, at: selling(card, f"p{turn}-{at}", spend=30)(work))
    assert not [one for one in heard if not isinstance(one, Done)], heard
    assert sum(int(one.answer.split()[1]) for one in heard) == 100
    assert (await tills.one(lambda work: current(work, [customer])))[customer].active == 0


async def one_key(tills: Tills, turn: int) -> None:
    """R3 and R4: one key 32 times is one sale; with another body a refusal."""
    customer, card = await tills.person()
    heard = await tills.at_once(lambda work, at: selling(card, f"k{turn}-{at % 2}", key=f"k{turn}")(work))
    sales = {one.answer for one in heard if isinstance(one, Done)}
    refused = [one for one in heard if not isinstance(one, Done)]
    assert len(sales) == 1
    assert refused == ["idempotency-conflict"] * (TILLS // 2)
    assert (await tills.one(lambda work: current(work, [customer])))[customer].pending == 50


async def one_receipt(tills: Tills, turn: int) -> None:
    """The same receipt under 32 keys is one sale."""
    customer, card = await tills.person()
    heard = await tills.at_once(lambda work, at: selling(card, f"r{turn}", key=f"r{turn}-{at}")(work))
    assert not [one for one in heard if not isinstance(one, Done)], heard
    assert len({one.answer for one in heard}) == 1
    assert (await tills.one(lambda work: current(work, [customer])))[customer].pending == 50


async def returns(tills: Tills, turn: int) -> None:
    """R5 and R6: 32 returns of a third of the line: three get it, the rest are refused; all is back once."""
    customer, card = await tills.person(60)
    sold = (await tills.one(selling(card, f"b{turn}", spend=30, price=30000))).answer.split()[0]

    def job(work: DbWork, at: int) -> int:
        sale = sale_of(work, sale=SaleId(sold), store=S1, lock=True)
        back = give_back(work, sale=sale, asked={0: 333}, source="till", key=f"b{turn}-{at}", reason="")
        return back.done.back.money

    heard = await tills.at_once(job)
    assert heard.count("return-exceeds-sale") == TILLS - 3, heard
    assert sum(one for one in heard if isinstance(one, int)) <= 27000
    assert (await tills.one(lambda work: current(work, [customer])))[customer].active <= 60


async def expiry(tills: Tills, turn: int) -> None:
    """A purse that is due while it is spent: points are spent or expired, not both."""
    customer, card = await tills.person(50)

    def job(work: DbWork, at: int) -> Done | None:
        if at % 2:
            current(work, [customer])
            return None
        return selling(card, f"e{turn}-{at}", spend=40)(work)

    heard = await tills.at_once(job)
    assert not [one for one in heard if not (one is None or isinstance(one, Done))], heard
    assert sum(int(one.answer.split()[1]) for one in heard if isinstance(one, Done)) == 50


async def merging(tills: Tills, turn: int) -> None:
    """R7: two people become one while both spend: the sum is kept, both codes work."""
    (one, first), (two, second) = await tills.person(100), await tills.person(100)

    def job(work: DbWork, at: int) -> Any:
        if at == 7:
            return merge(work, survivor=one, absorbed=two, actor="o")
        return selling(first if at % 2 else second, f"m{turn}-{at}", spend=10)(work)

    heard = await tills.at_once(job)
    assert not [x for x in heard if isinstance(x, BaseException | str)], heard
    spent = sum(int(x.answer.split()[1]) for x in heard if isinstance(x, Done))
    left = await tills.one(lambda work: current(work, [one, two]))
    assert spent + left[one].active + left[two].active == 200
    assert left[two].active == 0


async def capped_offer(tills: Tills, turn: int) -> None:
    """An offer for three sales in all applies in three of 32."""
    offer = {**CAPPED, "id": f"three-{turn}", "stores": ["s1"], "condition": {
        "kind": "items", "match": {"sku": [f"c{turn}"]}, "quantity": "1"}}  # fmt: skip
    await tills.one(lambda work: work.offers.put(offer_from(offer), offer))

    def job(work: DbWork, at: int) -> int:
        asked = Asked(S1, (Line(f"c{turn}", 1000, 5000),))
        wanted = SaleAsked(asked, f"c{turn}-{at}", "1", work.now)
        return int(settle(work, wanted=wanted, source="till", key=f"c{turn}-{at}", tell=_told)[0].answer.split()[2])

    heard = await tills.at_once(job)
    assert not [one for one in heard if not isinstance(one, int)], heard
    assert sum(heard) == 3
    await tills.one(
        lambda work: work.offers.put(offer_from({**offer, "until": "2000-01-01"}), {**offer, "until": "2000-01-01"})
    )


RACES: dict[str, Callable[[Tills, int], Coroutine[Any, Any, None]]] = {
    "one voucher": one_voucher,
    "one purse": one_purse,
    "one key": one_key,
    "one receipt": one_receipt,
    "returns": returns,
    "expiry": expiry,
    "merge": merging,
    "capped offer": capped_offer,
}


def _furnish(work: DbWork) -> None:
    work.shelves.put_stores([Store(S1, "Поділ")])
    work.offers.put(offer_from(VOUCHER), VOUCHER)


async def _run(world: World, race: str, rounds: int, *, locks: bool) -> None:
    world.rules(spend_without_proof_points=10**6)
    world.do(_furnish)
    tills = Tills(world, locks=locks)
    try:
        for turn in range(rounds):
            await RACES[race](tills, turn)
    finally:
        await tills.close()
    assert keep.check(world.url) == []


@pytest.mark.timeout(patience(600))
@pytest.mark.parametrize("race", RACES)
async def test_no_race_breaks_a_promise(world: World, race: str) -> None:
    await _run(world, race, ROUNDS if race != "capped offer" else ROUNDS // 4, locks=True)


@pytest.mark.parametrize("race", ["one voucher", "one purse"])
async def test_without_locks_the_same_races_go_wrong(postgres_url: str, race: str) -> None:
    world = World(postgres_url)
    try:
        with pytest.raises(AssertionError):
            await _run(world, race, 20, locks=False)
    finally:
        world.close()
