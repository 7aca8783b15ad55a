"""The whole engine against a plain model: sales, returns, holds, vouchers, merges, imports, time and crashes.

Hypothesis drives both and shrinks what it finds; a seeded driver does the long run, a million
operations in `make soak`.
"""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support.engine import SEEN, Engine
from tests.support.replaying import balances, replay
from tests.support.soak import SEED, SOAKING, patience, rounds
from tests.support.world import World

SEQUENCES, STEPS = {"sqlite": rounds(80, 8_000), "postgresql": rounds(20, 2_000)}, 100
"""8,000 operations on SQLite and 2,000 on PostgreSQL, which takes as long; a million in `make soak`."""
EXAMPLES = {"sqlite": rounds(60, 600), "postgresql": rounds(20, 600)}
PEOPLE, PICK, SHARE = st.integers(0, 3), st.integers(0, 200), st.integers(0, 99)
HOURS = (0.1, 0.5, 13, 24 * 15, 24 * 40, 24 * 200)
POLICIES, PENDING = ("clamp", "debt", "money"), (0, 14)
RARE = {"replay", "refusal", "crash", "merge", "expiry", "night", "revived", "shortfall"}


class Machine(RuleBasedStateMachine):
    """The engine's operations as rules; `world` is set by the test."""

    world: World
    engine: Engine | None = None

    @initialize(policy=st.sampled_from(POLICIES), pending=st.sampled_from(PENDING))
    def begin(self, policy: str, pending: int) -> None:
        self.engine = Engine(self.world, policy, pending)

    @property
    def at(self) -> Engine:
        assert self.engine is not None
        return self.engine

    @rule(person=PEOPLE, points=st.integers(1, 60), days=st.integers(1, 200))
    def gift(self, person: int, points: int, days: int) -> None:
        self.at.gift(person, points, days)

    @rule(person=PEOPLE, points=st.integers(1, 40))
    def opening(self, person: int, points: int) -> None:
        self.at.opening(person, points)

    @rule(
        person=PEOPLE,
        prices=st.lists(st.tuples(st.integers(0, 60000), st.integers(1, 3)), min_size=1, max_size=3),
        asked=st.integers(0, 300),
        flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    )
    def sale(self, person: int, prices: list[tuple[int, int]], asked: int, flags: tuple[bool, bool, bool]) -> None:
        self.at.sale(person, prices, asked, *flags)

    @rule(pick=PICK)
    def again(self, pick: int) -> None:
        self.at.again(pick)

    @rule(pick=PICK, share=SHARE, whole=st.booleans())
    def come_back(self, pick: int, share: int, whole: bool) -> None:
        self.at.come_back(pick, share, whole)

    @rule(person=PEOPLE, points=st.integers(1, 50))
    def hold(self, person: int, points: int) -> None:
        self.at.hold(person, points)

    @rule(pick=PICK)
    def let_go(self, pick: int) -> None:
        self.at.let_go(pick)

    @rule(person=PEOPLE, other=PEOPLE)
    def join(self, person: int, other: int) -> None:
        self.at.join(person, other)

    @rule()
    def right(self) -> None:
        self.at.right()

    @rule(hours=st.sampled_from(HOURS), by_night=st.booleans())
    def time_passes(self, hours: float, by_night: bool) -> None:
        self.at.time_passes(hours, by_night)

    @invariant()
    def every_balance_is_the_model_s(self) -> None:
        if self.engine is not None:
            self.engine.check()

    def teardown(self) -> None:
        if self.engine is not None:
            self.engine.close()


@pytest.mark.timeout(patience(300))
def test_hypothesis_finds_no_way_to_part_the_engine_from_its_model(world: World) -> None:
    machine = type("OnWorld", (Machine,), {"world": world})
    chosen = settings(
        max_examples=EXAMPLES[world.engine.dialect.name], stateful_step_count=40, deadline=None,
        suppress_health_check=list(HealthCheck), derandomize=not SOAKING, database=None,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


@pytest.mark.timeout(patience(300))
def test_the_engine_does_what_the_model_says_for_long(world: World) -> None:
    SEEN.clear()
    sequences = SEQUENCES[world.engine.dialect.name]
    for sequence in range(sequences):
        rng = random.Random(SEED + sequence)
        engine = Engine(world, rng.choice(POLICIES), rng.choice(PENDING))
        try:
            for _ in range(STEPS):
                _one(engine, rng)
                engine.check()
            engine.close()
        except Exception as error:
            error.add_note(f"KARTKA_SOAK_SEED={SEED + sequence} does it again in its first sequence")
            raise
    assert SEEN["operations"] == sequences * STEPS
    assert not RARE - set(+SEEN), f"no run has seen {RARE - set(+SEEN)}"


@pytest.mark.parametrize("policy", POLICIES)
def test_replaying_all_operations_in_an_empty_database_gives_identical_balances(
    world: World, tmp_path: Path, policy: str
) -> None:
    rng, engine = random.Random(policy), Engine(world, policy, 14)
    for _ in range(3 * STEPS):
        _one(engine, rng)
    empty = World(f"sqlite+aiosqlite:///{tmp_path / 'replayed.db'}")
    empty.do(lambda work: replay(engine.connection, work))
    with empty.engine.connect() as connection:
        told, again = balances(engine.connection), balances(connection)
    assert len(told["after"]) > STEPS
    assert again == told
    empty.close()
    engine.close()


def _one(engine: Engine, rng: random.Random) -> None:
    """One operation; sales and returns are what most of life is."""
    person, pick, half = rng.randrange(4), rng.randrange(200), rng.random() < 0.5
    what = rng.choices(
        ["sale", "come_back", "again", "gift", "hold", "let_go", "time", "right", "opening", "join"],
        [30, 20, 6, 8, 8, 5, 12, 5, 3, 1],
    )[0]
    match what:
        case "sale":
            prices = [(rng.randint(0, 60000), rng.randint(1, 3)) for _ in range(rng.randint(1, 3))]
            engine.sale(person, prices, rng.randint(0, 300), half, rng.random() < 0.3, rng.random() < 0.1)
        case "come_back":
            engine.come_back(pick, rng.randrange(100), half)
        case "again":
            engine.again(pick)
        case "gift":
            engine.gift(person, rng.randint(1, 60), rng.randint(1, 200))
        case "hold":
            engine.hold(person, rng.randint(1, 50))
        case "let_go":
            engine.let_go(pick)
        case "time":
            engine.time_passes(rng.choice(HOURS), half)
        case "right":
            engine.right()
        case "opening":
            engine.opening(person, rng.randint(1, 40))
        case "join":
            engine.join(person, rng.randrange(4))
