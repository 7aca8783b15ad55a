"""Points in tests: sell, return and give over a world's ledger, and look at what is left."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from adapters.db.work import DbWork
from core.ledger.actions import give, hold_points, release_hold, sell, take_back
from core.ledger.model import Hold, HoldState, Kind, OperationId, Purse
from core.ledger.posting import current, operation
from core.shared.refusals import Refusal
from core.shared.values import CustomerId
from tests.support.world import World

OLENA, IVAN = CustomerId("olena"), CustomerId("ivan")


def purse(world: World, customer: CustomerId = OLENA) -> Purse:
    return world.do(lambda work: current(work, [customer])[customer])


def points(world: World, customer: CustomerId = OLENA) -> tuple[int, int, int]:
    now = purse(world, customer)
    return now.active, now.pending, now.held


def sold(
    world: World, key: str, *, spent: int = 0, earned: int = 0, customer: CustomerId = OLENA, offline: bool = False
) -> OperationId:
    def job(work: DbWork) -> OperationId:
        made = operation(work, Kind.SALE, source="till", key=key)
        sell(work, made, purse=current(work, [customer])[customer], spent=spent, earned=earned, offline=offline)
        return made.id

    return world.do(job)


def returned(world: World, sale: OperationId, key: str, *, given: int = 0, before: int = 0, due: int = 0) -> list[int]:
    def job(work: DbWork) -> list[int]:
        made = operation(work, Kind.RETURN, source="till", key=key, corrects=sale)
        own = current(work, [OLENA])[OLENA]
        done = take_back(work, made, purse=own, sale=sale, given=given, before=before, due=due)
        return [done.given, done.taken, done.shortfall]

    return world.do(job)


def gift(world: World, count: int, key: str, *, days: int | None = None, customer: CustomerId = OLENA) -> None:
    until = None if days is None else world.clock.now + timedelta(days=days)
    world.do(
        lambda work: give(
            work, Kind.ADJUST, customer=customer, points=count, source="staff:o", key=key, expires_at=until
        )
    )


def lots_left(world: World, customer: CustomerId = OLENA) -> list[tuple[int, int, int]]:
    return [(lot.active, lot.pending, lot.held) for lot in world.do(lambda work: work.ledger.lots(customer))]


def house(world: World, account: str) -> int:
    with world.engine.connect() as connection:
        found = connection.execute(text(f"select coalesce(sum(amount), 0) from entries where account = '{account}'"))
        return int(found.scalar_one())


def held(world: World, count: int, key: str, *, customer: CustomerId = OLENA, spendable: int = 10**6) -> Hold:
    return world.do(
        lambda work: hold_points(work, customer=customer, points=count, spendable=spendable, source="t", key=key)
    )


def freed(world: World, hold: Hold, source: str = "t") -> None:
    world.do(lambda work: release_hold(work, hold=hold.id, source=source))


def state_of(world: World, hold: Hold) -> HoldState:
    return world.do(lambda work: work.ledger.hold(hold.id)).state  # type: ignore[union-attr]  # it was made


def in_debt(world: World, debt: int, customer: CustomerId = OLENA) -> None:
    """Somebody owes so much and has nothing: a sale's points were spent, then the sale came back."""
    world.rules(pending_days=0, return_debt="debt")
    sale = sold(world, f"d{customer}", earned=debt, customer=customer)
    sold(world, f"e{customer}", spent=debt, customer=customer)
    assert customer == OLENA
    returned(world, sale, f"r{customer}", due=debt)
    assert (purse(world, customer).debt, points(world, customer)) == (debt, (0, 0, 0))


def refused(job: Any) -> tuple[str, Any]:
    """The refusal's code and what it tells."""
    with pytest.raises(Refusal) as caught:
        job()
    return caught.value.code, caught.value.data


def operations(world: World, kind: Kind) -> list[tuple[str, str, str, str]]:
    with world.owner.connect() as connection:
        rows = connection.execute(
            text("select source, key, actor, reason from operations where kind = :kind order by at, id"), {"kind": kind}
        )
        return [tuple(row) for row in rows]


def zeros(world: World) -> int:
    """Entries of no points: none is worth a line in the books."""
    with world.owner.connect() as connection:
        return int(connection.scalar(text("select count(*) from entries where amount = 0")) or 0)
