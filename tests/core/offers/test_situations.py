"""Rules of situations as they are declared and switched: bounds, a control group always, an offer that fits."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.offers.model import Offer
from core.offers.reading import offer_from
from core.offers.situations import (
    SITUATIONS,
    Gives,
    Rule,
    Situation,
    Switch,
    Unit,
    lacks,
    number_of,
    rule_of,
    switched,
    untouched,
)
from core.shared.refusals import Invalid, Unknown

TODAY = date(2026, 11, 26)
VOUCHERS = [one for one in SITUATIONS.values() if one.gives is Gives.VOUCHER]


def offer(audience: str = "voucher", condition: Any = None, **others: Any) -> Offer:
    body: dict[str, Any] = {"id": "gift", "audience": audience, "benefit": {"kind": "amount_off", "amount": 700}}
    return offer_from({**body, **({"condition": condition} if condition else {}), **others})


def items(quantity: str) -> dict[str, Any]:
    return {"kind": "all", "of": [{"kind": "always"}, {"kind": "items", "match": {}, "quantity": quantity}]}


THREE = offer(condition=items("3"))


def refused(call: Any, *args: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(Invalid) as found:
        call(*args, **named)
    return found.value.field, found.value.code


def turned(rule: Rule, *, offers: Any = (THREE,), on: bool = True, **named: Any) -> Switch:
    return switched(untouched(rule), on=on, offers=offers, today=TODAY, **named)


def test_the_rules_are_four_and_only_the_one_without_a_voucher_is_on_by_itself() -> None:
    assert [*SITUATIONS] == [*Rule] == ["neighbour", "big_tickets", "birthday", "leaving"]
    assert [untouched(rule).on for rule in Rule] == [True, False, False, False]
    assert [untouched(rule).control for rule in Rule] == [0, 10, 10, 10]
    assert [SITUATIONS[rule].personal for rule in Rule] == [True, True, False, True]
    assert [one.value("pause") for one in (untouched(each.rule) for each in VOUCHERS)] == [30, 300, 60]


@pytest.mark.parametrize("known", SITUATIONS.values(), ids=lambda one: one.rule)
def test_every_default_lies_within_its_bounds(known: Situation) -> None:
    names = [one.name for one in known.parameters]
    assert len(set(names)) == len(names)
    for one in known.parameters:
        assert one.least <= one.default <= one.most
        assert untouched(known.rule).value(one.name) == one.default


def test_a_rule_is_known_by_its_name() -> None:
    assert rule_of("birthday") is Rule.BIRTHDAY
    with pytest.raises(Unknown, match="unknown-rule") as found:
        rule_of("wedding")
    assert found.value.data == {"rule": "wedding", "known": "neighbour, big_tickets, birthday, leaving"}


@pytest.mark.parametrize(
    ("name", "typed", "number"),
    [
        ("items", "2", 2), ("items", " 50 ", 50), ("days", "7", 7), ("price", "0", 0), ("price", "249", 24900),
        ("price", "249,5", 24950), ("price", "1 249.99", 124999), ("price", "1\u00a0249.990", 124999),
        ("price", "10000000", 10**9),
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_type_it(name: str, typed: str, number: int) -> None:
    assert number_of(Rule.BIG_TICKETS, name, typed) == number


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("items", "1", "out-of-bounds"), ("items", "51", "out-of-bounds"), ("items", "3.5", "bad-number"),
        ("items", "", "bad-number"), ("items", "-3", "bad-number"), ("items", "٣", "bad-number"),
        ("items", "9" * 10, "bad-number"), ("items", "9" * 9, "out-of-bounds"),
        ("price", "dear", "bad-money"), ("price", "0.005", "bad-money"), ("price", "10000000.01", "bad-money"),
        ("price", "", "bad-money"), ("colour", "3", "unknown-parameter"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_is_refused_by_its_name(name: str, typed: str, code: str) -> None:
    assert refused(number_of, Rule.BIG_TICKETS, name, typed) == (name, code)


def test_a_refused_number_says_what_would_do() -> None:
    with pytest.raises(Invalid) as bound:
        number_of(Rule.LEAVING, "risk", "100")
    assert (bound.value.data["least"], bound.value.data["most"]) == (1, 99)
    with pytest.raises(Invalid) as name:
        number_of(Rule.BIRTHDAY, "risk", "1")
    assert (name.value.data["name"], name.value.data["known"]) == ("risk", "before, after, pause")


@pytest.mark.parametrize("rule", [one.rule for one in VOUCHERS])
def test_a_control_group_is_never_nothing(rule: Rule) -> None:
    for control in (0, 4):
        with pytest.raises(Invalid) as found:
            turned(rule, offer="gift", control=control)
        assert (found.value.field, found.value.code, found.value.data["least"]) == ("control", "control-too-small", 5)
    assert turned(rule, offer="gift", control=5).control == 5
    assert turned(rule, offer="gift", control=50).control == 50
    with pytest.raises(Invalid) as large:
        turned(rule, offer="gift", control=51)
    assert (large.value.code, large.value.data["most"]) == ("control-too-large", 50)
    assert refused(turned, rule, on=False, control=0) == ("control", "control-too-small")


def test_what_is_not_named_stays() -> None:
    first = turned(Rule.BIG_TICKETS, offer="gift", control=20, values={"items": 4})
    again = switched(first, on=False, offers=(), today=TODAY, values={"days": 60})
    assert again == replace(first, on=False, values={"items": 4, "days": 60})
    assert (again.value("items"), again.value("days"), again.value("pause")) == (4, 60, 30)


def test_a_rule_that_gives_a_place_takes_no_offer_and_no_control_group() -> None:
    assert turned(Rule.NEIGHBOUR, on=False, control=0) == replace(untouched(Rule.NEIGHBOUR), on=False)
    assert turned(Rule.NEIGHBOUR, values={"nearest": 3}).value("nearest") == 3
    assert refused(turned, Rule.NEIGHBOUR, offer="gift") == ("offer", "no-voucher")
    assert refused(turned, Rule.NEIGHBOUR, control=10) == ("control", "no-control")
    assert lacks(untouched(Rule.NEIGHBOUR), (), TODAY) == ""


@pytest.mark.parametrize(
    ("offers", "code"),
    [
        ([], "unknown-offer"), ([offer("personal")], "offer-not-voucher"), ([offer("members")], "offer-not-voucher"),
        ([offer(until="2026-11-25")], "offer-ended"), ([offer(until="2026-11-26")], ""),
        ([replace(THREE, id="other"), offer()], ""),
    ],
)  # fmt: skip
def test_an_offer_has_to_be_there_for_vouchers_and_not_over(offers: list[Offer], code: str) -> None:
    if code:
        assert refused(turned, Rule.BIRTHDAY, offers=offers, offer="gift") == ("offer", code)
        assert refused(turned, Rule.BIRTHDAY, offers=offers, offer="gift", on=False) == ("offer", code)
    else:
        assert turned(Rule.BIRTHDAY, offers=offers, offer="gift").offer == "gift"


def test_a_rule_is_not_on_without_an_offer_and_off_it_may_have_one_that_is_over() -> None:
    assert refused(turned, Rule.LEAVING) == ("offer", "no-offer")
    named = turned(Rule.LEAVING, on=False, offer="gift")
    assert not switched(named, on=False, offers=(), today=TODAY).on
    with pytest.raises(Invalid) as found:
        switched(named, on=True, offers=(), today=TODAY)
    assert found.value.data["offer"] == "gift"


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (None, "offer-asks-too-little"), (items("2.999"), "offer-asks-too-little"), (items("3"), ""), (items("5"), ""),
        ({"kind": "min_basket", "amount": 5}, "offer-asks-too-little"),
    ],
)  # fmt: skip
def test_big_purchases_lead_to_an_offer_for_three_goods_or_more(condition: Any, code: str) -> None:
    named = Switch(Rule.BIG_TICKETS, on=True, offer="gift", control=10)
    assert lacks(named, [offer(condition=condition)], TODAY) == code
    assert lacks(replace(named, rule=Rule.LEAVING), [offer(condition=condition)], TODAY) == ""


def test_only_money_is_typed_as_a_decimal() -> None:
    money = [(one.rule, each.name) for one in SITUATIONS.values() for each in one.parameters if each.unit is Unit.MONEY]
    assert money == [(Rule.BIG_TICKETS, "price")]
