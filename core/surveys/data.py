"""A questionnaire as JSON, the form that marketers edit: read strictly, so that a slip is named and not guessed at."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.shared.refusals import Invalid
from core.shared.values import Language
from core.surveys.model import CHOOSING, PROFILE, Condition, Kind, Option, Question, Questionnaire, Wording

MOST_QUESTIONS = 40
MOST_OPTIONS = 20
MOST_CATEGORIES = 20
_KEY = re.compile(r"[a-z][a-z0-9-]{0,31}")
_TITLE, _NAME, _LABEL, _CATEGORY = 300, 40, 32, 100
"""Characters: a label is a button alone in its row (look.md), a name a line of a list."""
_FIELDS = {"key", "kind", "name", "title", "options", "optional", "when", "points", "keeps", "least", "most"}


def questionnaire_from(data: Any, *, version: int = 0) -> Questionnaire:
    """The questionnaire in the data. Raises Invalid (`bad-questionnaire`) with the place and what is wrong there."""
    given = _object(data, "questionnaire", {"questions"}, {"questions"})
    listed = _list(given["questions"], "questions", 0, MOST_QUESTIONS)
    questions: list[Question] = []
    for place, one in enumerate(listed):
        questions.append(_question(one, f"questions[{place}]", questions))
    return Questionnaire(version, tuple(questions))


def questionnaire_data(questionnaire: Questionnaire) -> dict[str, Any]:
    """The data that `questionnaire_from` reads back as the same questionnaire; what has its default is left out."""
    return {"questions": [_question_data(one) for one in questionnaire.questions]}


def _question_data(question: Question) -> dict[str, Any]:
    data: dict[str, Any] = {
        "key": question.key,
        "kind": question.kind.value,
        "name": _wording_data(question.name),
        "title": _wording_data(question.title),
    }
    if question.options:
        data["options"] = [_option_data(one) for one in question.options]
    if question.when is not None:
        data["when"] = {"question": question.when.question, "in": list(question.when.among)}
    plain = Question(question.key, question.kind, question.name, question.title)
    for name in ("optional", "points", "keeps", "least", "most"):
        if getattr(question, name) != getattr(plain, name):
            data[name] = getattr(question, name)
    return data


def _option_data(option: Option) -> dict[str, Any]:
    data = {"key": option.key, "label": _wording_data(option.label)}
    return {**data, "categories": list(option.categories)} if option.categories else data


def _wording_data(wording: Wording) -> dict[str, str]:
    return {language.value: words for language, words in wording.items()}


def _question(data: Any, place: str, earlier: Sequence[Question]) -> Question:
    given = _object(data, place, _FIELDS, {"key", "kind", "name", "title"})
    key = given["key"]
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise _wrong(f"{place}.key", "letters a-z, digits and hyphens, 32 at most, a letter first")
    if any(one.key == key for one in earlier):
        raise _wrong(f"{place}.key", f"{key} stands twice")
    if given["kind"] not in list(Kind):
        raise _wrong(f"{place}.kind", f"one of {', '.join(Kind)}")
    kind = Kind(given["kind"])
    question = Question(
        key,
        kind,
        _wording(given["name"], f"{place}.name", _NAME),
        _wording(given["title"], f"{place}.title", _TITLE),
        _options(given.get("options"), f"{place}.options", kind),
        _flag(given.get("optional", False), f"{place}.optional"),
        _condition(given.get("when"), f"{place}.when", earlier),
        _whole(given.get("points", 0), f"{place}.points", 0, 10_000),
        given.get("keeps", ""),
        _whole(given.get("least", 0), f"{place}.least", -1_000_000, 1_000_000),
        _whole(given.get("most", 1_000_000), f"{place}.most", -1_000_000, 1_000_000),
    )
    if question.keeps and PROFILE.get(question.keeps) is not kind:
        raise _wrong(f"{place}.keeps", f"one of {', '.join(f'{name} ({of})' for name, of in PROFILE.items())}")
    if any(one.keeps == question.keeps for one in earlier if question.keeps):
        raise _wrong(f"{place}.keeps", f"{question.keeps} is kept by an earlier question")
    if question.least > question.most or (kind is not Kind.NUMBER and {"least", "most"} & given.keys()):
        raise _wrong(f"{place}.least", "least and most bound a number, the smaller one first")
    return question


def _options(data: Any, place: str, kind: Kind) -> tuple[Option, ...]:
    if kind not in CHOOSING:
        if data is not None:
            raise _wrong(place, "only a choice has options")
        return ()
    made: list[Option] = []
    for at, one in enumerate(_list(data, place, 2, MOST_OPTIONS)):
        given = _object(one, f"{place}[{at}]", {"key", "label", "categories"}, {"key", "label"})
        if not isinstance(given["key"], str) or not _KEY.fullmatch(given["key"]):
            raise _wrong(f"{place}[{at}].key", "letters a-z, digits and hyphens, 32 at most, a letter first")
        if any(option.key == given["key"] for option in made):
            raise _wrong(f"{place}[{at}].key", f"{given['key']} stands twice")
        label = _wording(given["label"], f"{place}[{at}].label", _LABEL)
        made.append(Option(given["key"], label, _categories(given.get("categories", []), f"{place}[{at}].categories")))
    return tuple(made)


def _categories(data: Any, place: str) -> tuple[str, ...]:
    found = tuple(_list(data, place, 0, MOST_CATEGORIES))
    for one in found:
        if not isinstance(one, str) or not one.strip() or len(one) > _CATEGORY or not one.isprintable():
            raise _wrong(place, f"names of categories, 1 to {_CATEGORY} characters each")
    return tuple(dict.fromkeys(one.strip() for one in found))


def _condition(data: Any, place: str, earlier: Sequence[Question]) -> Condition | None:
    if data is None:
        return None
    given = _object(data, place, {"question", "in"}, {"question", "in"})
    asked = next((one for one in earlier if one.key == given["question"]), None)
    if asked is None or asked.kind not in CHOOSING:
        raise _wrong(f"{place}.question", "the key of an earlier choice")
    among = _list(given["in"], f"{place}.in", 1, MOST_OPTIONS)
    if any(one not in {option.key for option in asked.options} for one in among):
        raise _wrong(f"{place}.in", f"keys of the options of {asked.key}")
    return Condition(asked.key, tuple(among))


def _wording(data: Any, place: str, most: int) -> Wording:
    languages = {language.value for language in Language}
    given = _object(data, place, languages, languages)
    for language, words in given.items():
        if not isinstance(words, str) or not words.strip() or len(words) > most or not words.isprintable():
            raise _wrong(f"{place}.{language}", f"words of 1 to {most} characters in one line")
    return {language: given[language.value].strip() for language in Language}


def _object(data: Any, place: str, known: set[str], needed: set[str]) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _wrong(place, f"an object with {', '.join(sorted(needed))}")
    if strange := sorted(str(name) for name in data if name not in known):
        raise _wrong(f"{place}.{strange[0]}", f"unknown; the names are {', '.join(sorted(known))}")
    if lacking := sorted(needed - data.keys()):
        raise _wrong(f"{place}.{lacking[0]}", "missing")
    return data


def _list(data: Any, place: str, least: int, most: int) -> Sequence[Any]:
    if not isinstance(data, list) or not least <= len(data) <= most:
        raise _wrong(place, f"a list of {least} to {most}")
    return data


def _flag(data: Any, place: str) -> bool:
    if not isinstance(data, bool):
        raise _wrong(place, "true or false")
    return data


def _whole(data: Any, place: str, least: int, most: int) -> int:
    if type(data) is not int or not least <= data <= most:
        raise _wrong(place, f"a whole number from {least} to {most}")
    return data


def _wrong(place: str, why: str) -> Invalid:
    return Invalid(place, "bad-questionnaire", why=why)
