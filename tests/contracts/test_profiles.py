"""The customer table on both databases: replaced range by range, left by whoever says so, shown to whom it is about."""

import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from adapters.analytics.features import FEATURES
from adapters.db.engines import is_sqlite
from adapters.db.profilerows import CHUNK
from adapters.db.profiletables import customer_features
from core.cards.actions import forget
from core.customers.model import Consent, Purpose
from core.ledger.merging import merge
from core.sales.export import export
from core.shared.values import CustomerId, Language, Phone
from tests.support.engine import alter, newcomer
from tests.support.world import World

OLENA = Phone("+380671234567")
PAST = "phone:"


def columns(owners: list[str], **more: Any) -> dict[str, list[Any]]:
    """Rows of these owners, each figure null unless told."""
    told = {column.name: [None] * len(owners) for column in customer_features.columns}
    return {**told, "owner": sorted(owners), "week": ["2026-W48"] * len(owners), **more}


def written(world: World, owners: list[str], **more: Any) -> None:
    """The table is replaced by these rows."""
    world.do(lambda work: work.profiles.put(columns(owners, **more), ""))
    assert world.do(lambda work: work.profiles.end(max(owners)))


def owners_of(world: World) -> list[str]:
    with world.engine.connect() as connection:
        return sorted(connection.execute(text("select owner from customer_features")).scalars())


def receipts(world: World, who: str) -> object:
    with world.engine.connect() as connection:
        return connection.execute(
            text("select receipts from customer_features where owner = :who"), {"who": who}
        ).scalar()


def says(world: World, who: CustomerId, given: bool) -> None:
    """The customer's newest word on profiling."""
    line = Consent(who, Purpose.PROFILING, given, "1", Language.UK, "web", world.clock.now)
    world.do(lambda work: work.consents.add(line))


def people(world: World, count: int) -> list[CustomerId]:
    return sorted(world.do(newcomer)[0] for _ in range(count))


def test_the_table_has_each_feature_once_and_keeps_it_as_it_is(world: World) -> None:
    names = [column.name for column in customer_features.columns]
    assert sorted(names) == sorted([*(one.name for one in FEATURES), "week", "cluster", "leaving", "leaving_why"])
    (who,) = people(world, 1)
    told = {
        "first_day": date(2024, 2, 29), "money": 3_000_000_000, "gap_sd": 2.5, "top_category": "Чай, «кава»\n\t\\N",
        "top_store": "", "single_category": True, "active_12m": False, "cluster": 7, "leaving": 0.25,
        "leaving_why": "+silence> -visits>",
    }  # fmt: skip
    written(world, [who], **{name: [value] for name, value in told.items()})
    kept = world.do(lambda work: work.profiles.of([who]))
    assert kept == dict.fromkeys(names) | {"owner": who, "week": "2026-W48"} | told


def test_owners_who_are_in_the_table_no_more_are_gone_and_an_interrupted_writing_leaves_whole_rows(
    world: World,
) -> None:
    one, two, three, four = people(world, 4)
    written(world, [one, two, four], receipts=[1, 1, 1])
    world.do(lambda work: work.profiles.put(columns([one, three], receipts=[2, 2]), ""))
    assert owners_of(world) == [one, three, four]
    assert {who: receipts(world, who) for who in owners_of(world)} == {one: 2, three: 2, four: 1}

    def stopped(work: Any) -> None:
        work.profiles.put(columns([three, four]), one)
        raise ConnectionError("the machine went away")

    with pytest.raises(ConnectionError):
        world.do(stopped)
    assert (receipts(world, three), receipts(world, four)) == (2, 1)
    written(world, [one, three], receipts=[3, 3])
    assert owners_of(world) == [one, three]


def test_a_table_of_any_size_is_emptied_chunk_by_chunk_and_a_chunk_is_small(world: World) -> None:
    owners = [f"{at:036d}" for at in range(CHUNK + 5)]
    with pytest.raises(ValueError, match="at most"):
        world.do(lambda work: work.profiles.put(columns(owners), ""))
    world.do(lambda work: work.profiles.put(columns(owners[:CHUNK]), ""))
    world.do(lambda work: work.profiles.put(columns(owners[CHUNK:]), owners[CHUNK - 1]))
    assert len(owners_of(world)) == CHUNK + 5
    assert not world.do(lambda work: work.profiles.end(""))
    assert owners_of(world) == owners[CHUNK:]
    assert world.do(lambda work: work.profiles.end(""))
    assert owners_of(world) == []


def test_whoever_takes_profiling_back_is_out_at_once_and_until_they_give_it_again(world: World) -> None:
    who, other = people(world, 2)
    world.do(lambda work: alter(work, who, phone=OLENA, phone_verified_at=work.now))
    past = PAST + world.outside.hashed(OLENA)
    written(world, [who, other, past])
    says(world, who, True)
    assert owners_of(world) == sorted([who, other, past])
    says(world, who, False)
    assert owners_of(world) == [other]
    written(world, [who, other])
    assert owners_of(world) == [other]
    says(world, who, True)
    written(world, [who, other])
    assert owners_of(world) == [who, other]


def together(world: World, first: Any, second: Any) -> None:
    """The second work begins while the first is done and not yet committed, and goes on as far as it can."""
    done, commit = threading.Event(), threading.Event()

    def held(work: Any) -> None:
        first(work)
        done.set()
        assert commit.wait(20)

    threads = [threading.Thread(target=world.do, args=(job,)) for job in (held, second)]
    threads[0].start()
    assert done.wait(20)
    threads[1].start()
    while not is_sqlite(world.url) and threads[1].is_alive() and not waits(world):
        threads[1].join(0.01)
    commit.set()
    for thread in threads:
        thread.join()


def waits(world: World) -> bool:
    """Somebody waits for somebody."""
    with world.engine.connect() as connection:
        return bool(connection.execute(text("select count(*) from pg_locks where not granted")).scalar())


def test_a_withdrawal_and_a_writing_at_the_same_moment_leave_no_row(world: World) -> None:
    who, other = people(world, 2)

    def withdraw(work: Any) -> None:
        work.consents.add(Consent(who, Purpose.PROFILING, False, "1", Language.UK, "web", work.now))

    def write(work: Any) -> None:
        work.profiles.put(columns([who, other]), "")

    for first, second in ((withdraw, write), (write, withdraw)):
        written(world, [who, other])
        together(world, first, second)
        assert owners_of(world) == [other]
        says(world, who, True)


def test_who_is_forgotten_is_in_the_table_no_more_and_comes_into_none(world: World) -> None:
    who, other = people(world, 2)
    world.do(lambda work: alter(work, who, phone=OLENA, phone_verified_at=work.now))
    past = PAST + world.outside.hashed(OLENA)
    written(world, [who, other, past])
    person = world.do(lambda work: work.customers.get(who))
    assert person is not None
    world.do(lambda work: forget(work, customer=person, channel="web"))
    assert owners_of(world) == [other]
    written(world, [who, other, past])
    assert owners_of(world) == [other]


def test_a_merge_takes_the_absorbed_out_and_forget_me_everybody_they_were(world: World) -> None:
    keep, gone, other = people(world, 3)
    written(world, [keep, gone, other])
    world.do(lambda work: merge(work, survivor=keep, absorbed=gone, actor="owner"))
    assert owners_of(world) == [keep, other]
    written(world, [keep, gone, other])
    assert owners_of(world) == [keep, other]
    says(world, keep, False)
    assert owners_of(world) == [other]


def test_my_data_shows_the_row_of_the_living_self_or_of_the_phone_before_it(world: World) -> None:
    (who,) = people(world, 1)
    world.do(lambda work: alter(work, who, phone=OLENA, phone_verified_at=work.now))
    person = world.do(lambda work: work.customers.get(who))
    assert person is not None
    past = PAST + world.outside.hashed(OLENA)
    told: Any = {"last_day": [date(2026, 11, 1), date(2026, 10, 1)], "leaving": [0.5, 0.75]}
    assert world.do(lambda work: export(work, customer=person))["profile"] is None
    written(world, [who, past], **told)
    shown = world.do(lambda work: export(work, customer=replace(person)))["profile"]
    assert (shown["owner"], shown["last_day"], shown["leaving"]) == (who, "2026-11-01", 0.5)
    written(world, [past], **{name: values[1:] for name, values in told.items()})
    shown = world.do(lambda work: export(work, customer=person))["profile"]
    assert (shown["owner"], shown["last_day"], shown["leaving"]) == (past, "2026-10-01", 0.75)
