"""What time does to points, for everybody at once: the same as person by person, and once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from adapters.db import keep
from adapters.db.night import run_night
from adapters.db.sealing import seal
from adapters.db.work import DbWork
from core.ledger.actions import give, hold_points, sell
from core.ledger.model import Kind
from core.ledger.posting import current, operation
from core.shared.values import CustomerId
from tests.support.world import World, open_lanes

PEOPLE = [CustomerId(f"p{number}") for number in range(12)]


def earn(world: World, customer: CustomerId, points: int, key: str) -> None:
    def job(work: DbWork) -> None:
        made = operation(work, Kind.SALE, source="till", key=key)
        sell(work, made, purse=current(work, [customer])[customer], spent=0, earned=points)

    world.do(job)


def balances(world: World) -> list[tuple[str, int, int, int, int]]:
    with world.engine.connect() as connection:
        rows = connection.execute(text("select customer, active, pending, held, debt from purses order by customer"))
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def operations(world: World) -> int:
    with world.engine.connect() as connection:
        return int(connection.execute(text("select count(*) from operations")).scalar_one())


async def night(world: World, chunk: int = 5) -> dict[str, int]:
    async with open_lanes(world) as (lanes, _):
        return await run_night(lanes, world.clock.now, chunk=chunk)


async def test_a_night_activates_releases_and_expires_for_everybody_once(world: World) -> None:
    for place, customer in enumerate(PEOPLE):
        earn(world, customer, 10 + place, f"s{place}")
        until = world.clock.now + timedelta(days=10 + place)
        world.do(
            lambda work, c=customer, u=until: give(
                work, Kind.ADJUST, customer=c, points=5, source="o", key=c, expires_at=u
            )
        )
    world.do(lambda work: hold_points(work, customer=PEOPLE[0], points=5, spendable=5, source="t", key="h"))
    assert await night(world) == {"people": 0, "singly": 0}
    world.clock.now = datetime(2026, 12, 10, 1, tzinfo=UTC)
    assert await night(world) == {"people": 12, "singly": 1}
    expected = [(c, 10 + p + (5 if p >= 4 else 0), 0, 0, 0) for p, c in enumerate(PEOPLE)]
    assert balances(world) == sorted(expected)
    before = operations(world)
    assert await night(world) == {"people": 0, "singly": 0}
    assert operations(world) == before
    assert keep.check(world.url) == []


async def test_nights_that_were_missed_are_caught_up_and_one_person_s_own_time_says_the_same(world: World) -> None:
    earn(world, PEOPLE[0], 30, "a")
    earn(world, PEOPLE[1], 30, "b")
    world.clock.forward(days=20)
    assert world.do(lambda work: current(work, [PEOPLE[1]])[PEOPLE[1]]).active == 30
    await night(world)
    assert balances(world) == [("p0", 30, 0, 0, 0), ("p1", 30, 0, 0, 0)]
    world.clock.forward(days=500)
    await night(world)
    assert balances(world) == [("p0", 0, 0, 0, 0), ("p1", 0, 0, 0, 0)]
    assert keep.check(world.url) == []


async def test_a_debt_is_repaid_in_the_night_too(world: World) -> None:
    earn(world, PEOPLE[0], 30, "a")
    with world.engine.begin() as connection:  # as a return under the policy `debt` leaves it
        connection.execute(
            text("insert into operations (id, kind, source, key, at, business_at, corrects) "
                 "select 'd', 'return', 'x', 'd', at, at, id from operations limit 1")
        )  # fmt: skip
        for row in ("'d', 'active', 'p0', -20", "'d', 'issued', null, 20"):
            connection.execute(text(f"insert into entries (operation, account, customer, amount) values ({row})"))
        connection.execute(text("update purses set debt = 20, number = 2"))
        connection.execute(text("insert into operation_members values ('p0', 2, 'd', 0, 30, 0, 20)"))
    world.clock.forward(days=20)
    assert (await night(world))["singly"] == 1
    assert balances(world) == [("p0", 10, 0, 0, 0)]
    assert keep.check(world.url) == []


def test_seals_chain_every_operation_and_a_changed_line_breaks_them(world: World) -> None:
    for place in range(3):
        earn(world, PEOPLE[0], 30, f"{place}")
    assert world.do(lambda work: seal(work.connection, 2)) == 2
    assert world.do(lambda work: seal(work.connection, 2)) == 1
    assert world.do(lambda work: seal(work.connection, 2)) == 0
    assert keep.check(world.url) == []
