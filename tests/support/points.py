"""Points in tests: sell, return and give over a world's ledger, and look at what is left."""

from datetime import timedelta

from sqlalchemy import text

from adapters.db.work import DbWork
from core.ledger.actions import give, sell, take_back
from core.ledger.model import Kind, OperationId, Purse
from core.ledger.posting import current, operation
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
