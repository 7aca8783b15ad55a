"""A questionnaire as a form and back: questions in rows, options in rows of rows, places as the core names them."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.console.forms import listed, rows_of, text_in, tree_of, typed_list, whole
from core.shared.refusals import Invalid
from core.surveys.data import MOST_OPTIONS, MOST_QUESTIONS, questionnaire_data, questionnaire_from
from core.surveys.model import CHOOSING, Kind, Questionnaire

LANGUAGES = ("uk", "en", "ru")


def form_tree(form: Any) -> dict[str, Any]:
    """The form that was sent, as a tree."""
    return tree_of(form.items())


def form_of(questionnaire: Questionnaire) -> dict[str, Any]:
    """The form in which this questionnaire stands."""
    rows = {}
    for at, one in enumerate(questionnaire_data(questionnaire)["questions"]):
        when = one.get("when", {})
        rows[str(at)] = {
            "key": one["key"],
            "kind": one["kind"],
            "name": one["name"],
            "title": one["title"],
            "optional": "on" if one.get("optional") else "",
            "points": str(one.get("points", 0)),
            "keeps": one.get("keeps", ""),
            "least": str(one["least"]) if "least" in one else "",
            "most": str(one["most"]) if "most" in one else "",
            "when": {"question": when.get("question", ""), "in": typed_list(when.get("in", ()))},
            "options": {
                str(place): {**option, "categories": typed_list(option.get("categories", ()))}
                for place, option in enumerate(one.get("options", ()))
            },
        }
    return {"questions": rows}


def data_of(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The data that the form means. Raises Invalid with the place of a number that cannot be read."""
    return {"questions": [_question(row, f"questions.{at}") for at, row in enumerate(rows_of(tree, "questions"))]}


def readable(tree: Mapping[str, Any]) -> Questionnaire:
    """The questions that can be read already: one that is being written is left out, and what depends on it."""
    rows = list(rows_of(tree, "questions"))
    while rows:
        try:
            return questionnaire_from(data_of({"questions": {str(at): row for at, row in enumerate(rows)}}))
        except Invalid as refusal:
            wrong = re.match(r"questions\.(\d+)", place_in_form(refusal.field))
            if wrong is None:
                break
            rows.pop(int(wrong[1]))
    return Questionnaire()


def place_in_form(place: str) -> str:
    """Where the form has what the core names: `questions[2].name.uk` is `questions.2.name.uk`."""
    found = re.sub(r"\[(\d+)\]", r".\1", place)
    last = found.rpartition(".")[2]
    return f"{found}.uk" if last in {"name", "title", "label"} else found


def changed(tree: dict[str, Any], do: str) -> str:
    """What a button does to the rows: `add`, `drop.2`, `up.2`, `down.2`, `option.2`, `drop-option.2.1`; which row."""
    verb, *places = do.split(".")
    at = [int(one) for one in places if one.isdecimal() and len(one) < 4]
    rows = rows_of(tree, "questions")
    here = at[0] if at else len(rows)
    if verb == "add" and len(rows) < MOST_QUESTIONS:
        rows.append({"key": _fresh("question", [text_in(row, "key") for row in rows]), "kind": "text", "points": "0"})
    elif verb == "drop" and here < len(rows):
        rows.pop(here)
    elif verb in {"up", "down"} and here < len(rows):
        there = here + (-1 if verb == "up" else 1)
        if 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
            here = there
    elif verb in {"option", "drop-option"} and here < len(rows):
        options = rows_of(rows[here], "options")
        if verb == "option" and len(options) < MOST_OPTIONS:
            options.append({"key": _fresh("option", [text_in(one, "key") for one in options])})
        elif verb == "drop-option" and len(at) > 1 and at[1] < len(options):
            options.pop(at[1])
        rows[here]["options"] = {str(place): one for place, one in enumerate(options)}
    tree["questions"] = {str(place): row for place, row in enumerate(rows)}
    return str(here)


def _question(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    kind = text_in(row, "kind")
    data: dict[str, Any] = {
        "key": text_in(row, "key"),
        "kind": kind,
        "name": _words(row, "name"),
        "title": _words(row, "title"),
        "optional": text_in(row, "optional") == "on",
        "points": _number(row, "points", place) or 0,
        "keeps": text_in(row, "keeps"),
    }
    if kind in CHOOSING:
        data["options"] = [
            {
                "key": text_in(one, "key"), "label": _words(one, "label"),
                "categories": listed(text_in(one, "categories")),
            }
            for one in rows_of(row, "options")
        ]  # fmt: skip
    if kind == Kind.NUMBER:
        bounds = {name: _number(row, name, place) for name in ("least", "most")}
        data |= {name: bound for name, bound in bounds.items() if bound is not None}
    when = row.get("when")
    if isinstance(when, Mapping) and text_in(when, "question"):
        data["when"] = {"question": text_in(when, "question"), "in": listed(text_in(when, "in"))}
    return data


def _words(row: Mapping[str, Any], key: str) -> dict[str, str]:
    words = row.get(key)
    return {one: text_in(words, one) if isinstance(words, Mapping) else "" for one in LANGUAGES}


def _number(row: Mapping[str, Any], key: str, place: str) -> int | None:
    text = text_in(row, key)
    if not text:
        return None
    try:
        return whole(f"{place}.{key}", text)
    except Invalid:
        raise Invalid(f"{place}.{key}", "bad-questionnaire", why="a whole number") from None


def _fresh(stem: str, taken: list[str]) -> str:
    """The first of `question-1`, `question-2`, … that nobody has."""
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
