"""The editor's form holds any segment without losing a test, and every part of a segment has words."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from adapters.console.segmentform import (
    Box,
    Row,
    box_in,
    box_of,
    changed,
    first,
    leaf_of,
    node_of,
    shape_of,
    wrong_rows,
)
from adapters.console.segmentshown import Shown
from adapters.console.segmentwords import FIELD_WORDS, READY_WORDS, Wording
from core.segments.fields import FIELDS
from core.segments.model import Answered, Bought, Either, Every, Node, Not, leaves
from core.segments.reading import segment_from
from core.segments.ready import READY
from core.segments.views import Choices
from core.shared.refusals import Invalid
from core.shared.values import Language
from tests.support.plain_segments import KYIV
from tests.support.segments import TREES
from tests.support.world import TEXTS

NOTHING = Choices({})


def posted(box: Box) -> dict[str, list[str]]:
    """What a browser sends of the editor."""
    form: dict[str, list[str]] = {"shape": [json.dumps(shape_of(box))]}

    def send(part: Row | Box, at: str) -> None:
        if part.turned:
            form[f"{at}.not"] = ["1"]
        if isinstance(part, Box):
            form[f"{at}.join"] = ["any" if part.some else "all"]
            for place, one in enumerate(part.of):
                send(one, f"{at}.{place}")
            return
        form[f"{at}.what"] = [part.what]
        form[f"{at}.among"] = [*part.among, ""]
        form.update({f"{at}.{name}": [value] for name, value in part.given.items()})

    send(box, "t")
    return form


def deep(node: Node) -> int:
    """How many boxes and turns stand in each other."""
    return 1 + max(
        (deep(one) for one in (getattr(node, "of", ()) if not isinstance(node, Not) else (node.of,))), default=0
    )


def plain(node: Node) -> Node:
    """Without boxes of one and with a `not` of a `not` left out: what an editor shows is the same people."""
    match node:
        case Not(Not(of)):
            return plain(of)
        case Not(of):
            inner = plain(of)
            return inner.of if isinstance(inner, Not) else Not(inner)
        case Every(of) | Either(of):
            some = tuple(map(plain, of))
            return some[0] if len(some) == 1 else type(node)(some)
        case Bought(at_least=None, at_most=None):
            raise AssertionError("no such test")
        case _:
            return node


@settings(max_examples=100, deadline=None)
@given(TREES.filter(lambda tree: deep(tree) <= 5))
def test_any_segment_goes_through_the_form_and_comes_back(tree: Node) -> None:
    box = box_of(tree)
    back = node_of(box_in(posted(box)))
    assert plain(back) == plain(tree)
    assert not wrong_rows(box)


@settings(max_examples=50, deadline=None)
@given(TREES)
def test_any_segment_is_said_and_shown_in_every_language(tree: Node) -> None:
    for language in Language:
        wording = Wording(TEXTS, language, "UAH", NOTHING)
        sentence = wording.sentence(tree)
        assert sentence
        assert "{" not in sentence
        assert all(wording.leaf(leaf) in sentence for leaf in leaves(tree))
        shown = Shown(wording, NOTHING, KYIV).editor(box_of(tree))
        assert shown["whole"]


def test_the_sentence_is_one_that_a_marketer_would_say() -> None:
    tree = segment_from(
        {"all": [{"bought": {"category": ["coffee"]}, "days": 90, "times": {"at_least": 2}},
                 {"not": {"field": "lifecycle", "one_of": ["lapsing"]}},
                 {"any": [{"field": "basket_mean", "at_least": 25_050}, {"field": "leaving", "at_most": 60}]}]}
    )  # fmt: skip
    said = [Wording(TEXTS, language, "UAH", NOTHING).sentence(tree) for language in Language]
    assert said == [
        "купували товари категорії «coffee» щонайменше 2 рази за 90 днів і не (життєвий цикл: згасають) і "
        "(середній чек: щонайменше 250,50\u00a0₴ або ризик піти: щонайбільше 60 %)",
        "bought goods of the category “coffee” at least 2 times in 90 days and not (life cycle: lapsing) and "
        "(average receipt: at least UAH250.50 or risk of leaving: at most 60 %)",
        "покупали товары категории «coffee» не менее 2 раз за 90 дней и не (жизненный цикл: угасают) и "
        "(средний чек: не менее 250,50\u00a0₴ или риск уйти: не более 60 %)",
    ]


def test_every_field_and_every_ready_segment_has_a_word() -> None:
    assert FIELD_WORDS.keys() == FIELDS.keys()
    assert list(READY_WORDS) == list(READY)


def test_buttons_add_and_remove_where_they_stand() -> None:
    box = Box(of=(Row("field:age"),))
    box = changed(changed(box, "add:t"), "box:t")
    assert [type(one).__name__ for one in box.of] == ["Row", "Row", "Box"]
    box = changed(changed(box, "add:t.2"), "drop:t.0")
    inner = box.of[1]
    assert isinstance(inner, Box)
    assert len(inner.of) == 3
    assert len(box.of) == 2
    for nonsense in ("", "drop:t", "add:t.9", "add:t.0", "drop:t.x", "add:../..", "box:t.1.0.0.0"):
        assert changed(box, nonsense) == box, nonsense


@pytest.mark.parametrize("shape", ["", "{}", "[[[[[[[[0]]]]]]]]", "[1]", '["x"]', "[" * 5_000, "0", "null"])
def test_a_form_that_no_page_made_is_refused(shape: str) -> None:
    with pytest.raises(Invalid):
        box_in({"shape": [shape]})


def test_a_row_that_lacks_something_is_told_by_its_place() -> None:
    rows: Sequence[Row] = (
        Row("field:age", given={"op": "at_least", "number": "12.5"}),
        Row("field:basket_mean", given={"op": "at_least", "number": "1 250,5"}),
        Row("field:lifecycle"),
        Row("field:password"),
        Row("bought:category"),
        Row("bought:anything", given={"least": "3", "most": "2"}),
        Row("contact:nobody"),
        Row("answer:" + "x" * 60),
    )
    assert sorted(wrong_rows(Box(of=tuple(rows)))) == ["t.0", "t.2", "t.3", "t.4", "t.5", "t.6", "t.7"]
    assert leaf_of(rows[1]) == segment_from({"field": "basket_mean", "at_least": 125_050})
    assert leaf_of(rows[0]) is None
    hostile = "\"><script>alert(1)</script>{n}%s'; drop table"
    assert leaf_of(Row("field:city", among=(hostile,))) == segment_from({"field": "city", "one_of": [hostile]})
    for language in Language:
        assert hostile in Wording(TEXTS, language, "UAH", NOTHING).sentence(Answered("kids", (hostile,)))
    assert first({"a": []}, "a", "b") == "b"
