"""What a quote tells of itself: every kopeck step by step, what touched a line, and why the rest gave nothing."""

from core.programme.model import Programme
from core.sales.basket import Line, Most
from core.vouchers.model import Voucher
from tests.core.sales.test_reasons import dropped, offer, quoted


def test_an_offer_that_finds_nothing_left_to_take_has_no_effect_and_lines_name_what_touched_them() -> None:
    all_of_it = {"kind": "amount_off", "amount": 15000}
    made = quoted([offer(id="a", benefit=all_of_it), offer(id="b")])
    assert [one.offer for one in made.applied] == ["a"]
    assert dropped(made) == {"b": "no-effect"}
    assert [line.offers for line in made.lines] == [("a",), ("a",)]
    tea = {"kind": "percent_off", "percent": "10", "match": {"category": ["tea"]}}
    made = quoted([offer(id="a", benefit=tea), offer(id="b")])
    assert [line.offers for line in made.lines] == [("a", "b"), ("b",)]


def test_every_kopeck_is_explained_step_by_step() -> None:
    tea = {"kind": "percent_off", "percent": "10", "match": {"category": ["tea"]}}
    voucher = Voucher("V", "v", None)
    made = quoted(
        [
            offer(id="tea", benefit=tea), offer(id="zero", condition={"kind": "min_basket", "amount": 10**6}),
            offer(id="more", benefit={"kind": "bonus_points", "points": 5}),
        ],
        [("v-1", voucher, offer(id="v", audience="voucher"))],
        spendable=30, asked=20,
    )  # fmt: skip
    assert list(made.explain) == [
        {"step": "amount", "line": 0, "amount": 10000}, {"step": "amount", "line": 1, "amount": 5000},
        {"step": "offer", "offer": "tea", "version": 1, "voucher": None, "amount": 1000, "points": 0,
         "lines": [{"line": 0, "amount": 1000}]},
        {"step": "offer", "offer": "v", "version": 1, "voucher": "v-1", "amount": 1000, "points": 0,
         "lines": [{"line": 0, "amount": 643}, {"line": 1, "amount": 357}]},
        {"step": "offer", "offer": "more", "version": 1, "voucher": None, "amount": 0, "points": 5, "lines": []},
        {"step": "not-applied", "offer": "zero", "code": "condition"},
        {"step": "spend", "asked": 20, "spendable": 30, "most": 30, "spent": 20,
         "lines": [{"line": 0, "amount": 1286}, {"line": 1, "amount": 714}]},
        {"step": "earn", "percent": Programme().earn_percent,
         "lines": [{"line": 0, "points": 6}, {"line": 1, "points": 4}]},
        {"step": "total", "amount": 11000},
    ]  # fmt: skip
    nobody = quoted([], buyer=None)
    assert [step["step"] for step in nobody.explain] == ["amount", "amount", "total"]
    most = quoted([], spendable=30, asked=Most.MAX)
    assert [step["asked"] for step in most.explain if step["step"] == "spend"] == ["max"]


def test_points_bought_by_a_voucher_name_it_and_useless_ones_say_no_effect() -> None:
    extra = offer(id="v", audience="voucher", benefit={"kind": "bonus_points", "points": 5})
    made = quoted(vouchers=[("v-1", Voucher("V", "v", None), extra)])
    assert [(one.offer, one.code, one.voucher, one.points) for one in made.applied] == [("v", "V", "v-1", 5)]
    ground = quoted([offer(id="x", benefit={"kind": "points_times", "times": "2"})], lines=(Line("a", 1000, 1),))
    assert dropped(ground) == {"x": "no-effect"}
    twice = offer(id="x", benefit={"kind": "points_times", "times": "2"})
    paid = quoted([twice], lines=(Line("a", 1000, 1000),), spendable=10, asked=Most.MAX)
    assert (paid.total, paid.earned, dropped(paid)) == (500, 0, {"x": "no-effect"})


def test_only_the_best_percent_of_the_receipt_stays_and_the_other_is_beaten() -> None:
    five, ten = ({"kind": "percent_off", "percent": percent} for percent in ("5", "10"))
    made = quoted([offer(id="a", benefit=five), offer(id="b", benefit=ten)])
    assert [one.offer for one in made.applied] == ["b"]
    assert dropped(made) == {"a": "beaten"}
