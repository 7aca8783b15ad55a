"""kill -9 while tills sell: every acknowledged sale is there once, none is there in half (both databases)."""

import random

import pytest
from sqlalchemy import Connection, event, text

from adapters.db import keep
from adapters.db.lanes import Busy, do_now
from adapters.db.work import DbWork
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.shared.values import StoreId
from tests.contracts.test_kill import mother_of, one_life
from tests.support.engine import furnish, newcomer
from tests.support.soak import patience, rounds
from tests.support.world import World

ROUNDS = rounds(30, 1_000)
"""Lives on each database."""


@pytest.mark.timeout(patience(300))
def test_no_acknowledged_sale_is_lost_or_there_in_half(world: World) -> None:
    world.do(furnish)
    cards = [world.do(newcomer)[1] for _ in range(8)]
    chance, acknowledged = random.Random(11), set[str]()
    mother = mother_of("tests.support.seller", world.served, ",".join(cards))
    try:
        for turn in range(ROUNDS):
            acknowledged |= one_life(mother, turn, chance.uniform(0.0, 0.12))
    finally:
        mother.kill()
        mother.wait()
    with world.engine.connect() as connection:
        keys = set(connection.execute(text("select key from once_keys where answer <> ''")).scalars())
        sold = connection.execute(text("select count(*), sum(earned) from sales")).one()
        held = connection.execute(text("select sum(pending) from purses")).scalar_one()
    assert acknowledged <= keys
    assert len(acknowledged) > ROUNDS
    assert sold[0] == len(keys)
    assert sold[1] == held == 5 * len(keys)
    assert keep.check(world.url) == []


def test_a_full_disk_refuses_the_whole_sale_and_the_till_may_try_again(small_world: World) -> None:
    """The database may grow no further: nothing of the sale is kept, and with room again the same call succeeds."""
    small_world.do(furnish)
    _, card = small_world.do(newcomer)

    def job(work: DbWork, receipt: str) -> None:
        lines = tuple(Line(f"{at}" * 60, 1000, 100) for at in range(400))
        asked = SaleAsked(Asked(StoreId("s1"), lines, card), receipt, "1", work.now)
        settle(work, wanted=asked, source="t", key=receipt, tell=lambda one: one.sale.id)

    @event.listens_for(small_world.engine, "begin")
    def full(connection: Connection) -> None:
        pages = connection.exec_driver_sql("pragma page_count").scalar_one()
        connection.exec_driver_sql(f"pragma max_page_count = {pages + 3}")

    with pytest.raises(Busy):
        do_now(small_world.engine, small_world.outside, lambda work: job(work, "r1"), patience=0.1)
    event.remove(small_world.engine, "begin", full)
    small_world.engine.dispose()
    assert keep.check(small_world.url) == []
    with small_world.engine.connect() as connection:
        assert connection.execute(text("select count(*) from sales")).scalar() == 0
    small_world.do(lambda work: job(work, "r1"))
    assert keep.check(small_world.url) == []
