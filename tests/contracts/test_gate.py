"""The spend gate opened for everybody who passes it: SQL and the core agree, nobody is welcomed twice."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import select, text

from adapters.db import keep
from adapters.db.gatesql import Judge
from adapters.db.tables import customers
from core.cards.model import CardState
from core.customers.actions import customer_of
from core.ledger.merging import merge
from core.surveys.actions import Welcome, book_rewards, open_some, standing_of, welcome
from core.surveys.model import Condition, Given, Kind, Option, Question, Questionnaire
from tests.contracts.test_surveys import WORDS, choice, newcomer, rewards, say, state
from tests.support.world import World


def open_all(world: World, limit: int = 3) -> int:
    """Chunk after chunk, each committed: how many cards opened."""
    opened, after = 0, ""
    while True:
        done = world.do(lambda work, after=after: open_some(work, after=after, limit=limit))
        opened += done.cards
        if done.after is None:
            return opened
        after = done.after


def test_when_the_gate_shrinks_everybody_who_passes_spends_and_is_welcomed_once(world: World) -> None:
    world.rules(gate_questions=("birthday", "city"))
    ready, not_ready = newcomer(world), newcomer(world, 1)
    say(world, ready, "city", "Київ")
    say(world, not_ready, "birthday", "31.12")
    world.rules(gate_questions=("city",))
    assert [open_all(world), open_all(world)] == [1, 0]
    assert [state(world, one) for one in (ready, not_ready)] == ["active", "issued"]
    assert ("welcome", 50) in rewards(world)
    world.rules(gate_questions=())
    assert open_all(world) == 1
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
    assert open_all(world) == 1
    hidden = world.do(lambda work: work.cards.all_of(other.id))
    assert (state(world, one), [card.state for card in hidden]) == ("active", [CardState.ISSUED])
    assert [key for key, _ in rewards(world)].count("welcome") == 1


def test_a_gate_that_names_only_what_is_not_asked_holds_and_pays_nobody(world: World) -> None:
    world.rules(gate_questions=("gone",))
    customer = newcomer(world)
    assert world.do(lambda work: welcome(work, customer=customer)) == Welcome(opened=True, points=0)
    assert open_all(world) == 0
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
        found = select(customers.c.id).where(Judge(Questionnaire(2, asked), customers.c.id).passes(gate))
        assert world.do(lambda work, found=found: set(work.connection.execute(found).scalars())) == judged, gate
        assert not gate or gate == ("gone",) or 0 < len(judged) < len(people), gate
    assert open_all(world) == len(judged)
    for person in people:
        assert (state(world, person) == CardState.ACTIVE) is (person.id in judged)


def test_a_run_that_was_cut_short_is_taken_up_again_and_nobody_is_welcomed_twice(world: World) -> None:
    world.rules(gate_questions=("birthday", "city"))
    people = [newcomer(world, number) for number in range(7)]
    for one in people[:5]:
        say(world, one, "city", "Київ")
    world.rules(gate_questions=("city",))
    first = world.do(lambda work: open_some(work, limit=3))
    assert (0 <= first.cards <= 3, first.after is not None) == (True, True)
    assert (first.cards + open_all(world, limit=2), open_all(world)) == (5, 0)
    assert [state(world, one) for one in people] == ["active"] * 5 + ["issued"] * 2
    assert [key for key, _ in rewards(world)].count("welcome") == 5
    assert world.do(lambda work: book_rewards(work, limit=100)) == 5
    assert keep.check(world.url) == []


def test_answers_of_merged_selves_count_for_all_as_they_count_for_one(world: World) -> None:
    """Chains of selves, each with answers of its own, some stale: SQL and the core agree about every survivor."""
    world.rules(gate_questions=("a", "b", "c"))
    asked = Questionnaire(2, tuple(choice(key, "x", "y") for key in "abc"))
    world.do(lambda work: work.questionnaires.add(asked, "x", work.now))
    chance = Random(7)
    people = [newcomer(world, number) for number in range(30)]
    for person in people:
        for key in "abc":
            if chance.random() < 0.6:
                given = Given(chance.choice(["x", "y", "gone"]), Kind.CHOICE, 1, world.clock.now)
                world.do(lambda work, p=person, k=key, g=given: work.answers.put(p.id, k, g))
        world.clock.forward(minutes=1)
    for at in range(0, 30, 3):
        first, second, third = (one.id for one in people[at : at + 3])
        pairs = [(second, third), (first, second)] if at % 2 else [(second, third)]
        for survivor, absorbed in pairs:
            world.do(lambda work, s=survivor, a=absorbed: merge(work, survivor=s, absorbed=a, actor="owner"))
    living = [one for one in people if world.do(lambda work, o=one: customer_of(work, o.id)).id == one.id]
    judged = {one.id: world.do(lambda work, o=one: standing_of(work, customer=o)).complete for one in living}
    assert 0 < sum(judged.values()) < len(judged)
    assert open_all(world) == sum(judged.values())
    assert {one.id: state(world, one) == "active" for one in living} == judged
    assert [key for key, _ in rewards(world)].count("welcome") == sum(judged.values())


def test_only_whoever_has_answered_something_of_the_goal_is_welcomed(world: World) -> None:
    """A question that is asked of nobody here holds nobody back, and completes nothing."""
    world.rules(gate_questions=("b",))
    asked = choice("a", "x", "y"), choice("b", "x", "y", when=Condition("a", ("x",)))
    world.do(lambda work: work.questionnaires.add(Questionnaire(2, asked), "x", work.now))
    one = newcomer(world)
    assert (open_all(world), state(world, one), rewards(world)) == (1, "active", [])
