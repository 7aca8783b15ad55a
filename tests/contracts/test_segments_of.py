"""In which segments one person is: what loops say, on both databases, for any trees and for selves that were merged."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from adapters.db.engines import read_engine
from adapters.db.segmentviews import SegmentReads
from core.segments.fields import FIELDS, Kind, Op
from core.segments.model import Answered, Bought, FieldTest, Node, Not
from core.segments.ready import READY
from tests.contracts.test_segments import ASKED, keep, told_by_loops
from tests.support.plain_segments import NOW, holds, living, made_people, selves
from tests.support.segments import QUESTIONS, TREES
from tests.support.world import World

TESTS = [FieldTest(one.key, Op.YES if one.kind is Kind.FLAG else Op.KNOWN) for one in FIELDS.values()]


async def test_of_one_person_is_true_what_loops_say_of_every_tree(world: World) -> None:
    world.rules(gate_questions=("kids",))
    world.clock.now = NOW
    reads = SegmentReads(read_engine(world.served), replace(world.outside, questionnaire=ASKED))
    everybody = [one for seed in range(2) for one in made_people(seed)]
    with world.owner.begin() as connection:
        keep(connection, everybody)
    trees: list[Node] = [*TESTS, *READY.values(), *(Answered(key, ()) for key in QUESTIONS)]
    trees += [Not(one) for one in trees]

    def collect(tree: Node) -> None:
        trees.append(tree)

    settings(max_examples=30, deadline=None, phases=[Phase.generate], database=None, derandomize=True,
             suppress_health_check=list(HealthCheck))(given(TREES)(collect))()  # fmt: skip
    named = {str(at): tree for at, tree in enumerate(trees)}
    people = living(everybody)
    merged = [one for one in people if len(list(selves(one, everybody))) > 1]
    for person in [*random.Random(7).sample(people, 5), *merged[:3]]:
        unlike: dict[Bought, Any] = {}
        for tree in trees:
            unlike |= told_by_loops(everybody, tree)
        mine = [person["id"], *(one["id"] for one in selves(person, everybody) if one["id"] != person["id"])]
        found = await reads.of_one(named, unlike, mine)
        assert found == {key for key, tree in named.items() if holds(tree, person, everybody)}
