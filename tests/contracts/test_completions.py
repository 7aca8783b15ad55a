"""Who has completed the questionnaire is kept, and what is counted is what the core says of each person now."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import Connection, func, select

from adapters.db.completions import CompletionRows, rule_of
from adapters.db.segmentsql import Scene, people
from adapters.db.segmenttotals import total
from adapters.db.surveytables import questionnaire_changes, questionnaire_completions, questionnaire_judged
from core.cards.actions import forget
from core.customers.actions import customer_of
from core.customers.model import Customer
from core.ledger.merging import merge, unmerge
from core.segments.fields import Op
from core.segments.model import FieldTest
from core.surveys.actions import judge_some, standing_of
from core.surveys.model import Condition, Given, Kind, Question, Questionnaire
from tests.contracts.test_surveys import WORDS, choice, newcomer
from tests.support.world import World

COMPLETE = FieldTest("questionnaire_complete", Op.YES)
ASKED = (
    choice("a", "x", "y"),
    choice("b", "x", "y", when=Condition("a", ("x",))),
    choice("sex", "f", "m", keeps="sex"),
    Question("city", Kind.CITY, WORDS, WORDS, keeps="city", when=Condition("sex", ("f",))),
)


def told(world: World) -> tuple[set[str], int]:
    """Whom the segment finds, and how many its count tells."""

    def job(work: Any) -> tuple[set[str], int]:
        asked, gate = work.questionnaires.newest(), work.programme.gate_questions
        scene = Scene(date(2026, 11, 1), lambda _: work.now, asked, gate, work.connection.dialect.name, {}, ())
        run = work.connection.execute
        return set(run(people(scene, COMPLETE)).scalars()), run(total(scene, COMPLETE)).scalar_one()

    return world.do(job)


def judge_all(world: World, limit: int = 4) -> int:
    """In how many works."""
    works = 0
    while world.do(lambda work: judge_some(work, limit=limit)):
        works += 1
    return works


def kept(world: World) -> dict[str, Any]:
    """What the tables hold."""
    with world.engine.connect() as connection:
        return {
            "complete": set(connection.execute(select(questionnaire_completions.c.customer)).scalars()),
            "changes": connection.execute(select(func.count()).select_from(questionnaire_changes)).scalar_one(),
            "judged": [tuple(row) for row in connection.execute(select(questionnaire_judged))],
        }


class Life:
    """Thirty people to whom everything happens that decides whether the questionnaire is complete."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance, self.version = world, Random(seed), 1
        self.everybody = [newcomer(world, number) for number in range(30)]
        self.merges: list[str] = []

    def living(self) -> list[Customer]:
        """Whoever was neither merged nor forgotten."""
        now = [self.world.do(lambda work, one=one: work.customers.get(one.id)) for one in self.everybody]
        return [one for one in now if one is not None and one.merged_into is None and one.forgotten_at is None]

    def complete(self) -> set[str]:
        """As the core judges each of them."""

        def job(work: Any, one: Customer) -> bool:
            return bool(standing_of(work, customer=customer_of(work, one.id)).complete)

        return {one.id for one in self.living() if self.world.do(lambda work, one=one: job(work, one))}

    def goes_on(self) -> None:
        """Something happens to somebody."""
        weights: dict[Callable[[], object], int] = {
            self.says: 10, self.is_told: 6, self.merge: 4, self.unmerge: 2, self.forget: 1, self.publish: 1,
            self.gate: 1, self.judge: 12,
        }  # fmt: skip
        self.chance.choices(list(weights), list(weights.values()))[0]()
        self.world.clock.forward(minutes=1)

    def says(self) -> None:
        key, person = self.chance.choice("abz"), self.chance.choice(self.everybody)
        given = Given(self.chance.choice(["x", "y", "y", "gone"]), Kind.CHOICE, 1, self.world.clock.now)
        self.world.do(lambda work: work.answers.put(person.id, key, given))

    def is_told(self) -> None:
        person = self.chance.choice(self.living())
        now = replace(person, sex=self.chance.choice(["f", "m", "m", "x", ""]), city=self.chance.choice(["", "Київ"]))
        self.world.do(lambda work: work.customers.save(now))

    def merge(self) -> None:
        if len(living := self.living()) > 15:
            one, other = self.chance.sample(living, 2)
            done = self.world.do(lambda work: merge(work, survivor=one.id, absorbed=other.id, actor="owner"))
            self.merges.append(done.id)

    def unmerge(self) -> None:
        if self.merges:
            last = self.merges.pop()
            self.world.do(lambda work: unmerge(work, merge=last, actor="owner"))

    def forget(self) -> None:
        if len(living := self.living()) > 20:
            self.merges.clear()  # what is forgotten cannot be taken apart
            one = self.chance.choice(living)
            self.world.do(lambda work: forget(work, customer=one, channel="web"))

    def publish(self) -> None:
        self.version += 1
        some = tuple(one for one in ASKED if one.when is None or self.chance.random() < 0.5)
        self.world.do(lambda work: work.questionnaires.add(Questionnaire(self.version, some), "owner", work.now))

    def gate(self) -> None:
        self.world.rules(gate_questions=self.chance.choice([(), ("a",), ("a", "b"), ("sex", "city")]))

    def judge(self) -> None:
        self.world.do(lambda work: judge_some(work, limit=self.chance.choice([2, 10, 100])))


def test_whatever_happens_the_count_is_of_now(world: World) -> None:
    life, states, some = Life(world, 20261129), set[tuple[bool, bool]](), set[str]()
    life.publish()
    for _ in range(60):
        life.says()
        life.is_told()
    judge_all(world)
    for _ in range(150):
        life.goes_on()
        complete = life.complete()
        some |= complete
        assert told(world) == (complete, len(complete))
        state = kept(world)
        states.add((state["judged"][0][2] is None, state["changes"] > 0))
    assert states >= {(True, True), (True, False), (False, True)}
    assert len(some) > 8
    judge_all(world)
    assert kept(world)["complete"] == life.complete()


def test_only_who_changed_is_judged_again_and_everybody_after_another_questionnaire(world: World) -> None:
    world.rules(gate_questions=("a",))
    world.do(lambda work: work.questionnaires.add(Questionnaire(2, ASKED), "owner", work.now))
    first, *others = (newcomer(world, number) for number in range(9))
    assert judge_all(world, limit=4) == 3  # nine people in fours
    assert (kept(world)["complete"], kept(world)["changes"], judge_all(world)) == (set(), 0, 0)
    world.do(lambda work: work.answers.put(first.id, "a", Given("x", Kind.CHOICE, 2, work.now)))
    assert (kept(world)["changes"], told(world)) == (1, ({first.id}, 1))
    assert (judge_all(world, limit=4), kept(world)["complete"]) == (1, {first.id})
    known = world.do(lambda work: customer_of(work, others[0].id))
    world.do(lambda work: work.customers.save(replace(known, name="Інше ім’я")))
    assert kept(world)["changes"] == 0  # nothing that a question keeps
    world.rules(gate_questions=("sex",))
    assert told(world) == (set(), 0)
    assert judge_all(world, limit=4) == 3
    assert kept(world)["complete"] == set()
    people = [first.id, *(one.id for one in others)]
    for number in range(2 * 20 * 4 + 7):  # more than one work forgets, and than two
        key = people[number % len(people)]
        world.do(lambda work, p=key: work.answers.put(p, "z", Given("x", Kind.CHOICE, 2, work.now)))
    world.rules(gate_questions=("a",))
    assert (judge_all(world, limit=4), kept(world)["complete"], kept(world)["changes"]) == (2 + 3, {first.id}, 0)
    (row,) = kept(world)["judged"]
    assert row[1:] == (rule_of(Questionnaire(2, ASKED), ("a",)), None)


def test_a_change_that_was_not_seen_is_judged_later(world: World) -> None:
    """On PostgreSQL the judge reads while somebody's answer is not committed yet; SQLite has one writer."""
    world.rules(gate_questions=("a",))
    world.do(lambda work: work.questionnaires.add(Questionnaire(2, ASKED), "owner", work.now))
    one = newcomer(world)
    judge_all(world)
    if world.engine.dialect.name == "sqlite":
        return

    def answers(connection: Connection, value: str) -> None:
        from adapters.db.surveyrows import AnswerRows

        AnswerRows(connection).put(one.id, "a", Given(value, Kind.CHOICE, 2, world.clock.now))

    world.do(lambda work: work.answers.put(one.id, "a", Given("gone", Kind.CHOICE, 2, work.now)))
    with world.engine.begin() as slow:
        answers(slow, "x")
        with world.engine.begin() as judge:
            assert CompletionRows(judge).judge_some(Questionnaire(2, ASKED), ("a",), 100)
        assert kept(world)["changes"] == 0
    assert (kept(world)["changes"], told(world)) == (1, ({one.id}, 1))
    judge_all(world)
    assert kept(world)["complete"] == {one.id}
