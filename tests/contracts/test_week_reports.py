"""A week's report on both databases: the same as counting by hand, whoever people are by now, and kept."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.app.reporting import NothingToReport, report_week
from adapters.app.settings import Settings
from adapters.lake.lake import Lake
from core.ledger.merging import merge
from core.offers.rankings import Arm, Ranking, Switch
from core.offers.reporting import STAGES, Count, Funnel, Report, State
from core.offers.weekly import Because, Chosen, Did, Pick, PromoItem, monday_of, picks_text
from core.shared.refusals import Invalid
from core.shared.values import CustomerId, Phone
from core.stores.model import Product
from tests.support.engine import alter, newcomer
from tests.support.weekly import NEXT, WEEK, load, promo_file, shelve
from tests.support.world import World

MONDAY = monday_of(WEEK)
GOODS = [f"g{one}" for one in range(8)]
PHONE = Phone("+380671234567")
LAST = "2026-W47"
Plan = Mapping[Any, list[Pick]]
Events = Sequence[tuple[str, str, Did]]
Lines = list[tuple[str, str, date, int]]
"""Owner, sku, day, pieces: what came back is less than nought and names the piece sold before it."""


@pytest.fixture
def house(world: World, tmp_path: Path) -> World:
    """A house with eight promo items in this week and the one before; the tenth product is on no promo."""
    world.do(shelve)
    world.do(lambda work: work.shelves.put_products([Product(sku, sku) for sku in GOODS]))
    for week in (LAST, WEEK):
        assert load(world.do, promo_file(tmp_path, week, *(f"{sku},20,15,,,," for sku in GOODS))).rejected == []
    return world


def reported(world: World, folder: Path, week: str = WEEK, ahead: int = 0) -> Report:
    settings = Settings(lake=str(folder / "lake"), secret_key="0123456789abcdef0123456789abcdef")
    return report_week(settings, world.do, week, world.clock.now + timedelta(days=ahead))


def planned(world: World, plan: Plan, week: str = WEEK, switch: Switch | None = None) -> None:
    figures = {"switch": switch.as_data()} if switch is not None else {}

    def job(work: Any) -> None:
        begun = work.plans.begin(week, work.now)
        work.plans.add(begun.id, [(owner, picks_text(picks)) for owner, picks in plan.items()])
        work.plans.finish(begun.id, figures)

    world.do(job)


def happened(world: World, plan: Plan, events: Events, week: str = WEEK) -> None:
    kinds = {(owner, one.sku): one.because for owner, picks in plan.items() for one in picks}

    def job(work: Any) -> None:
        for who, sku, did in events:
            pick = Pick(sku, kinds.get((who, sku), Because.NEW))
            work.weeks.note(CustomerId(who), [Chosen(pick, PromoItem(week, sku, 2000, 1500))], did, work.now)

    world.do(job)


def sold(folder: Path, lines: Lines) -> None:
    """The tills' lines are in the lake: a receipt for each, what came back on the receipt of its sale."""
    rows: list[dict[str, Any]] = []
    for at, (owner, sku, day, pieces) in enumerate(lines):
        back = pieces < 0
        receipt = str(at - 1 if back else at)
        rows.append(
            {"store": "s1", "till": "1", "receipt": receipt, "business_date": day,
             "sold_at": datetime.combine(day, time(12), UTC), "owner": owner, "sku": sku, "milli": pieces * 1000,
             "unit_price": 1500, "discount": 0, "points_spent": 0, "line": 0, "source": "return" if back else "till"}
        )  # fmt: skip
    Lake(folder / "lake").follow(rows, "0" * 20)


def by_hand(plan: Plan, events: Events, lines: Lines, who: Mapping[str, str], only: set[str] | None = None) -> Funnel:
    """Counted one by one: each person's picks, each good once; `who`: somebody's other names; `only` these owners."""
    person = {owner: who.get(owner, owner) for owner in plan}
    done = {(who.get(owner, owner), sku, did) for owner, sku, did in events}
    pieces: dict[tuple[str, str], dict[int, int]] = {}
    for at, (owner, sku, day, count) in enumerate(lines):
        if MONDAY <= day < MONDAY + timedelta(days=7):
            receipts = pieces.setdefault((who.get(owner, owner), sku), {})
            receipts[at - (count < 0)] = receipts.get(at - (count < 0), 0) + count
    bought = {key for key, receipts in pieces.items() if any(left > 0 for left in receipts.values())}
    made = {(person[owner], one.sku) for owner, picks in plan.items() for one in picks if only is None or owner in only}
    stages = [made]
    stages += [{key for key in made if (*key, did) in done} for did in Did]
    stages.append(made & bought)
    return Funnel(*(Count(len(some), len({owner for owner, _ in some})) for some in stages))


@pytest.mark.parametrize("seed", range(4))
def test_a_report_is_what_counting_by_hand_comes_to(house: World, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    people = sorted(house.do(newcomer)[0] for _ in range(6))
    phone = f"phone:{house.outside.hashed(PHONE)}"
    owners = [*people, phone, "phone:" + "0" * 64]
    plan = {
        owner: [Pick(sku, chance.choice([*Because])) for sku in chance.sample(GOODS[:-1], chance.randrange(5))]
        for owner in owners
    }
    switch = Switch(Ranking.KARTKA, Ranking.POPULAR, 50, f"salt {seed}")
    planned(house, plan, switch=switch)
    events = [(who, sku, did) for who in people for sku in GOODS for did in Did if chance.random() < 0.3]
    happened(house, plan, events)
    lines: Lines = []
    for owner in [*owners, "nobody"] * 3:
        day = MONDAY + timedelta(days=chance.randrange(-1, 8))
        sku, pieces = chance.choice([*GOODS, "milk"]), chance.randrange(1, 3)
        lines.append((owner, sku, day, pieces))
        if chance.random() < 0.4:
            lines.append((owner, sku, day, -chance.randrange(1, pieces + 1)))
    sold(tmp_path, lines)
    who = {people[1]: people[0], phone: people[2]}
    house.do(lambda work: merge(work, survivor=people[0], absorbed=people[1], actor="owner"))
    house.do(lambda work: work.history.bought({phone: (work.now, work.now)}))
    house.do(lambda work: alter(work, people[2], phone=PHONE, phone_verified_at=work.now))

    report = reported(house, tmp_path, ahead=20)

    assert report.whole == by_hand(plan, events, lines, who)
    living = [owner for owner in plan if plan[owner] and owner not in who]
    for kind in Because:
        mine = {owner: [one for one in picks if one.because is kind] for owner, picks in plan.items()}
        for gone, person in who.items():  # what the living self has of a good is what counts
            mine[gone] = [one for one in mine[gone] if one.sku not in {pick.sku for pick in plan[person]}]
        assert report.kinds.get(kind, Funnel()) == by_hand(mine, events, lines, who)
    assert sum(one.made.offers for one in report.kinds.values()) == report.whole.made.offers
    for arm in Arm:
        theirs = {owner for owner in living if switch.arm(owner) is arm}
        theirs |= {gone for gone, person in who.items() if switch.arm(person) is arm}
        assert report.arms[arm].funnel == by_hand(plan, events, lines, who, only=theirs)
    offered = {one.sku for picks in plan.values() for one in picks}
    assert (report.items, report.items_offered, report.state) == (8, len(offered), State.FINAL)
    known = {who.get(owner, owner) + one.sku for owner, picks in plan.items() for one in picks}
    strays = {(who.get(owner, owner), sku, did) for owner, sku, did in events}
    assert report.strays == sum(owner + sku not in known for owner, sku, _ in strays)
    assert house.do(lambda work: work.reports.of(WEEK)) == report


def test_what_was_shown_and_what_was_not_are_told_apart(house: World, tmp_path: Path) -> None:
    (one, _), (two, _) = house.do(newcomer), house.do(newcomer)
    plan = {who: [Pick(sku, Because.DUE) for sku in GOODS[:4]] for who in (one, two)}
    planned(house, plan)
    happened(house, plan, [(one, sku, Did.SHOWN) for sku in GOODS[:3]])
    sold(tmp_path, [(one, "g0", MONDAY, 1), (one, "g3", MONDAY, 1), (two, "g1", MONDAY, 1)])
    report = reported(house, tmp_path)
    assert (report.bought_of_shown.of, report.bought_of_shown.base) == (1, 3)
    assert (report.bought_of_unshown.of, report.bought_of_unshown.base) == (2, 5)
    assert (report.items_offered, report.items_bought, report.concentration) == (4, 3, 2 / 8)
    assert report.state is State.RUNNING


def test_redeemed_offers_are_told_by_head_with_their_spread(house: World, tmp_path: Path) -> None:
    people = [house.do(newcomer)[0] for _ in range(3)]
    plan = {who: [Pick(sku, Because.DUE) for sku in GOODS] for who in people}
    planned(house, plan)
    happened(house, plan, [(people[0], sku, Did.REDEEMED) for sku in GOODS[:3]] + [(people[1], "g0", Did.REDEEMED)])
    champion = reported(house, tmp_path).arms[Arm.CHAMPION]
    assert (champion.funnel.redeemed, champion.squares) == (Count(4, 2), 9 + 1)
    assert Arm.CHALLENGER not in reported(house, tmp_path).arms


def test_a_challenge_in_its_second_week_knows_how_much_people_are_the_same(house: World, tmp_path: Path) -> None:
    people = [house.do(newcomer)[0] for _ in range(8)]
    plan = {who: [Pick("g0", Because.DUE)] for who in people}
    switch = Switch(Ranking.KARTKA, Ranking.POPULAR, 50, "salt")
    for week in (LAST, WEEK):
        planned(house, plan, week, switch)
    before: Lines = [(who, "g0", MONDAY - timedelta(days=3), 1) for who in people[:4]]
    sold(tmp_path, before + [(who, "g0", MONDAY, 1) for who in people[:4]])
    assert reported(house, tmp_path).again == pytest.approx(1)
    assert reported(house, tmp_path, LAST).again is None
    planned(house, plan, LAST, Switch(Ranking.KARTKA, Ranking.POPULAR, 50, "another"))
    assert reported(house, tmp_path).again is None


def test_a_week_without_a_plan_is_refused_and_says_what_to_do(house: World, tmp_path: Path) -> None:
    with pytest.raises(NothingToReport, match=f"plan-week --week {WEEK}"):
        reported(house, tmp_path)
    with pytest.raises(NothingToReport, match="begins on 2026-11-30"):
        reported(house, tmp_path, NEXT)
    with pytest.raises(Invalid):
        reported(house, tmp_path, "2026-48")
    planned(house, {})
    with pytest.raises(NothingToReport, match="are gone"):
        reported(house, tmp_path)
    assert house.do(lambda work: work.reports.of(WEEK)) is None


def test_every_stage_has_its_count() -> None:
    assert [*STAGES] == [*Funnel.__dataclass_fields__]


def test_kept_reports_come_oldest_first(house: World, tmp_path: Path) -> None:
    (who, _) = house.do(newcomer)
    for week in (WEEK, LAST):
        planned(house, {who: [Pick("g0", Because.DUE)]}, week)
        reported(house, tmp_path, week)

    def before(work: Any) -> Sequence[Report]:
        found: Sequence[Report] = work.reports.before(NEXT)
        return found

    assert [one.week for one in house.do(before)] == [LAST, WEEK]
