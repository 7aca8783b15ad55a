"""What a marketer writes: fields from the list alone, each with its word for nobody's, and a name stays a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.campaigns.wording import FIELDS, MAY_MISS, Slot, filled, parts_of, slots_of
from core.shared.refusals import Invalid


def test_a_field_is_put_in_and_a_missing_one_has_its_word() -> None:
    text = "Вітаємо, {name|друже}! У вас {points} бонусів, {{дужки}} лишаються."
    assert slots_of(text) == {"name", "points"}
    assert filled(text, {"name": "Олена", "points": "120"}) == "Вітаємо, Олена! У вас 120 бонусів, {дужки} лишаються."
    assert filled(text, {"name": "", "points": "0"}) == "Вітаємо, друже! У вас 0 бонусів, {дужки} лишаються."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ціна {price}", "unknown-slot"), ("{}", "unknown-slot"), ("{name}", "slot-without-word"),
        ("{name| }", "slot-without-word"), ("дужка { сама", "lone-brace"), ("дужка } сама", "lone-brace"),
        ("{points!r}", "unknown-slot"), ("{points.__class__}", "unknown-slot"), ("{points[0]}", "unknown-slot"),
        ("{{name}", "lone-brace"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parts_of(text, "contents.A.text.uk")
    assert (refused.value.code, refused.value.field) == (code, "contents.A.text.uk")


def test_every_field_that_may_miss_is_a_field() -> None:
    assert set(MAY_MISS) < set(FIELDS)
    assert parts_of("{store|у нас}") == (Slot("store", "у нас"),)


@given(st.text(max_size=40))
def test_a_name_is_never_read_as_a_text(name: str) -> None:
    assert filled("{name|x}|", {"name": name}) == f"{name or 'x'}|"


@given(st.text(max_size=60))
def test_any_text_with_its_braces_doubled_is_itself(text: str) -> None:
    assert filled(text.replace("{", "{{").replace("}", "}}"), {}) == text
