"""The form of an offer: every offer goes in and comes back, numbers as people type them, mistakes by their field."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from adapters.console.forms import listed, typed_list
from adapters.console.offerform import Wrong, data_of, empty_form, form_of, moved, place_in_form
from core.offers import model as m
from core.offers.reading import offer_from
from core.shared.refusals import Invalid
from tests.support.offers import OFFERS


@given(OFFERS)
@settings(max_examples=60, deadline=None)
def test_an_offer_goes_into_the_form_and_comes_back_as_it_was(offer: m.Offer) -> None:
    assert offer_from(data_of(form_of(offer))) == offer


def test_all_of_all_is_shown_as_one_row_of_conditions_and_means_the_same() -> None:
    deep = m.All((m.FirstPurchase(), m.All((m.MinBasket(100), m.All((m.MemberOf("pets"),))))))
    back = offer_from(data_of(form_of(m.Offer("a", m.BonusPoints(1), condition=deep))))
    assert back.condition == m.All((m.FirstPurchase(), m.MinBasket(100), m.MemberOf("pets")))


@pytest.mark.parametrize(
    "words", [["a, b", "c"], ['say "hi"', "x;y"], ["кава, чай", 'a"b,c', "d"], [" ".join("ab")], ["=1+1", "<b>"]]
)
def test_a_list_is_read_as_it_was_shown(words: list[str]) -> None:
    assert listed(typed_list(words)) == sorted(words)


def filled(**more: Any) -> dict[str, Any]:
    benefit = {"kind": "percent_off", "scope": "goods", "percent": "12,5", "max": "1 000,5", "category": "coffee; tea"}
    return empty_form() | {"id": "a", "benefit": benefit} | more


def test_numbers_are_read_as_they_are_typed() -> None:
    made = offer_from(data_of(filled(condition={"3": {"kind": "items", "quantity": "1,5"}})))
    assert made.benefit == m.PercentOff(
        Fraction(25, 2), m.Match(m.Goods(category=frozenset({"coffee", "tea"}))), 100_050
    )
    assert made.condition == m.Items(m.Match(), 1500)


def test_every_field_that_cannot_be_read_is_told_at_once() -> None:
    tree = filled(
        priority="много", condition={"0": {"kind": "min_basket", "amount": "12,345"}, "1": {"kind": "nonsense"}},
        limits={"budget": "free", "total": "1.5"}, until="31.12.2026",
    )  # fmt: skip
    tree["benefit"] = {"kind": "percent_off", "percent": "half"}
    with pytest.raises(Wrong) as wrong:
        data_of(tree)
    assert wrong.value.errors == {
        "priority": "bad-whole", "condition.0.amount": "bad-money", "condition.1.kind": "bad-kind",
        "limits.budget": "bad-money", "limits.total": "bad-whole", "until": "bad-day", "benefit.percent": "bad-number",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"id": ""}, "id"), ({"start": "08:00"}, "start"), ({"from": "2026-12-02", "until": "2026-12-01"}, "until"),
        ({"benefit": {"kind": "percent_off", "percent": "101"}}, "benefit.percent"),
        ({"condition": {"0": {"kind": "birthday", "days_before": "999"}}}, "condition.0.days_before"),
        ({"condition": {"0": {"kind": "first_purchase"}, "1": {"kind": "member_of"}}}, "condition.1.club"),
        ({"title": {"uk": "a\nb"}}, "title.uk"), ({"limits": {"per_receipt": "0"}}, "limits.per_receipt"),
        ({"exclusive": "on", "group": "g"}, "group"),
        ({"benefit": {"kind": "amount_off", "amount": "5", "scope": "goods", "brand": "x" * 200}}, "benefit.brand"),
    ],
)  # fmt: skip
def test_what_the_core_refuses_is_told_beside_its_field(broken: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        offer_from(data_of(filled(**broken)))
    assert place_in_form(refusal.value.field) == field


def test_rows_come_and_go() -> None:
    tree = form_of(m.Offer("a", m.BonusPoints(1), condition=m.All((m.MinBasket(100), m.FirstPurchase()))))
    moved(tree, "drop.condition.0")
    moved(tree, "add.condition")
    moved(tree, "drop.condition.77")
    moved(tree, "sing.condition")
    assert [row["kind"] for row in tree["condition"].values()] == ["first_purchase", "min_basket"]
    kept = data_of({**tree, "condition": {"0": tree["condition"]["0"]}})
    assert replace(offer_from(kept), condition=m.Always()) == m.Offer("a", m.BonusPoints(1))
