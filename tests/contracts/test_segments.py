"""Any segment finds the same people in SQL, on both databases, as dicts and loops do."""

import os
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Connection, insert

from adapters.db.historytables import purchases
from adapters.db.ledgertables import lots, operations, purses
from adapters.db.profiletables import customer_features
from adapters.db.saletables import sales
from adapters.db.segmentsql import Scene, people
from adapters.db.surveytables import answers
from adapters.db.tables import addresses, cards, consents, customers, metadata, plastics
from core.segments.fields import FIELDS, OPS, Op
from core.segments.model import Bought, FieldTest, Node, leaves
from core.shared.values import Language
from core.surveys.model import Kind, Option, Question, Questionnaire
from tests.support.plain_segments import KYIV, NOW, TODAY, Person, amount, holds, living, made_people
from tests.support.segments import QUESTIONS, TEXTS, TREES
from tests.support.world import World

MANY = 100_000 if os.environ.get("KARTKA_SOAK") else 300
_WORDS = dict.fromkeys(Language, "x")
ASKED = Questionnaire(
    1,
    tuple(
        Question(
            key, Kind.CHOICES if options else Kind.TEXT, _WORDS, _WORDS, tuple(Option(one, _WORDS) for one in options)
        )
        for key, options in QUESTIONS.items()
    ),
)


def keep(connection: Connection, everybody: list[Person]) -> None:
    """The people are in the tables."""
    own = ("id", "created_at", "language", "city", "sex", "source", "birthday", "last_seen_at", "phone",
           "phone_verified_at", "merged_into", "forgotten_at")  # fmt: skip
    connection.execute(insert(customers), [{name: one[name] for name in own} for one in everybody])
    rows: dict[Any, list[dict[str, Any]]] = {}
    for one in everybody:
        who = one["id"]
        for purpose, agreed, at in one["consents"]:
            rows.setdefault(consents, []).append({"customer": who, "purpose": purpose, "given": agreed, "version": "1",
                                                  "language": "uk", "channel": "web", "at": at})  # fmt: skip
        for channel, subscribed in one["addresses"]:
            rows.setdefault(addresses, []).append(
                {"channel": channel, "bot": "b", "user_key": who, "first_seen_at": NOW, "language": "uk",
                 "chosen_language": False, "customer": who, "subscribed": subscribed})  # fmt: skip
        for at, state in enumerate(one["cards"]):
            rows.setdefault(cards, []).append(_card(who, at, state))
        _money(rows, one)
        for question, value in one["answers"].items():
            kind = "choices" if QUESTIONS[question] else "text"
            rows.setdefault(answers, []).append({"customer": who, "question": question, "kind": kind, "value": value,
                                                 "version": 1, "at": NOW})  # fmt: skip
        if one["known"]:
            rows.setdefault(purchases, []).append({"owner": who, "first_at": NOW, "last_at": NOW})
        if one["features"]:
            rows.setdefault(customer_features, []).append({"owner": who, "week": "2027-W08", **one["features"]})
    for table in metadata.sorted_tables:
        if table in rows:
            connection.execute(insert(table), rows[table])


def _card(who: str, at: int, state: str) -> dict[str, Any]:
    return {"id": f"{who}{at}"[-36:], "customer": who, "number": f"{who}{at}", "symbology": "qr", "state": state,
            "secret": b"", "issued_at": NOW}  # fmt: skip


def _money(rows: dict[Any, list[dict[str, Any]]], one: Person) -> None:
    who = one["id"]
    if one["plastic"]:
        restored = None
        if one["plastic"] == "restored":
            one["cards"].append("replaced")
            rows.setdefault(cards, []).append(_card(who, 9, "replaced"))
            restored = rows[cards][-1]["id"]
        rows.setdefault(plastics, []).append({"number": f"p{who}", "symbology": "qr", "phone": one["phone"],
                                              "points": 0, "blocked": False, "card": restored})  # fmt: skip
    if one["purse"]:
        active, pending = one["purse"]
        rows.setdefault(purses, []).append(
            {"customer": who, "active": active, "pending": pending, "held": 0, "debt": 0}
        )
    for at, (points, end) in enumerate(one["lots"]):
        operation = f"{who}{at}"[-36:]
        rows.setdefault(operations, []).append({"id": operation, "kind": "earn", "source": "t", "key": f"{who}{at}",
                                                "at": NOW, "business_at": NOW})  # fmt: skip
        rows.setdefault(lots, []).append(
            {"id": operation, "customer": who, "operation": operation, "source": "sale", "earned": points,
             "issued_at": NOW, "activates_at": NOW, "expires_at": end, "pending": 0, "active": points,
             "held": 0})  # fmt: skip
    if one["sold"]:
        rows.setdefault(sales, []).append(
            {"id": who, "customer": who, "store": "s", "till": "t", "receipt": who, "business_date": TODAY,
             "sold_at": NOW, "received_at": NOW, "source": "t", "digest": "", "amount": 0, "discount": 0,
             "points_spent": 0, "points_paid": 0, "total": 0, "earned": 0, "offline": False})  # fmt: skip


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=KYIV)


def every_test() -> Iterator[FieldTest]:
    """Every field with every operator it has."""
    for field in FIELDS.values():
        for op in OPS[field.kind]:
            if op is Op.ONE_OF:
                yield from (FieldTest(field.key, op, among=(one,)) for one in field.options or TEXTS[field.key])
            elif op in (Op.YES, Op.KNOWN):
                yield FieldTest(field.key, op)
            else:
                yield from (FieldTest(field.key, op, number) for number in (0, 1, 2, 25, 60, 99))


def scene(connection: Connection, everybody: list[Person], tree: Node) -> Scene:
    """The day, the questionnaire, and the lake's word on each test of purchases, by loops."""
    told = {
        leaf: [one["id"] for one in everybody if leaf.passes(amount(leaf, one)) != leaf.passes(0)]
        for leaf in leaves(tree)
        if isinstance(leaf, Bought)
    }
    return Scene(TODAY, _start, ASKED, ("kids",), connection.dialect.name, told)


@pytest.mark.timeout(120 if MANY < 1_000 else 36_000)
def test_any_tree_finds_whom_loops_find(world: World) -> None:
    everybody = [one for seed in range(4) for one in made_people(seed)]
    with world.owner.begin() as connection:
        keep(connection, everybody)
    with world.engine.connect() as connection:

        def agree(tree: Node) -> None:
            found = set(connection.execute(people(scene(connection, everybody, tree), tree)).scalars())
            assert found == {one["id"] for one in living(everybody) if holds(tree, one, everybody)}, tree

        for test in every_test():
            agree(test)
        trees = given(TREES)(agree)
        settings(max_examples=MANY, deadline=None, phases=[Phase.generate, Phase.shrink],
                 suppress_health_check=list(HealthCheck))(trees)()  # fmt: skip
