"""A segment is data: it goes to JSON and comes back, and what is none is refused with its place."""

import json
from typing import Any

import pytest
from hypothesis import given

from core.segments.fields import FIELDS
from core.segments.model import EVERYBODY, Bought, Every, FieldTest, Node, Not, leaves
from core.segments.reading import segment_data, segment_from
from core.segments.ready import READY
from core.shared.refusals import Invalid
from tests.support.segments import TREES


def _deep(node: Node) -> int:
    match node:
        case Not(of):
            return 1 + _deep(of)
        case FieldTest() | Bought():
            return 1
        case _:
            return 1 + max((_deep(one) for one in getattr(node, "of", ())), default=0)


@given(TREES)
def test_a_segment_comes_back_from_json_as_it_was(tree: Node) -> None:
    if _deep(tree) <= 6:
        assert segment_from(json.loads(json.dumps(segment_data(tree)))) == tree


def test_what_a_marketer_says_in_a_sentence_is_read() -> None:
    tree = segment_from(
        {
            "all": [
                {"bought": {"category": ["coffee"]}, "days": 90, "times": {"at_least": 2}},
                {"not": {"field": "lifecycle", "one_of": ["lapsing"]}},
            ]
        }
    )
    assert [type(one).__name__ for one in leaves(tree)] == ["Bought", "FieldTest"]
    assert segment_from({"bought": {"brand": ["acme", "acme"]}}) == segment_from({"bought": {"brand": ["acme"]}})
    assert segment_from({"all": []}) == EVERYBODY


@pytest.mark.parametrize("key", READY)
def test_each_ready_segment_is_one_that_could_be_written(key: str) -> None:
    assert segment_from(segment_data(READY[key])) == READY[key]


TEST = {"field": "age", "at_least": 3}
BAD: list[tuple[Any, str]] = [
    ([], "segment"),
    ("x", "segment"),
    ({"all": {}}, "all"),
    ({"any": []}, "any"),
    ({"all": [TEST], "any": [TEST]}, "any"),
    ({"all": [TEST, 5]}, "all.1"),
    ({"not": {"field": "password", "yes": True}}, "not.field"),
    ({"field": "age"}, "field"),
    ({"field": "age", "one_of": ["3"]}, "field"),
    ({"field": "age", "at_least": 3, "at_most": 5}, "field"),
    ({"field": "age", "at_least": "3"}, "at_least"),
    ({"field": "age", "at_least": -1}, "at_least"),
    ({"field": "age", "at_least": True}, "at_least"),
    ({"field": "leaving", "at_least": 101}, "at_least"),
    ({"field": "birthday", "coming": 183}, "coming"),
    ({"field": "active_12m", "yes": False}, "yes"),
    ({"field": "lifecycle", "one_of": []}, "one_of"),
    ({"field": "lifecycle", "one_of": ["dead"]}, "one_of"),
    ({"field": "city", "one_of": ["a\nb"]}, "one_of"),
    ({"field": "city", "one_of": ["x"] * 201}, "one_of"),
    ({"field": "city", "one_of": ["Lviv"], "or": 1}, "or"),
    ({"answer": "kids", "one_of": []}, "one_of"),
    ({"answer": ""}, "answer"),
    ({"bought": {}}, "bought"),
    ({"bought": {"colour": ["red"]}}, "bought"),
    ({"bought": {"weekday": ["0"]}}, "bought.weekday"),
    ({"bought": {"category": ["a"]}, "days": 0}, "days"),
    ({"bought": {"category": ["a"]}, "times": {}}, "times"),
    ({"bought": {"category": ["a"]}, "times": {"at_least": 3, "at_most": 2}}, "times.at_most"),
    ({"bought": {"category": ["a"]}, "times": {"at_least": 3}, "money": {"at_least": 2}}, "money"),
    ({"bought": {"category": ["a"]}, "times": {"least": 3}}, "times.least"),
]


@pytest.mark.parametrize(("data", "place"), BAD, ids=[place + str(at) for at, (_, place) in enumerate(BAD)])
def test_what_is_no_segment_is_refused_at_its_place(data: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        segment_from(data)
    assert refused.value.field == place


def test_a_tree_is_neither_too_deep_nor_too_wide() -> None:
    deep: Any = TEST
    for _ in range(6):
        deep = {"not": deep}
    with pytest.raises(Invalid):
        segment_from(deep)
    assert segment_from(deep["not"]) is not None
    assert len(list(leaves(segment_from({"any": [TEST] * 60})))) == 60
    with pytest.raises(Invalid):
        segment_from({"any": [TEST] * 61})


def test_every_field_says_where_it_is_found() -> None:
    assert all(key == field.key for key, field in FIELDS.items())
    assert Every() == EVERYBODY
