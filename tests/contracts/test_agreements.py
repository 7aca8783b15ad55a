"""The newest word of each person on each purpose is kept beside the ledger, in the transaction that adds to it."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from adapters.db.segmenttotals import total
from adapters.db.tables import agreements, consents
from core.customers.model import Consent, Purpose
from core.segments.fields import Op
from core.segments.model import FieldTest
from core.shared.values import Language
from tests.contracts.test_segments import scene
from tests.contracts.test_talk import OLENA, register
from tests.support.world import NOON, World

MARKETING = FieldTest("marketing", Op.YES)


def _kept(connection: Connection) -> dict[tuple[str, str], bool]:
    of = agreements.c
    return {(row.customer, row.purpose): row.given for row in connection.execute(select(agreements).order_by(of.at))}


def test_the_kept_word_is_the_newest_by_instant_then_by_line(world: World) -> None:
    register(world.person())
    register(world.person("other"), type(OLENA)("+380501112233"))
    chance, told = random.Random(11), dict[tuple[str, str], tuple[Any, int, bool]]()
    with world.engine.begin() as connection:
        people = list(connection.execute(select(consents.c.customer).distinct()).scalars())
        for _ in range(200):
            row = {"customer": chance.choice(people), "purpose": chance.choice(list(Purpose)).value,
                   "given": chance.random() < 0.5, "version": "1", "language": "uk", "channel": "web",
                   "at": NOON + timedelta(minutes=chance.randrange(-20, 20))}  # fmt: skip
            connection.execute(insert(consents), row)
        for line in connection.execute(select(consents)):
            key = (line.customer, line.purpose)
            told[key] = max(told.get(key, (line.at, -1, False)), (line.at, line.id, line.given))
        assert _kept(connection) == {key: given for key, (_, _, given) in told.items()}


def test_a_consent_taken_back_is_counted_in_the_same_work(world: World) -> None:
    register(world.person())
    customer: Any = world.do(lambda work: work.customers.by_phone(OLENA))

    def says(given: bool) -> int:
        def job(work: Any) -> int:
            word = Consent(customer.id, Purpose.MARKETING, given, "1", Language.UK, "web", work.now)
            work.consents.add(word)
            return int(work.connection.execute(total(scene(work.connection, {}), MARKETING)).scalar_one())

        return world.do(job)

    assert [says(True), says(False), says(True)] == [1, 0, 1]
    with world.engine.connect() as connection:
        word = {"customer": customer.id, "purpose": "marketing", "given": False, "version": "1", "language": "uk",
                "channel": "web", "at": NOON + timedelta(days=1)}  # fmt: skip
        connection.execute(insert(consents), word)
        assert not _kept(connection)[(customer.id, "marketing")]
        connection.rollback()
        assert _kept(connection)[(customer.id, "marketing")]
