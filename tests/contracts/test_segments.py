"""Any segment finds the same people in SQL, on both databases, as dicts and loops do."""

import random
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from adapters.db.campaigntables import campaign_people, campaign_runs, campaigns
from adapters.db.completions import CompletionRows
from adapters.db.historytables import purchases
from adapters.db.ledgertables import lots, operations, purses
from adapters.db.profiletables import customer_features
from adapters.db.saletables import sales
from adapters.db.segmentsql import Scene, asks_row_alone, asks_table_alone, ids, people
from adapters.db.segmenttotals import total
from adapters.db.surveytables import answers, questionnaire_changes
from adapters.db.tables import addresses, cards, consents, customers, metadata, plastics
from core.segments.fields import FIELDS, OPS, Op
from core.segments.model import Bought, Either, Every, FieldTest, Leaf, Node, Not, leaves
from core.shared.values import Language
from core.surveys.model import Kind, Option, Question, Questionnaire
from tests.support.plain_segments import DUE, KYIV, NOW, TODAY, Person, amount, holds, living, made_people
from tests.support.segments import QUESTIONS, TEXTS, random_tree, some_leaves
from tests.support.soak import SEED, SOAKING, patience, rounds
from tests.support.world import World

MANY, LEAVES = rounds(500, 500_000), rounds(500, 20_000)
"""Trees on each of the two databases, and tests that they are made of."""
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
    for run, (campaign, due) in enumerate(DUE.items(), 1):
        rows.setdefault(campaigns, []).append(
            {"id": campaign, "version": 1, "state": "running", "name": campaign, "kind": "promotion", "plan": {},
             "salt": "", "created_by": "x", "created_at": NOW, "changed_by": "x", "changed_at": NOW})  # fmt: skip
        rows.setdefault(campaign_runs, []).append({"id": run, "campaign": campaign, "number": 1, "due_at": due,
                                                   "deliver_by": due, "window_until": due, "figures": {}})  # fmt: skip
        rows.setdefault(campaign_people, []).extend(
            {"run": run, "serial": serial, "customer": one["id"], "arm": "A", "trial": True, "seen_at": None,
             "tapped_at": None, **one["contacts"][campaign]}
            for serial, one in enumerate(everybody) if campaign in one["contacts"]
        )  # fmt: skip
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
                                                 "version": 1, "at": one["said_at"]})  # fmt: skip
        if one["known"]:
            rows.setdefault(purchases, []).append({"owner": who, "first_at": NOW, "last_at": NOW})
        if one["features"] and living([one]):
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


def told_by_loops(everybody: list[Person], tree: Node) -> dict[Bought, list[str]]:
    """The lake's word on each test of purchases."""
    return {
        leaf: [one["id"] for one in everybody if leaf.passes(amount(leaf, one)) != leaf.passes(0)]
        for leaf in leaves(tree)
        if isinstance(leaf, Bought)
    }


def scene(connection: Connection, unlike: dict[Bought, list[str]]) -> Scene:
    """The day, the questionnaire, and what there is to know of purchases."""
    return Scene(TODAY, _start, ASKED, ("kids",), connection.dialect.name, unlike, ("interests",))


class Loops:
    """What loops say: each test is asked of each person once, and remembered."""

    def __init__(self, everybody: list[Person]) -> None:
        self._everybody, self._living = everybody, living(everybody)
        self._all = frozenset(one["id"] for one in self._living)
        self._known: dict[Leaf, frozenset[str]] = {}
        self._unlike: dict[Bought, list[str]] = {}

    def found(self, node: Node) -> frozenset[str]:
        """Of whom the tree is true."""
        match node:
            case Every(of):
                return self._all.intersection(*map(self.found, of))
            case Either(of):
                return frozenset().union(*map(self.found, of))
            case Not(inner):
                return self._all - self.found(inner)
        if node not in self._known:
            self._known[node] = frozenset(one["id"] for one in self._living if holds(node, one, self._everybody))
        return self._known[node]

    def unlike(self, node: Node) -> dict[Bought, list[str]]:
        """The lake's word on each test of purchases."""
        for leaf in leaves(node):
            if isinstance(leaf, Bought) and leaf not in self._unlike:
                self._unlike |= told_by_loops(self._everybody, leaf)
        return {leaf: self._unlike[leaf] for leaf in leaves(node) if isinstance(leaf, Bought)}


@pytest.mark.timeout(patience(300))
def test_any_tree_finds_whom_loops_find(world: World) -> None:
    everybody = [one for seed in range(3) for one in made_people(seed)]
    loops, chance = Loops(everybody), random.Random(SEED)
    with world.owner.begin() as connection:
        keep(connection, everybody)
        while CompletionRows(connection).judge_some(ASKED, ("kids",), 1_000):
            pass
        some = [{"customer": one["id"]} for one in everybody[::3]]
        connection.execute(insert(questionnaire_changes), some)
    with world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def differs(tree: Node) -> bool:
            asked, found = scene(connection, loops.unlike(tree)), loops.found(tree)
            ways = [people(asked, tree), *([ids(asked, tree)] if asks_table_alone(tree) else [])]
            counted: int = connection.execute(total(asked, tree)).scalar_one()
            return counted != len(found) or any(set(connection.execute(one).scalars()) != found for one in ways)

        def smallest(tree: Node) -> Node:
            """The part of a tree that is told wrongly by itself."""
            parts = tree.of if isinstance(tree, (Every, Either)) else (tree.of,) if isinstance(tree, Not) else ()
            return next((smallest(one) for one in parts if differs(one)), tree)

        pool = some_leaves(LEAVES, again=not SOAKING)
        drawn = (random_tree(chance, pool) for _ in range(MANY))
        turned = (Not(one) for one in every_test() if asks_row_alone(one))
        for tree in chain(every_test(), turned, drawn):
            assert not differs(tree), (SEED, smallest(tree))
