"""An offer as one JSON object: what each part means, and where it is refused (contract section 5)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from core.offers import model as m
from core.offers.reading import offer_from
from core.shared.refusals import Invalid

PLAIN: dict[str, Any] = {"id": "a", "benefit": {"kind": "amount_off", "amount": 100}}
COFFEE = m.Match(m.Goods(category=frozenset({"coffee"})))


def read(**more: Any) -> m.Offer:
    return offer_from({**PLAIN, **more})


def test_what_is_left_out_has_the_contract_s_default() -> None:
    made = read()
    assert made == m.Offer("a", m.AmountOff(100))
    assert (made.audience, made.limits, made.return_policy) == (
        m.Audience.MEMBERS, m.Limits(1, None, None, None), m.ReturnPolicy.RETURN_USE,
    )  # fmt: skip
    assert (made.version, made.priority, made.group, made.exclusive) == (1, 0, None, False)
    assert (made.condition, made.window) == (m.Always(), m.Window())


def test_an_offer_may_last_one_day() -> None:
    day = offer_from({**PLAIN, "from": "2026-11-30", "until": "2026-11-30"}).window
    assert day.first == day.last == date(2026, 11, 30)


def test_every_field_is_read() -> None:
    made = offer_from(
        {
            "id": "week", "title": {"uk": "Кава", "en": "Coffee"}, "audience": "personal",
            "phones": ["+380671234567", "+380501112233"], "priority": -3, "group": "drinks", "from": "2026-11-30",
            "until": "2026-12-06", "weekdays": [1, 7], "hours": "22:00-02:30", "stores": ["s1"],
            "condition": {"kind": "min_basket", "amount": 0}, "benefit": {"kind": "bonus_points", "points": 5},
            "limits": {"per_receipt": 2, "per_customer": 3, "total": 4, "budget": 0}, "return_policy": "keep_burnt",
        },
        version=7,
    )  # fmt: skip
    assert made == m.Offer(
        "week", m.BonusPoints(5), 7, {"uk": "Кава", "en": "Coffee"}, m.Audience.PERSONAL,
        ("+380501112233", "+380671234567"), -3, "drinks", False,
        m.Window(date(2026, 11, 30), date(2026, 12, 6), frozenset({1, 7}), m.Hours(1320, 150), frozenset({"s1"})),
        m.MinBasket(0), m.Limits(2, 3, 4, 0), m.ReturnPolicy.KEEP_BURNT,
    )  # fmt: skip
    assert read(exclusive=True).exclusive
    assert read(limits={"per_receipt": None}).limits == m.Limits(None)
    assert read(limits={}).limits == m.Limits(1)


@pytest.mark.parametrize(
    ("data", "benefit"),
    [
        ({"kind": "percent_off", "percent": "12.5"}, m.PercentOff(Fraction(25, 2))),
        ({"kind": "percent_off", "percent": "100", "max": 0, "match": {"category": ["coffee"]}},
         m.PercentOff(Fraction(100), COFFEE, 0)),
        ({"kind": "amount_off", "amount": 1, "match": {}}, m.AmountOff(1, m.Match())),
        ({"kind": "fixed_price", "price": 0, "match": {"category": ["coffee"]}}, m.FixedPrice(0, COFFEE)),
        ({"kind": "nth_free", "n": 1, "match": {"category": ["coffee"]}}, m.NthFree(1, COFFEE)),
        ({"kind": "points_times", "times": "1"}, m.PointsTimes(Fraction(1))),
        ({"kind": "points_times", "times": "1000", "match": {"category": ["coffee"]}},
         m.PointsTimes(Fraction(1000), COFFEE)),
        ({"kind": "bonus_points", "points": 1}, m.BonusPoints(1)),
    ],
)  # fmt: skip
def test_benefits(data: dict[str, Any], benefit: m.Benefit) -> None:
    assert read(benefit=data).benefit == benefit


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        ({"kind": "always"}, m.Always()),
        ({"kind": "items", "quantity": "2.5", "match": {"sku": ["x"], "brand": ["b"], "except": {"sku": ["y"]}}},
         m.Items(m.Match(m.Goods(frozenset({"x"}), brand=frozenset({"b"})), m.Goods(frozenset({"y"}))), 2500)),
        ({"kind": "first_purchase"}, m.FirstPurchase()),
        ({"kind": "birthday"}, m.Birthday(0, 0)),
        ({"kind": "birthday", "days_before": 182, "days_after": 3}, m.Birthday(182, 3)),
        ({"kind": "member_of", "club": "wine"}, m.MemberOf("wine")),
        ({"kind": "all", "of": [{"kind": "always"}, {"kind": "all", "of": [{"kind": "first_purchase"}]}]},
         m.All((m.Always(), m.All((m.FirstPurchase(),))))),
    ],
)  # fmt: skip
def test_conditions(data: dict[str, Any], condition: m.Condition) -> None:
    assert read(condition=data).condition == condition


def deep(levels: int) -> dict[str, Any]:
    return {"kind": "always"} if levels == 0 else {"kind": "all", "of": [deep(levels - 1)]}


def test_conditions_are_at_most_five_deep_and_twenty_wide() -> None:
    assert len(m.conditions_of(read(condition=deep(5)).condition)) == 1
    wide = {"kind": "all", "of": [{"kind": "always"}] * 20}
    assert len(m.conditions_of(read(condition=wide).condition)) == 20


REFUSED: list[tuple[Any, str]] = [
    ([], "object"), ({1: 2}, "object"), ({"benefit": PLAIN["benefit"]}, "id"), ({**PLAIN, "id": ""}, "id"),
    ({**PLAIN, "id": "x" * 65}, "id"), ({**PLAIN, "id": "a\n"}, "id"), ({**PLAIN, "id": 5}, "id"),
    ({"id": "a"}, "benefit"), ({"id": "a", "benefit": []}, "benefit"), ({**PLAIN, "what": 1}, "what"),
    ({**PLAIN, "title": "x"}, "title"), ({**PLAIN, "title": {"uk": ""}}, "title.uk"),
    ({**PLAIN, "title": {"uk": "x" * 201}}, "title.uk"), ({**PLAIN, "audience": "all"}, "audience"),
    ({**PLAIN, "audience": ["public"]}, "audience"), ({**PLAIN, "phones": ["+380671234567"]}, "phones"),
    ({**PLAIN, "phones": "x"}, "phones"), ({**PLAIN, "phones": [1]}, "phones"), ({**PLAIN, "stores": [""]}, "stores"),
    ({**PLAIN, "stores": ["x" * 129]}, "stores"), ({**PLAIN, "priority": 1.5}, "priority"),
    ({**PLAIN, "priority": True}, "priority"), ({**PLAIN, "priority": -1_000_000_001}, "priority"),
    ({**PLAIN, "exclusive": 1}, "exclusive"), ({**PLAIN, "exclusive": True, "group": "g"}, "group"),
    ({**PLAIN, "from": "2026-13-01"}, "from"), ({**PLAIN, "from": "20261130"}, "from"),
    ({**PLAIN, "until": 5}, "until"),
    ({**PLAIN, "from": "2026-11-30", "until": "2026-11-29"}, "until"), ({**PLAIN, "weekdays": [0]}, "weekdays"),
    ({**PLAIN, "weekdays": [8]}, "weekdays"), ({**PLAIN, "weekdays": [True]}, "weekdays"),
    ({**PLAIN, "weekdays": 3}, "weekdays"), ({**PLAIN, "hours": "8:00-12:00"}, "hours"),
    ({**PLAIN, "hours": "08:00"}, "hours"), ({**PLAIN, "hours": "24:00-01:00"}, "hours"),
    ({**PLAIN, "hours": "08:60-12:00"}, "hours"), ({**PLAIN, "hours": "08:00-24:01"}, "hours"),
    ({**PLAIN, "hours": "٠٨:00-12:00"}, "hours"), ({**PLAIN, "hours": 8}, "hours"), ({**PLAIN, "limits": 1}, "limits"),
    ({**PLAIN, "limits": {"per_receipt": 0}}, "limits.per_receipt"),
    ({**PLAIN, "limits": {"per_customer": 0}}, "limits.per_customer"),
    ({**PLAIN, "limits": {"total": 0}}, "limits.total"),
    ({**PLAIN, "limits": {"budget": -1}}, "limits.budget"), ({**PLAIN, "limits": {"x": 1}}, "limits.x"),
    ({**PLAIN, "return_policy": "?"}, "return_policy"), ({**PLAIN, "condition": {"kind": "?"}}, "condition.kind"),
    ({**PLAIN, "condition": {"kind": "min_basket"}}, "condition.amount"),
    ({**PLAIN, "condition": {"kind": "min_basket", "amount": 1_000_000_001}}, "condition.amount"),
    ({**PLAIN, "condition": {"kind": "always", "x": 1}}, "condition.x"),
    ({**PLAIN, "condition": {"kind": "items", "quantity": "1"}}, "condition.match"),
    ({**PLAIN, "condition": {"kind": "items", "match": {}, "quantity": "0"}}, "condition.quantity"),
    ({**PLAIN, "condition": {"kind": "items", "match": {}, "quantity": 1}}, "condition.quantity"),
    ({**PLAIN, "condition": {"kind": "items", "match": {"x": 1}, "quantity": "1"}}, "condition.match.x"),
    ({**PLAIN, "condition": {"kind": "items", "match": {"except": {"x": 1}}, "quantity": "1"}},
     "condition.match.except.x"),
    ({**PLAIN, "condition": {"kind": "birthday", "days_before": 183}}, "condition.days_before"),
    ({**PLAIN, "condition": {"kind": "birthday", "days_after": -1}}, "condition.days_after"),
    ({**PLAIN, "condition": {"kind": "all", "of": []}}, "condition.of"),
    ({**PLAIN, "condition": {"kind": "all", "of": 1}}, "condition.of"),
    ({**PLAIN, "condition": {"kind": "all", "of": [{"kind": "always"}] * 21}}, "condition.of"),
    ({**PLAIN, "condition": {"kind": "all", "of": [{"kind": "always"}, {"kind": "?"}]}}, "condition.of.1.kind"),
    ({**PLAIN, "condition": deep(6)}, "condition.of.0.of.0.of.0.of.0.of.0.of"),
    ({**PLAIN, "benefit": {"kind": "?"}}, "benefit.kind"),
    ({**PLAIN, "benefit": {"kind": "percent_off", "percent": "0"}}, "benefit.percent"),
    ({**PLAIN, "benefit": {"kind": "percent_off", "percent": "100.1"}}, "benefit.percent"),
    ({**PLAIN, "benefit": {"kind": "percent_off", "percent": 10}}, "benefit.percent"),
    ({**PLAIN, "benefit": {"kind": "amount_off", "amount": 0}}, "benefit.amount"),
    ({**PLAIN, "benefit": {"kind": "amount_off", "amount": "5"}}, "benefit.amount"),
    ({**PLAIN, "benefit": {"kind": "fixed_price", "price": 1}}, "benefit.match"),
    ({**PLAIN, "benefit": {"kind": "fixed_price", "price": -1, "match": {}}}, "benefit.price"),
    ({**PLAIN, "benefit": {"kind": "nth_free", "n": 0, "match": {}}}, "benefit.n"),
    ({**PLAIN, "benefit": {"kind": "points_times", "times": "0.9"}}, "benefit.times"),
    ({**PLAIN, "benefit": {"kind": "points_times", "times": "1000.1"}}, "benefit.times"),
    ({**PLAIN, "benefit": {"kind": "bonus_points", "points": 0}}, "benefit.points"),
    ({**PLAIN, "benefit": {"kind": "bonus_points", "points": 1, "x": 1}}, "benefit.x"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "place"), REFUSED)
def test_what_cannot_be_used_is_refused_with_its_place(data: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        offer_from(data)
    assert refused.value.data["field"] == place


SAID: list[tuple[dict[str, Any], str, str]] = [
    ({"title": "x"}, "title", "an object of texts by language"),
    ({"title": {"uk": "x" * 201}}, "title.uk", "a text of 1 to 200 characters"),
    ({"id": "x" * 65}, "id", "a text of 1 to 64 characters"),
    ({"priority": 1.5}, "priority", "a whole number"),
    ({"weekdays": [8]}, "weekdays", "a list of days from 1 (Monday) to 7"),
    ({"hours": "8:00"}, "hours", "hours such as 08:00-12:00"),
    ({"hours": "08:00-12:00-13:00"}, "hours", "hours such as 08:00-12:00"),
    ({"hours": "08:00:00-12:00"}, "hours", "hours such as 08:00-12:00"),
    ({"hours": None, "limits": {"total": 0}}, "limits.total", "a whole number from 1 to 1000000000"),
    ({"limits": 1}, "limits", "an object"),
    ({"from": "30.11.2026"}, "from", "a day such as 2026-11-30"),
    ({"from": "2026-11-30", "until": "2026-11-29"}, "until", "a day not before `from`"),
    ({"stores": "s1"}, "stores", "a list of texts"),
    ({"exclusive": "yes"}, "exclusive", "true or false"),
    ({"exclusive": True, "group": "g"}, "group", "none: an exclusive offer is in no group"),
    ({"phones": ["+380671234567"]}, "phones", "an offer with the audience personal"),
    ({"audience": "all"}, "audience", "one of public, members, personal, voucher"),
    ({"condition": {"kind": "items", "quantity": "1"}}, "condition.match", "which goods are meant"),
    ({"condition": {"kind": "all", "of": []}}, "condition.of", "a list of 1 to 20 conditions, not deeper than 5"),
    ({"condition": {"kind": "what"}}, "condition.kind", "a kind of condition"),
    ({"condition": {"kind": "birthday", "days_before": 183}}, "condition.days_before", "at most 182 days"),
    ({"benefit": {"kind": "what"}}, "benefit.kind", "a kind of benefit"),
    ({"benefit": {"kind": "percent_off", "percent": "101"}}, "benefit.percent", "a decimal above 0 and up to 100"),
    ({"benefit": {"kind": "points_times", "times": "0.9"}}, "benefit.times", "a decimal from 1 to 1000"),
    ({"benefit": {"kind": "bonus_points", "points": 0}}, "benefit.points", "a whole number from 1 to 1000000000"),
]


@pytest.mark.parametrize(("data", "field", "expected"), SAID)
def test_a_refusal_says_what_belongs_there(data: dict[str, Any], field: str, expected: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(**data)
    assert (caught.value.code, caught.value.data) == ("invalid", {"field": field, "expected": expected})


def test_a_key_that_nobody_knows_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        read(limits={"per_week": 1})
    assert (caught.value.code, caught.value.data) == ("unknown-field", {"field": "limits.per_week"})


def test_a_number_that_cannot_be_read_is_refused_in_the_reader_s_words() -> None:
    for wrong in ("a", 5, None):
        with pytest.raises(Invalid) as caught:
            read(benefit={"kind": "percent_off", "percent": wrong})
        assert caught.value.field == "benefit.percent"
        assert "decimal" in str(caught.value.data["expected"])


def test_the_largest_and_smallest_of_everything_are_read() -> None:
    made = read(
        id="x" * 64, title={"uk": "y" * 200}, priority=-1_000_000_000, stores=["s" * 128], hours="00:00-24:00",
        limits={"per_receipt": 1_000_000_000, "per_customer": 1, "total": 1},
    )  # fmt: skip
    assert (made.id, made.title["uk"], made.priority) == ("x" * 64, "y" * 200, -1_000_000_000)
    assert (made.window.stores, made.window.hours) == (frozenset({"s" * 128}), m.Hours(0, 1440))
    assert made.limits == m.Limits(1_000_000_000, 1, 1, None)
    assert read(priority=1_000_000_000).priority == 1_000_000_000


def test_a_title_falls_back_to_another_language_and_then_to_the_id() -> None:
    assert read(title={"uk": "Кава", "en": "Coffee"}).title_in("en") == "Coffee"
    assert read(title={"uk": "Кава"}).title_in("en") == "Кава"
    assert read().title_in("en") == "a"
