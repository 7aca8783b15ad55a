"""An offer written as data is read back as the same offer, whatever it is."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from core.offers import model as m
from core.offers.data import offer_data
from core.offers.reading import offer_from
from core.offers.views import state_of
from core.shared.refusals import Invalid
from tests.support.offers import OFFERS


@given(OFFERS)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_as_the_same_offer(offer: m.Offer) -> None:
    assert offer_from(offer_data(offer)) == offer


def test_nothing_is_written_that_the_file_would_not_know() -> None:
    plain = m.Offer("a", m.BonusPoints(5))
    assert offer_data(plain) == {
        "id": "a", "audience": "members", "benefit": {"kind": "bonus_points", "points": 5},
        "return_policy": "return_use",
    }  # fmt: skip
    closed = m.Offer("b", m.AmountOff(100), window=m.Window(hours=m.Hours(22 * 60, 6 * 60), weekdays=frozenset({7, 1})))
    assert offer_data(closed)["hours"] == "22:00-06:00"
    assert offer_data(closed)["weekdays"] == [1, 7]


def test_conditions_within_conditions_are_written_whole() -> None:
    asked = m.All((m.Always(), m.MinBasket(500), m.All((m.FirstPurchase(),))))
    made = m.Offer("c", m.BonusPoints(5), condition=asked)
    assert offer_data(made)["condition"] == {"kind": "all", "of": [
        {"kind": "always"}, {"kind": "min_basket", "amount": 500}, {"kind": "all", "of": [{"kind": "first_purchase"}]},
    ]}  # fmt: skip
    assert offer_from(offer_data(made)) == made


COFFEE = m.Match(m.Goods(category=frozenset({"coffee"})))


@pytest.mark.parametrize(
    ("benefit", "data"),
    [
        (m.PercentOff(Fraction(20), COFFEE, 10_000), {"kind": "percent_off", "percent": "20", "max": 10_000}),
        (m.PercentOff(Fraction(5, 2)), {"kind": "percent_off", "percent": "2.5"}),
        (m.AmountOff(700, COFFEE), {"kind": "amount_off", "amount": 700}),
        (m.FixedPrice(100, COFFEE), {"kind": "fixed_price", "price": 100}),
        (m.NthFree(3, COFFEE), {"kind": "nth_free", "n": 3}),
        (m.PointsTimes(Fraction(2)), {"kind": "points_times", "times": "2"}),
        (m.BonusPoints(5), {"kind": "bonus_points", "points": 5}),
    ],
)
def test_each_benefit_is_written_in_the_words_of_the_file(benefit: m.Benefit, data: dict[str, Any]) -> None:
    made = m.Offer("f", benefit)
    matched = {"match": {"category": ["coffee"]}} if getattr(benefit, "match", None) is not None else {}
    assert offer_data(made)["benefit"] == {**data, **matched}
    assert offer_from(offer_data(made)) == made


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [(None, None, "running"), (2, None, "coming"), (0, 0, "running"), (None, -1, "over"), (-3, 5, "running")],
)
def test_where_an_offer_stands_on_a_day(first: int | None, last: int | None, state: str) -> None:
    today = date(2026, 11, 28)
    days = [None if one is None else today + timedelta(days=one) for one in (first, last)]
    assert state_of(m.Offer("d", m.BonusPoints(5), window=m.Window(days[0], days[1])), today) == state


def test_texts_in_lists_are_such_as_can_be_shown() -> None:
    body = {"id": "e", "benefit": {"kind": "bonus_points", "points": 5}, "stores": ["s\u0007"]}
    with pytest.raises(Invalid) as refused:
        offer_from(body)
    assert refused.value.field == "stores"
