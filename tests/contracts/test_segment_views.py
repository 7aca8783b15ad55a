"""What pages are told of a segment is what loops say, on both databases: how many, who, and why each one."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import delete, insert, update

from adapters.app.lakebuyers import LakeBuyers
from adapters.app.segmenting import Segmenting
from adapters.db.engines import read_engine
from adapters.db.segmentlists import SegmentLists
from adapters.db.segmentviews import SegmentReads
from adapters.db.tables import customers
from core.segments.fields import FIELDS, Kind, Op
from core.segments.model import Answered, Bought, Contacted, Every, FieldTest, Leaf, Node, leaves
from core.segments.views import Reach, veiled
from core.shared.listing import PAGE, Asked
from tests.contracts.test_segments import ASKED, keep, told_by_loops
from tests.support.plain_segments import NOW, Person, amount, holds, living, made_people, selves, value_of
from tests.support.segments import TREES
from tests.support.world import World, open_lanes

AGREED = FieldTest("marketing", Op.YES)
TESTS = [FieldTest(one.key, Op.YES if one.kind is Kind.FLAG else Op.KNOWN) for one in FIELDS.values()]


@pytest.fixture
def reads(world: World) -> SegmentReads:
    world.rules(gate_questions=("kids",))
    world.clock.now = NOW
    return SegmentReads(read_engine(world.served), replace(world.outside, questionnaire=ASKED))


def _reach(everybody: list[Person], tree: Node) -> tuple[Any, ...]:
    found = [one for one in living(everybody) if holds(tree, one, everybody)]
    agreed = [one for one in found if holds(AGREED, one, everybody)]
    written = [{channel for channel, subscribed in one["addresses"] if subscribed} for one in agreed]
    channels = {name: sum(name in one for one in written) for name in ("telegram", "viber", "web")}
    return (len(living(everybody)), len(found), len(agreed), sum(map(bool, written)),
            {name: count for name, count in channels.items() if count})  # fmt: skip


async def test_counts_members_and_reasons_are_those_of_loops(world: World, reads: SegmentReads) -> None:
    everybody = [one for seed in range(3) for one in made_people(seed)]
    with world.owner.begin() as connection:
        keep(connection, everybody)
    chance, trees = random.Random(5), list[Node]()

    def collect(tree: Node) -> None:
        trees.append(tree)

    settings(max_examples=30, deadline=None, phases=[Phase.generate], database=None, derandomize=True,
             suppress_health_check=list(HealthCheck))(given(TREES)(collect))()  # fmt: skip
    for tree in trees:
        unlike = told_by_loops(everybody, tree)
        found = await reads.count(tree, unlike)
        told = (found.everybody, found.total, found.consented, found.reachable, dict(found.channels))
        assert told == _reach(everybody, tree), tree
        page = await reads.members(tree, unlike, Asked(), "")
        expected = sorted(one["id"] for one in living(everybody) if holds(tree, one, everybody))
        assert [one.customer for one in page.members] == expected[:PAGE]
        if page.after is not None:
            rest = await reads.members(tree, unlike, Asked(), page.after)
            assert [one.customer for one in rest.members] == expected[PAGE:]
        await _narrowed(reads, tree, everybody, expected)
        await _explained(reads, tree, chance.choice(living(everybody)), everybody)
    for person in chance.sample(everybody, 6):
        await _explained(reads, Every(tuple(TESTS)), person, everybody)

    def kept_out(who: str) -> bool:
        return int(who[-1], 16) < 4

    phones = [phone async for some in reads.phones(Every(), {}, kept_out) for phone in some]
    assert sorted(phones) == sorted(
        one["phone"] for one in living(everybody)
        if not any(kept_out(other["id"]) for other in selves(one, everybody))
        and holds(AGREED, one, everybody) and holds(FieldTest("profiling", Op.YES), one, everybody)
        and one["phone_verified_at"]
    )  # fmt: skip
    merged = next(one for one in everybody if one["merged_into"])
    whose = await reads.whose([merged["id"]], None)
    assert whose in {one["id"] for one in everybody if not one["merged_into"]}
    assert await reads.whose([], everybody[0]["phone"]) == everybody[0]["id"]
    assert await reads.whose(["' or 1=1 --"], None) is None


async def _narrowed(reads: SegmentReads, tree: Node, everybody: list[Person], expected: list[str]) -> None:
    """The list of them, by each filter and in another order, is what loops say."""
    inside, unlike = [one for one in everybody if one["id"] in expected], told_by_loops(everybody, tree)

    async def listed(**filters: str) -> list[str]:
        page = await reads.members(tree, unlike, Asked(filters, size=1_000))
        assert page.total == len(page.members)
        return [one.customer for one in page.members]

    for said in (True, False):
        agreed = sorted(one["id"] for one in inside if holds(AGREED, one, everybody) is said)
        assert await listed(agreed="yes" if said else "no") == agreed
    here = sorted(one["id"] for one in inside if one["language"] == "uk" and ("viber", True) in one["addresses"])
    assert await listed(language="uk", channel="viber") == here
    second = await reads.members(tree, unlike, Asked(sort="joined", down=True, page=2, size=3))
    newest = sorted(inside, key=lambda one: (-one["created_at"].timestamp(), one["id"]))
    assert [one.customer for one in second.members] == [one["id"] for one in newest[3:6]]
    assert second.total == len(expected)


async def test_a_file_has_everybody_once_in_its_order_whoever_comes_and_goes(
    world: World, reads: SegmentReads, tmp_path: Path
) -> None:
    everybody = made_people(1)
    with world.owner.begin() as connection:
        keep(connection, everybody)
    by_day: dict[str, Callable[[Person], Any]] = {
        "": lambda one: "", "joined": lambda one: one["created_at"],
        "last": lambda one: (one["features"] or {}).get("last_day"),
    }  # fmt: skip
    agreed = {one["id"]: holds(AGREED, one, everybody) for one in everybody}
    async with open_lanes(world) as (lanes, _):
        lists = SegmentLists(read_engine(world.served), world.outside)
        house = Segmenting(reads, lists, LakeBuyers(tmp_path, lanes), world.outside, "salt")
        for at, (sort, down) in enumerate([("", False), ("joined", True), ("last", False), ("last", True)]):
            listed = sorted((one for one in living(everybody) if one["language"] != "en"), key=lambda one: one["id"])
            wanted = sorted((one for one in listed if by_day[sort](one) is not None), key=by_day[sort], reverse=down)
            wanted += [one for one in listed if by_day[sort](one) is None]
            tree = FieldTest("language", Op.ONE_OF, among=("uk", "ru"))
            async with house.everybody(tree, Asked(sort=sort, down=down)) as found:
                rows = [*(await found.rows(Asked(size=3))).rows]
                with world.owner.begin() as connection:
                    connection.execute(insert(customers), {"id": f"0000{at}", "created_at": NOW, "language": "uk"})
                    gone = wanted[4]["id"]
                    connection.execute(update(customers).where(customers.c.id == gone).values(forgotten_at=NOW))
                rows += (second := (await found.rows(Asked(size=3))).rows)
                rows += (await found.rows(Asked(size=1_000))).rows
                assert (len(second), (await found.rows(Asked(size=3))).rows) == (3, [])
            assert [one.customer for one in rows] == [one["id"] for one in wanted if one["id"] != gone], (sort, down)
            for row in rows:
                who = next(one for one in everybody if one["id"] == row.customer)
                assert row.marketing == agreed[row.customer]
                assert row.channels == sorted({channel for channel, subscribed in who["addresses"] if subscribed})
            with world.owner.begin() as connection:
                connection.execute(delete(customers).where(customers.c.id == f"0000{at}"))
                connection.execute(update(customers).where(customers.c.id == gone).values(forgotten_at=None))


async def _explained(reads: SegmentReads, tree: Node, person: Person, everybody: list[Person]) -> None:
    amounts = {leaf: amount(leaf, person) for leaf in leaves(tree) if isinstance(leaf, Bought)}
    why = await reads.why(tree, told_by_loops([person], tree), amounts, person["id"])
    assert why is not None
    assert why.living == (person["merged_into"] is None and person["forgotten_at"] is None)
    if not why.living:
        assert not why.inside
        return
    assert why.inside == holds(tree, person, everybody)
    for reason in why.reasons:
        assert reason.holds == holds(reason.leaf, person, everybody), reason.leaf
        assert _plain(reason.value) == _plain(_has(reason.leaf, person, everybody)), reason.leaf


def _has(leaf: Leaf, person: Person, everybody: list[Person]) -> Any:
    match leaf:
        case FieldTest("plastic"):
            return [one for one in [value_of("plastic", person, everybody)] if one]
        case FieldTest(field):
            return value_of(field, person, everybody)
        case Bought():
            return amount(leaf, person)
        case Answered(question):
            return value_of(f"answer.{question}", person, everybody)
        case Contacted():
            return value_of(leaf, person, everybody)


def _plain(value: Any) -> Any:
    """None, nothing and an empty list are one; lists are sets."""
    if isinstance(value, (list, tuple)):
        return {str(one) for one in value}
    return set() if value in (None, "") and not isinstance(value, bool) else value


def test_an_analyst_sees_no_cell_of_fewer_than_five_nor_what_gives_it_away() -> None:
    def seen(total: int, consented: int, reachable: int, **channels: int) -> tuple[Any, ...]:
        found = veiled(Reach(100, total, consented, reachable, channels))
        return found.total, found.consented, found.reachable, *found.channels.values()

    assert seen(50, 40, 30, web=10, viber=25) == (50, 40, 30, 10, 25)
    assert seen(4, 0, 0, web=0) == (None, None, None, None)
    assert seen(97, 50, 40) == (None, None, None), "three are left out"
    assert seen(50, 47, 40) == (50, None, None)
    assert seen(50, 40, 38, web=36, viber=0) == (50, 40, None, None, None)
    assert seen(0, 0, 0, web=0) == (0, 0, 0, 0)
    assert seen(100, 50, 40) == (100, 50, 40)
    assert seen(51, 41, 32, web=12, viber=24) == seen(50, 40, 31, web=11, viber=23), "one person less is the same"
    assert seen(52, 43, 33) == (50, 45, 35)
    assert veiled(Reach(102, 50, 40, 30)).everybody == 100
