"""The spend gate opened for everybody who passes it: SQL and the core agree, nobody is welcomed twice."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import select, text

from adapters.db.gatesql import passes
from adapters.db.tables import customers
from core.cards.model import CardState
from core.customers.actions import customer_of
from core.ledger.merging import merge
from core.surveys.actions import Welcome, open_for_all, standing_of, welcome
from core.surveys.model import Condition, Given, Kind, Option, Question, Questionnaire
from tests.contracts.test_surveys import WORDS, choice, newcomer, rewards, say, state
from tests.support.world import World


def test_when_the_gate_shrinks_everybody_who_passes_spends_and_is_welcomed_once(world: World) -> None:
    world.rules(gate_questions=("birthday", "city"))
    ready, not_ready = newcomer(world), newcomer(world, 1)
    say(world, ready, "city", "Київ")
    say(world, not_ready, "birthday", "31.12")
    world.rules(gate_questions=("city",))
    assert [world.do(open_for_all), world.do(open_for_all)] == [1, 0]
    assert [state(world, one) for one in (ready, not_ready)] == ["active", "issued"]
    assert ("welcome", 50) in rewards(world)
    world.rules(gate_questions=())
    assert world.do(open_for_all) == 1
    assert [key for key, _ in rewards(world)].count("welcome") == 1
    with world.engine.connect() as connection:
        names = connection.execute(text("select count(*) from events where name = 'spending.opened'")).scalar()
    assert names == 2


def test_the_gate_for_all_welcomes_nobody_twice_and_leaves_merged_selves_alone(world: World) -> None:
    world.rules(gate_questions=("birthday", "city"))
    one, other = newcomer(world), newcomer(world, 1)
    say(world, other, "city", "Київ")
    world.do(lambda work: work.rewards.pay(other.id, 50, "welcome", "welcome"))
    say(world, one, "city", "Київ")
    world.do(lambda work: merge(work, survivor=one.id, absorbed=other.id, actor="owner"))
    world.rules(gate_questions=("city",))
    assert world.do(open_for_all) == 1
    hidden = world.do(lambda work: work.cards.all_of(other.id))
    assert (state(world, one), [card.state for card in hidden]) == ("active", [CardState.ISSUED])
    assert [key for key, _ in rewards(world)].count("welcome") == 1


def test_a_gate_that_names_only_what_is_not_asked_holds_and_pays_nobody(world: World) -> None:
    world.rules(gate_questions=("gone",))
    customer = newcomer(world)
    assert world.do(lambda work: welcome(work, customer=customer)) == Welcome(opened=True, points=0)
    assert world.do(open_for_all) == 0
    assert rewards(world) == []


def test_the_gate_for_all_judges_as_the_gate_for_one(world: World) -> None:
    """Answers of every sort, some stale under the newer version: SQL and the core agree about each person."""
    world.rules(gate_questions=("family", "ages", "when", "rooms", "score", "sex", "city", "birthday"))
    asked = (
        choice("family", "alone", "children"),
        Question("ages", Kind.CHOICES, WORDS, WORDS, (Option("baby", WORDS), Option("teen", WORDS)),
                 when=Condition("family", ("children",))),
        Question("when", Kind.DATE, WORDS, WORDS, when=Condition("ages", ("baby",))),
        Question("rooms", Kind.NUMBER, WORDS, WORDS, least=1, most=5),
        Question("score", Kind.RATING, WORDS, WORDS),
        choice("sex", "f", "m", keeps="sex"),
        Question("city", Kind.CITY, WORDS, WORDS, keeps="city", when=Condition("sex", ("f",))),
        Question("birthday", Kind.DATE, WORDS, WORDS, keeps="birthday"),
    )  # fmt: skip
    chance = Random(20261126)
    said = {
        "family": [(Kind.CHOICE, "alone"), (Kind.CHOICE, "children"), (Kind.CHOICE, "other"), (Kind.TEXT, "alone")],
        "ages": [(Kind.CHOICES, "baby,old"), (Kind.CHOICES, "old"), (Kind.CHOICES, "teen"), (Kind.CHOICES, "baby")],
        "when": [(Kind.DATE, "2020-01-02"), (Kind.DATE, "--01-02")],
        "rooms": [(Kind.NUMBER, "3"), (Kind.NUMBER, "3"), (Kind.NUMBER, "9"), (Kind.CITY, "три")],
        "score": [(Kind.RATING, "10"), (Kind.RATING, "0")],
        "sex": [(Kind.CHOICE, "f"), (Kind.CHOICE, "m"), (Kind.CHOICE, "x")],
        "city": [(Kind.CITY, "Київ")],
        "birthday": [(Kind.DATE, "--12-31"), (Kind.DATE, "1985-03-05")],
    }
    people = [newcomer(world, number) for number in range(60)]

    def live(work: Any) -> None:
        for person in people:
            for key, answers in said.items():
                if chance.random() < 0.93:
                    kind, value = chance.choice(answers)
                    work.answers.put(person.id, key, Given(value, kind, 1, work.now))
            if chance.random() < 0.3:
                known = replace(
                    person, sex=chance.choice("fmx"), city=chance.choice(["", "Одеса"]), birthday=date(1999, 1, 1)
                )
                work.customers.save(known)

    world.do(live)
    world.do(lambda work: work.questionnaires.add(Questionnaire(2, asked), "x", work.now))
    known = {
        person.id: world.do(lambda work, one=person: standing_of(work, customer=customer_of(work, one.id)))
        for person in people
    }
    for gate in ((), ("gone",), *((one.key,) for one in asked), tuple(one.key for one in asked)):
        judged = {person for person, stands in known.items() if replace(stands, gate=gate).passed}
        found = select(customers.c.id).where(passes(Questionnaire(2, asked), gate, customers.c.id))
        assert world.do(lambda work, found=found: set(work.connection.execute(found).scalars())) == judged, gate
        assert not gate or gate == ("gone",) or 0 < len(judged) < len(people), gate
    assert world.do(open_for_all) == len(judged)
    for person in people:
        assert (state(world, person) == CardState.ACTIVE) is (person.id in judged)
