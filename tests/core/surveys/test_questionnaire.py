"""A questionnaire read from data, answers made canonical, progress and the gate: rules without a database."""

import copy
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.shared.refusals import Invalid
from core.shared.values import Language
from core.surveys.data import questionnaire_data, questionnaire_from
from core.surveys.model import Condition, Kind, Option, Question, Questionnaire
from core.surveys.progress import Progress, asked, missing, progress, standing
from core.surveys.reading import fits, parse_answer
from tests.support.world import HOUSE_QUESTIONNAIRE

TODAY = date(2026, 11, 26)
WORDS = dict.fromkeys(Language, "слова")
PLAIN: dict[str, Any] = {
    "key": "pets",
    "kind": "choice",
    "name": {"uk": "Тварини", "en": "Pets", "ru": "Животные"},
    "title": {"uk": "Хто?", "en": "Who?", "ru": "Кто?"},
    "options": [
        {"key": "cat", "label": {"uk": "Кіт", "en": "Cat", "ru": "Кот"}},
        {"key": "dog", "label": {"uk": "Пес", "en": "Dog", "ru": "Пёс"}},
    ],
}


def question(kind: Kind, **given: Any) -> Question:
    return Question("q", kind, WORDS, WORDS, **given)


def options(*keys: str) -> tuple[Option, ...]:
    return tuple(Option(key, WORDS) for key in keys)


FAMILY = Question("family", Kind.CHOICE, WORDS, WORDS, options("alone", "children"))
AGES = Question("ages", Kind.CHOICES, WORDS, WORDS, options("baby", "teen"), when=Condition("family", ("children",)))
DEEP = Question("nappies", Kind.TEXT, WORDS, WORDS, when=Condition("ages", ("baby",)))
CITY = Question("city", Kind.CITY, WORDS, WORDS, optional=True)
ASKED = Questionnaire(1, (FAMILY, AGES, DEEP, CITY))


def test_the_houses_own_questionnaire_reads_and_asks_nothing_forbidden() -> None:
    keys = [one.key for one in HOUSE_QUESTIONNAIRE.questions]
    assert keys == ["birthday", "sex", "city", "store", "family", "children", "interests", "values", "email"]
    assert [one.key for one in HOUSE_QUESTIONNAIRE.questions if one.optional] == ["sex", "email"]
    assert {one.keeps for one in HOUSE_QUESTIONNAIRE.questions if one.keeps} == {"birthday", "sex", "city", "email"}


def test_a_questionnaire_comes_back_from_its_data_as_it_was() -> None:
    data = json.loads(json.dumps(questionnaire_data(HOUSE_QUESTIONNAIRE)))
    assert questionnaire_from(data, version=HOUSE_QUESTIONNAIRE.version) == HOUSE_QUESTIONNAIRE
    bounded = Questionnaire(4, (question(Kind.NUMBER, least=1, most=9, points=3, optional=True),))
    assert questionnaire_from(questionnaire_data(bounded), version=4) == bounded


def test_an_option_stands_for_the_categories_it_names_else_for_the_one_called_like_it() -> None:
    first, second = PLAIN["options"][:2]
    told = {"questions": [{**PLAIN, "options": [{**first, "categories": [" Кава ", "Чай", "Кава"]}, second]}]}
    made = questionnaire_from(told)
    assert [one.interests for one in made.questions[0].options] == [("Кава", "Чай"), (second["key"],)]
    assert questionnaire_from(questionnaire_data(made)) == made


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"key": "Тварини"}, "questions[0].key"),
        ({"kind": "colour"}, "questions[0].kind"),
        ({"points": 1.5}, "questions[0].points"),
        ({"points": True}, "questions[0].points"),
        ({"points": -1}, "questions[0].points"),
        ({"optional": "no"}, "questions[0].optional"),
        ({"options": PLAIN["options"][:1]}, "questions[0].options"),
        ({"options": PLAIN["options"][:1] * 2}, "questions[0].options[1].key"),
        (
            {"options": [{**PLAIN["options"][0], "categories": "Кава"}, PLAIN["options"][1]]},
            "questions[0].options[0].categories",
        ),
        (
            {"options": [{**PLAIN["options"][0], "categories": ["Кава", " "]}, PLAIN["options"][1]]},
            "questions[0].options[0].categories",
        ),
        ({"title": {"uk": "Хто?"}}, "questions[0].title.en"),
        ({"name": {**PLAIN["name"], "de": "Tiere"}}, "questions[0].name.de"),
        ({"name": {**PLAIN["name"], "uk": " "}}, "questions[0].name.uk"),
        ({"title": {**PLAIN["title"], "ru": "а\nб"}}, "questions[0].title.ru"),
        ({"keeps": "birthday"}, "questions[0].keeps"),
        ({"keeps": "phone"}, "questions[0].keeps"),
        ({"least": 1}, "questions[0].least"),
        ({"colour": "red"}, "questions[0].colour"),
        ({"when": {"question": "later", "in": ["cat"]}}, "questions[0].when.question"),
    ],
)
def test_a_mistake_in_the_data_is_named_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        questionnaire_from({"questions": [{**PLAIN, **change}]})
    assert (refused.value.code, refused.value.field) == ("bad-questionnaire", place)


def test_a_condition_names_an_earlier_choice_and_its_options() -> None:
    second = {**copy.deepcopy(PLAIN), "key": "food", "when": {"question": "pets", "in": ["cat"]}}
    assert questionnaire_from({"questions": [PLAIN, second]}).questions[1].when == Condition("pets", ("cat",))
    for wrong in ({"question": "pets", "in": ["fish"]}, {"question": "pets", "in": []}, {"question": "food", "in": []}):
        with pytest.raises(Invalid):
            questionnaire_from({"questions": [PLAIN, {**second, "when": wrong}]})
    with pytest.raises(Invalid):
        questionnaire_from({"questions": [PLAIN, PLAIN]})


@pytest.mark.parametrize(
    ("asks", "said", "kept"),
    [
        (question(Kind.DATE, keeps="birthday"), "31.12", "--12-31"),
        (question(Kind.DATE, keeps="birthday"), "5/3/1985", "1985-03-05"),
        (question(Kind.DATE, keeps="birthday"), "29.02", "--02-29"),
        (question(Kind.DATE, keeps="birthday"), "1985-03-05", "1985-03-05"),
        (question(Kind.DATE), "5.3.2020", "2020-03-05"),
        (question(Kind.NUMBER, least=1, most=9), " 3 ", "3"),
        (question(Kind.RATING), "10", "10"),
        (question(Kind.CITY), "  Біла   Церква ", "Біла Церква"),
        (question(Kind.EMAIL), "Olena.K@Example.COM", "Olena.K@example.com"),
        (question(Kind.TEXT), "два\nрядки", "два рядки"),
        (question(Kind.CHOICE, options=options("a", "b")), "b", "b"),
        (question(Kind.CHOICES, options=options("a", "b", "c")), "c, a", "a,c"),
    ],
)
def test_an_answer_becomes_canonical_and_stays_so(asks: Question, said: str, kept: str) -> None:
    assert parse_answer(asks, said, today=TODAY) == kept
    assert fits(asks, kept) == kept
    assert parse_answer(asks, kept, today=TODAY) == kept


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        (question(Kind.DATE, keeps="birthday"), "31.02"),
        (question(Kind.DATE, keeps="birthday"), "27.11.2026"),
        (question(Kind.DATE, keeps="birthday"), "29.02.1985"),
        (question(Kind.DATE, keeps="birthday"), "1.1.1904"),
        (question(Kind.DATE, keeps="birthday"), "грудень"),
        (question(Kind.DATE), "31.12"),
        (question(Kind.NUMBER, least=1, most=9), "10"),
        (question(Kind.NUMBER), "1.5"),
        (question(Kind.RATING), "11"),
        (question(Kind.RATING), "-1"),
        (question(Kind.CITY), "12345"),
        (question(Kind.EMAIL), "olena@host"),
        (question(Kind.EMAIL), "olena at example.com"),
        (question(Kind.TEXT), " \u200b".strip("\u200b")),
        (question(Kind.CHOICE, options=options("a", "b")), "c"),
        (question(Kind.CHOICES, options=options("a", "b")), ""),
        (question(Kind.CHOICES, options=options("a", "b")), "a,z"),
    ],
)
def test_what_is_no_answer_gets_the_reason_of_its_kind(asks: Question, said: str) -> None:
    refused = parse_answer(asks, said, today=TODAY)
    assert isinstance(refused, Invalid)
    assert refused.code == f"answer-{asks.kind}"


@given(st.sampled_from(HOUSE_QUESTIONNAIRE.questions), st.text(max_size=40))
def test_whatever_is_said_is_an_answer_that_still_parses_or_a_refusal(asks: Question, said: str) -> None:
    canonical = parse_answer(asks, said, today=TODAY)
    assert isinstance(canonical, Invalid) or fits(asks, canonical) == canonical


def test_progress_counts_what_is_asked_of_this_person() -> None:
    assert progress(ASKED, {}) == Progress(0, 2)
    assert progress(ASKED, {"family": "children"}) == Progress(1, 3)
    assert progress(ASKED, {"family": "children", "ages": "baby,teen"}) == Progress(2, 4)
    assert progress(ASKED, {"family": "alone", "ages": "baby", "city": "Київ"}) == Progress(2, 2)


def test_a_condition_stands_only_on_a_question_that_is_asked_itself() -> None:
    assert [one.key for one in asked(ASKED, {"family": "alone", "ages": "baby"})] == ["family", "city"]


def test_only_the_gates_own_questions_hold_back_and_only_when_asked() -> None:
    gate = ("family", "ages", "gone")
    assert missing(ASKED, gate, {}) == ("family",)
    assert missing(ASKED, gate, {"family": "children"}) == ("ages",)
    assert missing(ASKED, gate, {"family": "alone"}) == ()
    assert missing(ASKED, (), {}) == ()


def test_an_answer_that_a_newer_version_no_longer_knows_counts_as_unanswered() -> None:
    newer = Questionnaire(2, (question(Kind.CHOICE, options=options("a", "c")),))
    assert standing(newer, {"q": "b"}) == {}
    assert progress(newer, {"q": "b"}) == Progress(0, 1)
    several = Questionnaire(2, (question(Kind.CHOICES, options=options("c", "a")),))
    assert standing(several, {"q": "a,b,c"}) == {"q": "c,a"}
    assert standing(several, {"q": "b"}) == {}
    numbers = Questionnaire(2, (question(Kind.NUMBER, most=5),))
    assert standing(numbers, {"q": "6"}) == {}
