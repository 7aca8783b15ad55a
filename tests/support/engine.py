"""The engine driven beside its model: each method is one operation on both, and every answer is compared."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from adapters.db.night import together
from adapters.db.promises import PROMISES
from adapters.db.work import DbWork
from core.cards.actions import issue_card
from core.cards.model import CardState
from core.customers.model import Customer, KnownAddress
from core.ledger.actions import give, hold_points, open_balance, release_hold
from core.ledger.merging import merge
from core.ledger.model import HoldId, Kind
from core.ledger.once import Done, once
from core.ledger.posting import current
from core.ledger.seeing import seen
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
from tests.core.sales.naive import Case, quote
from tests.support.purses import Purses, year_later
from tests.support.world import NOON, World

T = TypeVar("T")
S1 = StoreId("s1")
OFFER: dict[str, Any] = {"id": "fifty", "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 700}}
SEEN: Counter[str] = Counter()
"""What has happened in this process: a run that has not seen the rare things proves little."""


class Crash(Exception):
    """The process dies before the commit."""


class Engine:
    """Four people, one till, in one transaction that is never committed."""

    def __init__(self, world: World, policy: str, pending: int) -> None:
        self.world = world
        self.world.clock.now = NOON
        self.world.rules(return_debt=policy, pending_days=pending, spend_without_proof_points=10**6)
        self.connection = self.world.engine.connect()
        self.transaction = self.connection.begin()
        self.model = Purses(policy, pending)
        self.number = 0
        self.people: list[CustomerId] = []
        self.cards: list[str] = []
        self.sales: dict[str, Any] = {}
        self.vouchers: dict[str, str | None] = {}
        self.alive = [True] * 4
        self.do(furnish)
        for _ in range(4):
            customer, number = self.do(newcomer)
            self.people.append(customer)
            self.cards.append(number)

    def do(self, job: Callable[[DbWork], T]) -> T:
        """One item of work in its own savepoint, as a lane does it."""
        with self.savepoint():
            return job(DbWork(self.connection, self.world.outside))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        nested = self.connection.begin_nested()
        try:
            yield
        except BaseException:
            nested.rollback()
            raise
        nested.commit()

    def key(self, what: str) -> str:
        self.number += 1
        return f"{what}{self.people[0]}{self.number}" if self.people else f"{what}{self.number}"

    def owner(self, person: int) -> str:
        return str(self.people[person])

    def gift(self, person: int, points: int, days: int) -> None:
        until = self.world.clock.now + timedelta(days=days)
        who, key = self.people[person], self.key("g")
        self.do(lambda w: give(w, Kind.ADJUST, customer=who, points=points, source="s", key=key, expires_at=until))
        self.model.new(self.owner(person), self.world.clock.now, until).active = points
        self.model.repay()

    def opening(self, person: int, points: int) -> None:
        number = self.key("p")
        for _ in range(2):
            self.do(
                lambda w: open_balance(
                    w, customer=self.people[person], number=number, points=points, last_good_day=None
                )
            )
        lot = self.model.new(self.owner(person), self.world.clock.now, _expiry(self))
        lot.active = points
        self.model.repay()

    def sale(
        self, person: int, prices: list[tuple[int, int]], asked: int, use_hold: bool, use_voucher: bool, crash: bool
    ) -> None:
        owner, key = self.owner(person), self.key("k")
        lines = [Line(f"s{at}", units * 1000, price) for at, (price, units) in enumerate(prices)]
        hold = next((k for k, h in self.model.holds.items() if h.open and h.owner == owner), None) if use_hold else None
        voucher = next(iter(self.vouchers), None) if use_voucher else None
        call = self._selling(person, key, lines, asked, hold, voucher)
        if crash:
            with suppress(Crash):
                self.do(lambda w: _die(call(w)))
            SEEN["crash"] += 1
        done = self.do(call)
        free = voucher is not None and self.vouchers[voucher] is None
        active, _, held, debt = self.model.balance(owner)
        spendable = max(0, active - debt) + (sum(p for _, p in self.model.holds[hold].parts) if hold else 0)
        expected = quote(
            Case(
                [_naive(line) for line in lines], [], [(voucher, OFFER)] if voucher and free else [],
                spendable=spendable, asked=asked,
            )
        )  # fmt: skip
        told = [(x.amount, x.discount, x.points_paid, x.total, x.earned) for x in done.lines]
        assert told == expected["lines"]
        self.model.sell(key, owner, done.points_spent, done.earned, hold, self.world.clock.now)
        if voucher and any(one[1] for one in expected["applied"]):
            self.vouchers[voucher] = key
        self.sales[key] = (done, call, [0] * len(lines))
        del held

    def _selling(
        self, person: int, key: str, lines: list[Line], asked: int, hold: str | None, voucher: str | None
    ) -> Callable[[DbWork], Any]:
        asking = Asked(
            S1, tuple(lines), self.cards[person], (voucher,) if voucher else (), asked, HoldId(hold) if hold else None
        )
        wanted = SaleAsked(asking, key, "1", self.world.clock.now)

        def call(work: DbWork) -> Any:
            found: list[Any] = []

            def effect() -> Done:
                done, settled = settle(work, wanted=wanted, source="till", key=key, tell=lambda one: one.sale.id)
                found.append(settled)
                return done

            done = once(work, source="till", key=key, path="/sales", body=key, do=effect)
            if done.replayed:
                SEEN["replay"] += 1
                return work.sales.get(SaleId(done.answer))
            assert found[0] is not None
            return found[0].sale

        return call

    def again(self, pick: int) -> None:
        """The till has heard no answer and repeats its call: the same sale, no second effect."""
        if not self.sales:
            return
        sale, call, _ = self.sales[_picked(sorted(self.sales), pick)]
        assert self.do(call).id == sale.id

    def come_back(self, pick: int, share: int, whole: bool) -> None:
        if not self.sales:
            return
        key = _picked(sorted(self.sales), pick)
        sale, _, back = self.sales[key]
        at = pick % len(back)
        milli = 1 + sale.lines[at].milli * share // 100 % sale.lines[at].milli
        left = [line.milli - gone for line, gone in zip(sale.lines, back, strict=True)]
        asked = None if whole else {at: milli}
        if (whole and not any(left)) or (not whole and milli > left[at]):
            SEEN["refusal"] += 1
            with pytest.raises(Refusal):
                self._give_back(sale.id, asked)
            return
        wanted = {i: m for i, m in enumerate(left) if m} if asked is None else asked
        before = [_parts(line, gone) for line, gone in zip(sale.lines, back, strict=True)]
        for i, here in wanted.items():
            back[i] += here
        after = [_parts(line, gone) for line, gone in zip(sale.lines, back, strict=True)]
        done = self._give_back(sale.id, asked)
        assert done.done.back.money == sum(a[0] - b[0] for a, b in zip(after, before, strict=True))
        given = sum(a[1] for a in after) // 100 - sum(b[1] for b in before) // 100
        due = sum(a[2] - b[2] for a, b in zip(after, before, strict=True))
        short = self.model.take_back(key, given, due, self.world.clock.now)
        assert (done.done.points_returned, done.done.points_taken, done.done.shortfall) == (given, due - short, short)
        if all(line.milli == gone for line, gone in zip(sale.lines, back, strict=True)):
            late = sale.sold_at + timedelta(days=30) < self.world.clock.now
            restored = [code for code, used in self.vouchers.items() if used == key and not late]
            assert list(done.vouchers) == restored
            for code in restored:
                self.vouchers[code] = None

    def _give_back(self, sale: SaleId, asked: dict[int, int] | None) -> Any:
        key = self.key("r")

        def job(work: DbWork) -> Any:
            found = sale_of(work, sale=sale, store=S1, lock=True)
            return give_back(work, sale=found, asked=asked, source="till", key=key, reason="")

        return self.do(job)

    def hold(self, person: int, points: int) -> None:
        active, _, _, debt = self.model.balance(self.owner(person))
        key, who = self.key("h"), self.people[person]

        def job(work: DbWork) -> Any:
            purse = current(work, [who])[who]
            spendable = purse.active - purse.debt
            return hold_points(work, customer=who, points=points, spendable=spendable, source="till", key=key)

        if points > active - debt:
            SEEN["refusal"] += 1
            with pytest.raises(Refusal):
                self.do(job)
            return
        made = self.do(job)
        self.model.hold(made.id, self.owner(person), points, self.world.clock.now)

    def let_go(self, pick: int) -> None:
        living = [key for key, one in self.model.holds.items() if one.open]
        if not living:
            return
        key = _picked(living, pick)
        self.do(lambda w: release_hold(w, hold=HoldId(key), source="till"))
        self.model.free(self.model.holds[key])
        self.model.repay()

    def join(self, person: int, other: int) -> None:
        if self.people[person] == self.people[other]:
            return
        keep_, gone = self.people[person], self.people[other]
        self.do(lambda w: merge(w, survivor=keep_, absorbed=gone, actor="o"))
        self.people = [keep_ if one == gone else one for one in self.people]
        self.model.merge(str(keep_), str(gone))
        SEEN["merge"] += 1

    def right(self) -> None:
        made = self.do(lambda w: issue(w, offer="fifty"))
        self.vouchers[made.code] = None

    def time_passes(self, hours: float, by_night: bool) -> None:
        self.world.clock.forward(hours=hours)
        expired = sum(sum(self.model.balance(str(who))[:3]) for who in set(self.people))
        self.model.pass_time(self.world.clock.now)
        SEEN["expiry"] += sum(sum(self.model.balance(str(who))[:3]) for who in set(self.people)) < expired
        if by_night:
            now = self.world.clock.now
            while self.do(lambda w: together(w.connection, w.new_id, now, 50)):
                SEEN["night"] += 1

    def check(self) -> None:
        """Every balance is the model's, and so is every lot that makes it: points end when they should."""
        SEEN["operations"] += 1
        work = DbWork(self.connection, self.world.outside)
        for who in set(self.people):
            purse, lots = seen(work, who)
            assert (purse.active, purse.pending, purse.held, purse.debt) == self.model.balance(str(who))
            told = [(one.expires_at, one.active, one.pending, one.held) for one in lots]
            assert _filled(told) == _filled(
                [(one.expires, one.active, one.pending, one.held) for one in self.model.mine(str(who))]
            )

    def close(self) -> None:
        """Every promise of the database holds; nothing is kept."""
        SEEN["revived"] += self.model.revived
        SEEN["shortfall"] += self.model.shortfalls
        broken = {what: list(self.connection.execute(text(promise))) for what, promise in PROMISES.items()}
        self.transaction.rollback()
        self.connection.close()
        assert not any(broken.values()), broken


def furnish(work: DbWork) -> None:
    work.shelves.put_stores([Store(S1, "Поділ")])
    work.offers.put(offer_from(OFFER), OFFER)


def newcomer(work: DbWork) -> tuple[CustomerId, str]:
    customer = Customer(CustomerId(work.new_id()), work.now)
    work.customers.add(customer)
    known = KnownAddress(Address("web", "house", customer.id), work.now, Language.UK)
    return customer.id, issue_card(work, customer=customer, known=known).number


def alter(work: DbWork, who: CustomerId, *, state: CardState | None = None, **fields: Any) -> None:
    """The person's fields, and the state of their card, are these."""
    card, customer = work.cards.of(who), work.customers.get(who)
    assert card is not None
    assert customer is not None
    work.cards.save(replace(card, state=state or card.state))
    work.customers.save(replace(customer, **fields))


def _naive(line: Line) -> dict[str, Any]:
    return {
        "sku": line.sku, "category": "", "brand": "", "no_points": False, "q": Fraction(line.milli, 1000),
        "price": line.unit_price, "amount": line.milli // 1000 * line.unit_price,
    }  # fmt: skip


def _parts(line: Any, back: int) -> tuple[int, int, int]:
    """Money, points paid and earned points that are back: half up, half up, floor."""
    return (
        (2 * line.total * back + line.milli) // (2 * line.milli),
        (2 * line.points_paid * back + line.milli) // (2 * line.milli),
        line.earned * back // line.milli,
    )


def _filled(lots: Iterable[tuple[datetime | None, int, int, int]]) -> list[tuple[float, int, int, int]]:
    """End, active, pending and held of the lots that have points, in one order."""
    ends = [(until.timestamp() if until else 0, *points) for until, *points in lots]
    return sorted((end, active, pending, held) for end, active, pending, held in ends if active or pending or held)


def _expiry(engine: Engine) -> Any:
    return year_later(engine.world.clock.now)


def _die(done: object) -> None:
    raise Crash(done)


def _picked(keys: list[str], pick: int) -> str:
    return keys[pick % len(keys)]
