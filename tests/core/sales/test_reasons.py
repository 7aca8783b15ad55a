"""Why an offer or a voucher does not apply: one reason each, the first that fits (domain section 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.offers.reading import offer_from
from core.programme.model import Programme
from core.sales.basket import Buyer, Line
from core.sales.choosing import Presented, Usage
from core.sales.quoting import Quote, quote
from core.shared.values import CustomerId
from core.vouchers.model import Voucher, VoucherState

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)  # a Monday, noon in Kyiv
OLENA, IVAN = CustomerId("olena"), CustomerId("ivan")
TEN = {"kind": "amount_off", "amount": 1000}
BASKET = (Line("a", 2000, 5000, category="tea"), Line("b", 1000, 5000))


def quoted(
    offers: Sequence[Mapping[str, Any]] = (),
    vouchers: Sequence[tuple[str, Voucher | None, Mapping[str, Any] | None]] = (),
    *,
    buyer: Buyer | None = Buyer(OLENA),  # noqa: B008  # frozen
    usage: dict[str, Usage] | None = None,
    lines: tuple[Line, ...] = BASKET,
    **more: Any,
) -> Quote:
    shown = [Presented(typed, one, offer_from(data) if data else None) for typed, one, data in vouchers]
    given: dict[str, Any] = {
        "spendable": 0, "asked": 0, "instant": NOW, "store": "s1", "programme": Programme(), "hold": None, **more,
    }  # fmt: skip
    return quote(
        lines, buyer=buyer, offers=[offer_from(one) for one in offers], presented=shown, usage=usage or {}, **given
    )


def offer(**more: Any) -> dict[str, Any]:
    return {"id": "o", "benefit": TEN, **more}


def dropped(told: Quote) -> dict[str, str]:
    """Reason by offer, as the explanation has it."""
    return {str(step["offer"]): str(step["code"]) for step in told.explain if step["step"] == "not-applied"}


VOUCHER = Voucher("AAAA", "v")
FOR_CODES = {"id": "v", "audience": "voucher", "benefit": TEN}


@pytest.mark.parametrize(
    ("voucher", "data", "reason"),
    [
        (None, None, "unknown"),
        (VOUCHER, None, "unknown"),
        (None, FOR_CODES, "unknown"),
        (replace(VOUCHER, customer=IVAN), FOR_CODES, "not-yours"),
        (replace(VOUCHER, phone_hash="h"), FOR_CODES, "not-yours"),
        (replace(VOUCHER, customer=IVAN, state=VoucherState.REDEEMED), FOR_CODES, "not-yours"),
        (replace(VOUCHER, state=VoucherState.REDEEMED), FOR_CODES, "used"),
        (replace(VOUCHER, state=VoucherState.RESERVED, reserved_by="h", reserved_until=NOW + timedelta(minutes=1)),
         FOR_CODES, "used"),
        (replace(VOUCHER, state=VoucherState.VOID, valid_until=date(2026, 1, 1)), FOR_CODES, "void"),
        (replace(VOUCHER, state=VoucherState.EXPIRED), FOR_CODES, "expired"),
        (replace(VOUCHER, valid_until=date(2026, 11, 29)), FOR_CODES, "expired"),
        (replace(VOUCHER, valid_from=date(2026, 12, 1)), FOR_CODES, "not-yet"),
        (VOUCHER, {**FOR_CODES, "until": "2026-11-29"}, "expired"),
        (VOUCHER, {**FOR_CODES, "from": "2026-12-01"}, "not-yet"),
        (replace(VOUCHER, valid_until=date(2026, 11, 29)), {**FOR_CODES, "stores": ["s2"]}, "expired"),
        (VOUCHER, {**FOR_CODES, "stores": ["s2"]}, "not-here"),
        (VOUCHER, {**FOR_CODES, "weekdays": [2]}, "not-here"),
        (VOUCHER, {**FOR_CODES, "hours": "13:00-14:00"}, "not-here"),
        (VOUCHER, {**FOR_CODES, "condition": {"kind": "min_basket", "amount": 15001}}, "condition"),
        (VOUCHER, {**FOR_CODES, "limits": {"total": 4}}, "limit"),
        (VOUCHER, {**FOR_CODES, "limits": {"per_customer": 2}}, "limit"),
        (VOUCHER, {**FOR_CODES, "limits": {"budget": 3999}}, "budget"),
        (VOUCHER, {**FOR_CODES, "benefit": {**TEN, "match": {"sku": ["z"]}}}, "no-effect"),
    ],
)  # fmt: skip
def test_a_voucher_that_does_not_apply_has_the_first_reason_that_fits(
    voucher: Voucher | None, data: dict[str, Any] | None, reason: str
) -> None:
    told = quoted((), [("AA-AA", voucher, data)], usage={"v": Usage(by_customer=2, total=4, spent=3000)})
    assert told.not_applied == {"AA-AA": reason}
    assert (told.total, told.applied) == (15000, ())


@pytest.mark.parametrize(
    ("voucher", "data", "more"),
    [
        (VOUCHER, FOR_CODES, {}),
        (VOUCHER, FOR_CODES, {"buyer": None}),
        (replace(VOUCHER, customer=OLENA), FOR_CODES, {}),
        (replace(VOUCHER, valid_from=date(2026, 11, 30), valid_until=date(2026, 11, 30)), FOR_CODES, {}),
        (replace(VOUCHER, state=VoucherState.RESERVED, reserved_by="h", reserved_until=NOW), FOR_CODES, {}),
        (replace(VOUCHER, state=VoucherState.RESERVED, reserved_by="h", reserved_until=NOW + timedelta(hours=1)),
         FOR_CODES, {"hold": "h"}),
        (VOUCHER, {**FOR_CODES, "limits": {"total": 5, "per_customer": 3, "budget": 4000}}, {}),
        (VOUCHER, {**FOR_CODES, "condition": {"kind": "min_basket", "amount": 15000}}, {}),
    ],
)  # fmt: skip
def test_a_voucher_applies(voucher: Voucher, data: dict[str, Any], more: dict[str, Any]) -> None:
    told = quoted((), [("AA-AA", voucher, data)], usage={"v": Usage(by_customer=2, total=4, spent=3000)}, **more)
    assert told.not_applied == {}
    assert (told.total, told.discount, [one.code for one in told.applied]) == (14000, 1000, ["AAAA"])


def test_somebody_s_voucher_needs_their_card() -> None:
    mine = replace(VOUCHER, customer=OLENA)
    assert quoted((), [("x", mine, FOR_CODES)], buyer=None).not_applied == {"x": "not-yours"}


def test_vouchers_of_one_offer_beyond_per_receipt_are_over_the_limit_and_a_failed_one_takes_no_place() -> None:
    three = [(code, replace(VOUCHER, code=code), {**FOR_CODES, "limits": {"per_receipt": 2}}) for code in "ABC"]
    told = quoted((), three)
    assert (told.discount, told.not_applied) == (2000, {"C": "limit"})
    three[0] = ("A", replace(three[0][1], state=VoucherState.VOID), three[0][2])
    told = quoted((), three)
    assert (told.discount, told.not_applied) == (2000, {"A": "void"})
    free = [(code, one, {**FOR_CODES, "limits": {"per_receipt": None}}) for code, one, _ in three[1:]]
    assert quoted((), free).discount == 2000
    unmet = [
        (code, one, {**data, "condition": {"kind": "min_basket", "amount": 99999}}) for code, one, data in three[1:]
    ]
    assert quoted((), unmet).not_applied == {"B": "condition", "C": "condition"}


def test_the_budget_counts_what_earlier_vouchers_of_the_receipt_promise() -> None:
    def told(budget: int) -> tuple[int, dict[str, str]]:
        limited = {**FOR_CODES, "limits": {"per_receipt": 5, "budget": budget}}
        made = quoted((), [(code, replace(VOUCHER, code=code), limited) for code in "AB"])
        return made.discount, dict(made.not_applied)

    assert told(1999) == (1000, {"B": "budget"})
    assert told(2000) == (2000, {})


@pytest.mark.parametrize(
    ("data", "buyer", "reason"),
    [
        (offer(condition={"kind": "items", "match": {"category": ["tea"]}, "quantity": "2.001"}), Buyer(OLENA),
         "condition"),
        (offer(condition={"kind": "first_purchase"}), Buyer(OLENA), "condition"),
        (offer(audience="public", condition={"kind": "first_purchase"}), None, "condition"),
        (offer(condition={"kind": "birthday", "days_after": 1}), Buyer(OLENA), "condition"),
        (offer(condition={"kind": "birthday"}), Buyer(OLENA, birthday=date(1990, 11, 29)), "condition"),
        (offer(audience="public", condition={"kind": "birthday"}), None, "condition"),
        (offer(condition={"kind": "member_of", "club": "wine"}), Buyer(OLENA, clubs=frozenset({"tea"})), "condition"),
        (offer(audience="public", condition={"kind": "member_of", "club": "wine"}), None, "condition"),
        (offer(condition={"kind": "all", "of": [{"kind": "always"}, {"kind": "first_purchase"}]}), Buyer(OLENA),
         "condition"),
        (offer(limits={"per_customer": 2}), Buyer(OLENA), "limit"),
        (offer(audience="public", limits={"per_customer": 9}), None, "limit"),
        (offer(limits={"total": 4}), Buyer(OLENA), "limit"),
        (offer(limits={"budget": 3999}), Buyer(OLENA), "budget"),
        (offer(benefit={"kind": "percent_off", "percent": "0.001"}), Buyer(OLENA), "no-effect"),
        (offer(audience="public", benefit={"kind": "bonus_points", "points": 5}), None, "no-effect"),
    ],
)  # fmt: skip
def test_an_offer_that_does_not_apply_says_why(data: dict[str, Any], buyer: Buyer | None, reason: str) -> None:
    told = quoted([data], buyer=buyer, usage={"o": Usage(by_customer=2, total=4, spent=3000)})
    assert dropped(told) == {"o": reason}
    assert told.discount == 0


@pytest.mark.parametrize(
    ("data", "buyer"),
    [
        (offer(condition={"kind": "items", "match": {"category": ["tea"]}, "quantity": "2"}), Buyer(OLENA)),
        (offer(condition={"kind": "first_purchase"}), Buyer(OLENA, first_purchase=True)),
        (offer(condition={"kind": "birthday"}), Buyer(OLENA, birthday=date(1990, 11, 30))),
        (offer(condition={"kind": "member_of", "club": "tea"}), Buyer(OLENA, clubs=frozenset({"tea"}))),
        (offer(audience="personal"), Buyer(OLENA, assigned=frozenset({"o"}))),
        (offer(audience="public"), None),
        (offer(audience="public", limits={"total": 5, "budget": 4000}), None),
        (offer(limits={"per_customer": 3}), Buyer(OLENA)),
    ],
)  # fmt: skip
def test_an_offer_applies(data: dict[str, Any], buyer: Buyer | None) -> None:
    told = quoted([data], buyer=buyer, usage={"o": Usage(by_customer=2, total=4, spent=3000)})
    assert (told.discount, dropped(told)) == (1000, {})


@pytest.mark.parametrize(
    ("data", "buyer"),
    [
        (offer(), None), (offer(audience="personal"), Buyer(OLENA)), (offer(audience="personal"), None),
        (offer(audience="voucher"), Buyer(OLENA)), (offer(until="2026-11-29"), Buyer(OLENA)),
        (offer(stores=["s2"]), Buyer(OLENA)),
    ],
)  # fmt: skip
def test_an_offer_that_is_not_for_this_buyer_or_hour_is_not_spoken_of(
    data: dict[str, Any], buyer: Buyer | None
) -> None:
    told = quoted([data], buyer=buyer)
    assert (told.discount, dropped(told)) == (0, {})


def test_the_best_of_a_group_stays_and_ties_go_by_order() -> None:
    small, big = (
        offer(id="small", group="g"),
        offer(id="big", group="g", benefit={"kind": "amount_off", "amount": 1500}),
    )
    other = offer(id="other", group="h")
    told = quoted([small, big, other])
    assert (told.discount, dropped(told)) == (2500, {"small": "beaten"})
    told = quoted([offer(id="b", group="g"), offer(id="a", group="g")])
    assert dropped(told) == {"b": "beaten"}
    told = quoted([offer(id="b", group="g", priority=1), offer(id="a", group="g")])
    assert dropped(told) == {"a": "beaten"}


def test_an_exclusive_offer_wins_alone_only_when_it_is_worth_more_than_all_others() -> None:
    alone = offer(id="x", exclusive=True, benefit={"kind": "amount_off", "amount": 2000})
    two = [offer(id="a"), offer(id="b")]
    told = quoted([alone, *two])  # 2,000 against 1,000 + 1,000: not more
    assert (told.discount, dropped(told)) == (2000, {"x": "beaten"})
    told = quoted([{**alone, "benefit": {"kind": "amount_off", "amount": 2001}}, *two])
    assert (told.discount, dropped(told)) == (2001, {"a": "beaten", "b": "beaten"})
    told = quoted([alone, {**alone, "id": "y", "benefit": {"kind": "amount_off", "amount": 2100}}])
    assert (told.discount, dropped(told)) == (2100, {"x": "beaten"})


def test_an_exclusive_offer_is_weighed_against_the_points_of_the_others() -> None:
    """Bonus points are worth a hryvnia each; without a card they are worth nothing."""
    bonus = offer(id="b", audience="public", benefit={"kind": "bonus_points", "points": 11})
    alone = offer(id="x", audience="public", exclusive=True)
    assert dropped(quoted([alone, bonus])) == {"x": "beaten"}
    assert dropped(quoted([alone, bonus], buyer=None)) == {"b": "no-effect"}
    ten = {**bonus, "benefit": {"kind": "bonus_points", "points": 10}}
    assert dropped(quoted([alone, ten])) == {"x": "beaten"}  # 1,000 off, 10 points: not more
    nine = {**bonus, "benefit": {"kind": "bonus_points", "points": 9}}
    assert dropped(quoted([alone, nine])) == {"b": "beaten"}


def test_an_offer_that_is_over_speaks_before_a_voucher_that_has_not_begun() -> None:
    one = Voucher("V", "o", None, valid_from=date(2026, 12, 1))
    for data, reason in (
        (offer(audience="voucher", until="2026-11-29"), "expired"),
        (offer(audience="voucher"), "not-yet"),
    ):
        assert quoted(vouchers=[("V", one, data)]).not_applied == {"V": reason}
