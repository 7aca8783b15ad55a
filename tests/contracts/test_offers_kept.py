"""Offers as people keep them, on both databases: versions that were seen, ends, whom they are for, example baskets."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from core.offers.editing import NEW, end, keep
from core.offers.model import Offer
from core.offers.reading import offer_from
from core.sales.basket import Line
from core.sales.examples import Example, Exampled, example
from core.shared.refusals import Conflict, Invalid, Refusal, Unknown
from tests.support.world import NOON, World

COFFEE: dict[str, Any] = {
    "id": "coffee", "title": {"uk": "Кава"},
    "benefit": {"kind": "percent_off", "percent": "20", "match": {"category": ["coffee"]}},
}  # fmt: skip
TODAY = date(2026, 11, 26)


def kept(world: World, seen: int | None, **more: Any) -> Offer:
    return world.do(lambda work: keep(work, data={**COFFEE, **more}, phones=work.phones.read, seen=seen))


def refused(job: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as refusal:
        job()
    return refusal.value.code


def people(world: World) -> int:
    with world.engine.connect() as connection:
        return int(connection.execute(text("select count(*) from offer_people")).scalar_one())


def people_stay_until_others_are_named(world: World) -> None:
    kept(world, NEW, id="mine", audience="personal", phones=["067 123 45 67", "+380672222222"])
    assert people(world) == 2
    kept(world, 1, id="mine", audience="personal", priority=1)
    assert people(world) == 2
    with pytest.raises(Invalid) as refusal:
        kept(world, 2, id="mine", audience="personal", phones=["nobody"])
    assert refusal.value.field == "phones"
    kept(world, 2, id="mine", audience="personal", priority=2, phones=["+380671234567"])
    assert people(world) == 1
    body = world.do(lambda work: work.offers.current())[-1]
    assert body.phones == (), "a phone is kept as its keyed hash alone"


def test_a_version_is_put_only_where_the_one_before_was_seen(world: World) -> None:
    assert kept(world, NEW).version == 1
    assert refused(lambda: kept(world, NEW)) == "offer-taken"
    assert kept(world, 1, priority=5).version == 2
    assert refused(lambda: kept(world, 1, priority=6)) == "offer-changed"
    assert kept(world, 2, priority=5).version == 2, "the same again is no version"
    assert refused(lambda: kept(world, 3)) == "offer-changed"
    with pytest.raises(Invalid, match="offer-audience"):
        kept(world, 2, audience="voucher")
    with pytest.raises(Invalid) as refusal:
        kept(world, NEW, id="week-2026-W48-77")
    assert refusal.value.field == "id"
    assert [(one.id, one.version, one.priority) for one in world.do(lambda work: work.offers.current())] == [
        ("coffee", 2, 5)
    ]
    people_stay_until_others_are_named(world)


def test_an_ended_offer_was_over_yesterday_and_can_be_brought_back(small_world: World) -> None:
    world = small_world
    kept(world, NEW, **{"from": "2026-12-24", "until": "2026-12-31"})
    ended = world.do(lambda work: end(work, offer="coffee", seen=1, today=TODAY))
    assert (ended.version, ended.window.first, ended.window.last) == (2, date(2026, 11, 25), date(2026, 11, 25))
    for code, job in (
        ("offer-ended", lambda work: end(work, offer="coffee", seen=2, today=TODAY)),
        ("unknown-offer", lambda work: end(work, offer="tea", seen=1, today=TODAY)),
    ):
        with pytest.raises((Conflict, Unknown), match=code):
            world.do(job)
    assert kept(world, 2, until="2026-12-31").version == 3


def came(world: World, draft: dict[str, Any], **more: Any) -> Exampled:
    line = Line("1", 1000, 10_000, category="coffee")
    asked = Example((line,), "s1", NOON, **more)
    return world.do(lambda work: example(work, draft=offer_from({"id": "draft", **draft}), of=asked))


def test_an_example_is_quoted_beside_the_offers_that_run_and_leaves_nothing(small_world: World) -> None:
    world = small_world
    kept(world, NEW)
    tenth = {"benefit": {"kind": "percent_off", "percent": "10"}, "audience": "voucher"}
    quoted = came(world, tenth).quote
    assert {one.offer: one.amount for one in quoted.applied} == {"coffee": 2000, "draft": 800}
    assert quoted.total == 7200
    better = {"benefit": {"kind": "percent_off", "percent": "30", "match": {"category": ["coffee"]}}}
    quoted = came(world, better).quote
    assert [(one.offer, one.amount) for one in quoted.applied] == [("draft", 3000)]
    assert quoted.explain[-2]["step"] == "earn"
    assert came(world, better, card=False).quote.applied == (), "members alone, and here is no card"
    personal = {"benefit": {"kind": "bonus_points", "points": 7}, "audience": "personal",
                "condition": {"kind": "member_of", "club": "pets"}}  # fmt: skip
    assert came(world, personal, clubs=frozenset({"pets"})).quote.applied[-1].points == 7
    assert came(world, personal).quote.not_applied == {}
    replaced = {**COFFEE, "benefit": {"kind": "amount_off", "amount": 100}}
    assert [one.offer for one in came(world, replaced).quote.applied] == ["coffee"], "the draft stands for its version"
    with world.engine.connect() as connection:
        for table in ("sales", "vouchers", "offer_uses"):
            assert connection.execute(text(f"select count(*) from {table}")).scalar_one() == 0
