"""What the database does for one person does not grow with the number of people (counted, not timed)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from adapters.db.work import DbWork
from core.cards.actions import forget
from tests.contracts.test_talk import OLENA, register
from tests.support.world import World

PEOPLE = 5_000
_MANY = (
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) "
    "insert into customers (id, created_at, name, phone, phone_verified_at, language) "
    "select 'c' || i, '2026-01-01T00:00:00.000000Z', 'N', '+38050' || (1000000 + i), created, 'uk' "
    "from (select i, '2026-01-01T00:00:00.000000Z' as created from n)",
    "insert into cards (id, customer, number, symbology, state, secret, issued_at) "
    "select 'k' || id, id, 'n' || id, 'ean13', 'active', x'00', created_at from customers where id like 'c%'",
    "insert into card_numbers (number, card, kind) select number, id, 'current' from cards where id like 'kc%'",
)


def steps(world: World, job: Callable[[DbWork], object]) -> int:
    """How many hundreds of SQLite's machine instructions the job took."""
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    def watched(work: DbWork) -> None:
        driver: Any = work.connection.connection.dbapi_connection
        driver.set_progress_handler(count, 100)
        try:
            job(work)
        finally:
            driver.set_progress_handler(None, 0)

    world.do(watched)
    return counted


@pytest.mark.parametrize("what", ["customer", "card", "find", "forget"])
def test_the_effort_for_a_person_is_the_same_among_five_thousand_others(small_world: World, what: str) -> None:
    register(small_world.person())
    with small_world.engine.begin() as connection:
        for statement in _MANY:
            connection.execute(text(statement.format(count=PEOPLE)))
    customer: Any = small_world.do(lambda work: work.customers.by_phone(OLENA))
    card: Any = small_world.do(lambda work: work.cards.of(customer.id))
    jobs: dict[str, Callable[[DbWork], object]] = {
        "customer": lambda work: work.customers.save(customer),
        "card": lambda work: work.cards.save(card),
        "find": lambda work: (
            work.customers.by_phone(OLENA),
            work.cards.of(customer.id),
            work.plastics.of_phone(OLENA),
        ),
        "forget": lambda work: forget(work, customer=customer, channel="telegram"),
    }
    assert steps(small_world, jobs[what]) < PEOPLE // 100
