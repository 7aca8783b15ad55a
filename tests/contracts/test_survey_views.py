"""How far people come in a questionnaire and who said what, counted by both databases."""

from typing import Any

import pytest

from adapters.db.engines import read_engine
from adapters.db.surveyviews import SurveyReads
from adapters.db.tables import customers
from core.shared.refusals import Conflict, Invalid
from core.shared.values import Language
from core.surveys.actions import publish
from core.surveys.data import questionnaire_data
from core.surveys.model import Condition, Given, Kind, Option, Question, Questionnaire
from tests.contracts.test_surveys import newcomer
from tests.support.world import HOUSE_QUESTIONNAIRE, World

WORDS = dict.fromkeys(Language, "слова")


def question(key: str, kind: Kind, *options: str, **more: Any) -> Question:
    return Question(key, kind, WORDS, WORDS, tuple(Option(one, WORDS) for one in options), **more)


ASKED = Questionnaire(
    0,
    (
        question("likes", Kind.CHOICES, "tea", "coffee", "water"),
        question("cups", Kind.NUMBER, when=Condition("likes", ("coffee",))),
        question("city", Kind.CITY, keeps="city"),
        question("nps", Kind.RATING),
        question("words", Kind.TEXT),
    ),
)
SAID: list[dict[str, str]] = [
    {"likes": "tea,coffee", "cups": "3", "city": "Київ", "nps": "10", "words": "моя таємниця"},
    {"likes": "coffee", "cups": "3", "city": "Київ"},
    {"likes": "coffee"},
    {"likes": "tea", "city": "Тихе село", "nps": "10"},
    {"likes": "tea"},
    *[{"likes": "water", "city": "Київ"}] * 3,
]


FORMER: list[tuple[dict[str, str], int]] = [
    ({"likes": "coffee", "nps": "1"}, 3),
    ({"likes": "water", "city": "Рим"}, 0),
]
"""What selves said that were merged into the person with the number, whose own word stands before theirs."""


async def test_the_funnel_and_the_counts_are_those_of_people(world: World) -> None:
    known: list[Any] = []
    for number, said in enumerate([*SAID, *(told for told, _ in FORMER)]):
        customer = newcomer(world, number)
        known.append(customer.id)
        for key, value in said.items():
            asked = ASKED.question(key)
            assert asked is not None
            given = (customer.id, key, asked.kind, value)
            world.do(
                lambda work, given=given: work.answers.put(given[0], given[1], Given(given[3], given[2], 1, work.now))
            )
    with world.owner.begin() as connection:
        for at, (_, into) in enumerate(FORMER):
            mine = customers.update().where(customers.c.id == known[len(SAID) + at])
            connection.execute(mine.values(merged_into=known[into]))
        told = customers.update().where(customers.c.id == known[2])
        connection.execute(told.values(city="Рим"))  # before the question could be asked
    reading = read_engine(world.url)
    views = SurveyReads(reading, ASKED)
    funnel = await views.funnel(ASKED)
    assert funnel.started == 8
    assert funnel.answered == {"likes": 8, "cups": 2, "city": 6, "nps": 2, "words": 1}
    assert funnel.asked == {"likes": 8, "cups": 3, "city": 7, "nps": 8, "words": 8}
    assert funnel.stopped == {"likes": 2, "city": 4, "nps": 1}, "whoever has answered everything stops nowhere"
    counts = {(one.question, one.value): one.people for one in await views.counts(ASKED)}
    assert counts == {
        ("likes", "tea"): 3, ("likes", "coffee"): 3, ("likes", "water"): 3, ("cups", ""): 2, ("city", "Київ"): 5,
        ("city", ""): 1, ("nps", "10"): 2, ("words", ""): 1,
    }  # fmt: skip
    empty = await views.funnel(Questionnaire())
    assert (empty.started, dict(empty.answered)) == (0, {})
    await reading.dispose()


async def test_a_version_is_published_only_over_the_one_that_was_seen(small_world: World) -> None:
    world = small_world
    data = questionnaire_data(ASKED)
    assert world.do(lambda work: publish(work, data=data, actor="anna", seen=0)).version == 1
    for seen, code in ((0, "questionnaire-changed"), (1, "questionnaire-same")):
        with pytest.raises(Conflict, match=code):
            world.do(lambda work, seen=seen: publish(work, data=data, actor="boris", seen=seen))
    with pytest.raises(Invalid, match="bad-questionnaire"):
        world.do(lambda work: publish(work, data={"questions": [{"key": "X"}]}, actor="anna", seen=1))
    reading = read_engine(world.url)
    views = SurveyReads(reading, HOUSE_QUESTIONNAIRE)
    assert [(one.version, one.actor, one.questions) for one in await views.versions()] == [
        (1, "anna", 5), (0, "", len(HOUSE_QUESTIONNAIRE.questions)),
    ]  # fmt: skip
    assert (await views.newest()).questions == ASKED.questions
    assert await views.version(7) is None
    assert await views.version(0) == HOUSE_QUESTIONNAIRE
    await reading.dispose()
