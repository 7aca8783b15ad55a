"""A campaign on an event meets those to whom it happened, on its day, once for each event."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from adapters.db.historytables import purchases
from adapters.db.ledgertables import lots, operations, purses
from adapters.db.profiletables import customer_features
from adapters.db.saletables import sales
from adapters.db.surveytables import answers
from core.campaigns.arms import WHOLE, Arm
from core.campaigns.launching import open_due, start
from core.campaigns.model import Campaign, Kind, On, Plan, Trigger
from core.campaigns.timing import instant
from tests.support.campaigns import MARKETER, approved, audiences, keep_people, name_of, people_of
from tests.support.world import World

DAYS = 3


def running(world: World, trigger: Trigger, days: int = DAYS) -> Campaign:
    """A service campaign: everybody whom the event meets is in its run."""
    plan = Plan(trigger.value, kind=Kind.SERVICE, arms=(Arm("A", WHOLE),), schedule=On(trigger, days, time(15)))
    one = approved(world, plan)
    world.do(lambda work: start(work, campaign=one.id, actor=MARKETER))
    return one


def days_of(world: World, *running_ones: Campaign, days: int) -> dict[str, dict[int, list[date]]]:
    """On which days each person was in a run, by campaign, over so many days."""
    names = {one.id: one.plan.name for one in running_ones}
    met: dict[str, dict[int, list[date]]] = {name: {} for name in names.values()}
    for _ in range(days):
        world.clock.forward(days=1)
        for run in world.do(open_due):
            audiences(world).freeze(run, world.clock.now)
            day = run.due_at.astimezone(world.programme.timezone).date()
            for number in people_of(world, run):
                met[names[run.campaign]].setdefault(number, []).append(day)
    return met


def sold(connection: Connection, number: int, at: datetime, *, returned: bool = False) -> None:
    """The person has bought."""
    name = f"{number}-{at:%d%H%M}"
    row: dict[str, Any] = dict.fromkeys(("amount", "discount", "points_spent", "points_paid", "total", "earned"), 0)
    row |= {"id": name, "customer": name_of(number), "store": "s1", "till": "t", "receipt": name, "digest": "d",
            "business_date": at.date(), "sold_at": at, "received_at": at, "source": "t", "offline": False,
            "returned": returned}  # fmt: skip
    connection.execute(insert(sales), row)


def test_each_trigger_meets_whom_it_happened_to_once(world: World) -> None:
    """Today is 26 November 2026; runs are made on the seven days from the 27th, at three in the afternoon."""
    world.clock.now = datetime(2026, 11, 26, 13, 10, tzinfo=world.clock.now.tzinfo)
    now, zone = world.clock.now, world.programme.timezone
    today = now.astimezone(zone).date()
    people: dict[int, dict[str, Any]] = {number: {} for number in range(1, 12)}
    people[1]["birthday"], people[2]["birthday"] = date(1990, 12, 2), date(1990, 12, 20)
    people[11]["merged"] = 5
    with world.owner.begin() as connection:
        keep_people(connection, world, people)
        sold(connection, 3, now + timedelta(hours=1))
        sold(connection, 4, now + timedelta(hours=1), returned=True)
        sold(connection, 5, now + timedelta(hours=2))
        sold(connection, 11, now - timedelta(days=40))  # who is number 5 by now
        sold(connection, 6, now + timedelta(hours=3))
        connection.execute(
            insert(purchases), {"owner": name_of(6), "first_at": now - timedelta(days=9), "last_at": now}
        )
        columns = dict.fromkeys((column.name for column in customer_features.columns), None)
        for number, gap in ((7, 10.0), (8, 40.0)):
            last = today - timedelta(days=46)
            row = {**columns, "owner": name_of(number), "week": "2026-W48", "lifecycle": "lapsing", "last_day": last,
                   "gap_median": gap}  # fmt: skip
            connection.execute(insert(customer_features), row)
        connection.execute(
            insert(operations), {"id": "o", "kind": "import", "source": "t", "key": "k", "at": now, "business_at": now}
        )
        connection.execute(insert(purses), {"customer": name_of(9), "active": 5, "pending": 0, "held": 0, "debt": 0,
                                            "number": 1})  # fmt: skip
        connection.execute(
            insert(lots),
            {"id": "l", "customer": name_of(9), "operation": "o", "source": "import", "earned": 5, "issued_at": now,
             "activates_at": now, "expires_at": instant(date(2026, 12, 3), time(), zone), "pending": 0, "active": 5,
             "held": 0},
        )  # fmt: skip
        connection.execute(
            insert(answers), {"customer": name_of(10), "question": "kids", "kind": "choice", "value": "1", "version": 1,
                              "at": now}
        )  # fmt: skip
    ones = [running(world, trigger) for trigger in Trigger]
    met = days_of(world, *ones, days=7)
    assert met == {
        "birthday": {1: [date(2026, 11, 29)]},
        "first_purchase": {3: [date(2026, 11, 29)]},
        "lapsing": {7: [date(2026, 11, 29)]},
        "points_expiring": {9: [date(2026, 11, 29)]},
        "questionnaire_abandoned": {10: [date(2026, 11, 29)]},
    }
