"""What an analyst is told of a week of offers and of situations is in fives, whatever follows from it too."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.offers.fives import planned_in_fives, report_in_fives, situations_in_fives
from core.offers.rankings import Arm
from core.offers.reporting import Count, Funnel
from core.offers.situations import Rule
from core.offers.verdicts import verdict
from core.offers.views import SituationsView
from core.offers.weekly import Because, Planned
from tests.core.offers.test_reporting import FUNNEL, REPORT
from tests.core.offers.test_verdicts import arm

RULES: dict[str, Any] = {
    "leaving": {"on": True, "reach": 812, "given": 731, "control": 81, "why": "", "order": "uplift", "people": 2013},
    "big_tickets": {"on": False, "reach": 4, "given": 0, "control": 0, "why": "no-offer", "price": 24901},
}
SEEN = {
    "leaving": {"on": True, "reach": 810, "given": 730, "control": 80, "why": "", "order": "uplift", "people": 2015},
    "big_tickets": {"on": False, "reach": 0, "given": 0, "control": 0, "why": "no-offer", "price": 24901},
}


def test_a_report_tells_of_no_group_that_is_known_by_one_person() -> None:
    exact = replace(
        REPORT, kinds={Because.DUE: FUNNEL}, strays=3, arms={Arm.CHAMPION: arm(9, 41), Arm.CHALLENGER: arm(2, 4)}
    )
    seen = report_in_fives(exact)
    in_fives = Funnel(
        made=Count(100, 20), shown=Count(40, 15), activated=Count(10, 10), refused=Count(10, 5), bought=Count(25, 10)
    )
    assert seen.whole == seen.kinds[Because.DUE] == in_fives, "what four people redeemed is told of nobody"
    assert (seen.shown_bought, seen.strays, seen.items_bought) == (5, 5, REPORT.items_bought)
    assert [one.funnel.made.people % 5 for one in seen.arms.values()] == [0, 0]
    assert seen.arms[Arm.CHALLENGER].squares == 0
    judged = verdict(seen, [])
    assert judged is not None
    assert judged.hit_rate.low <= judged.hit_rate.high
    one_more = replace(exact, whole=replace(FUNNEL, made=Count(101, 21), shown=Count(41, 16)))
    assert report_in_fives(one_more) == seen


def test_the_offers_that_were_bought_of_those_shown_are_never_more_than_there_are() -> None:
    whole = Funnel(made=Count(12, 6), shown=Count(7, 5), bought=Count(8, 6))
    for bought in range(8):
        seen = report_in_fives(replace(REPORT, whole=whole, shown_bought=bought))
        for share in (seen.bought_of_shown, seen.bought_of_unshown):
            assert 0 <= share.of <= share.base


def test_a_plan_tells_its_people_in_fives_and_an_old_one_what_it_kept() -> None:
    figures = {
        "owners": 1003, "empty": 3, "offers": 9_998, "reasons": {"due": 51, "chain": 2}, "coverage": 0.31,
        "arms": {"champion": {"people": 803.0, "offers": 7_999.0, "expected": 3.5}}, "situations": RULES,
        "clusters": {"moved": None, "each": [{"number": 1, "size": 48, "tastes": [["tea", 2.0]]}]},
        "churn": {"auc": 0.7, "customers": 402, "bins": [[201, 0.1, 0.2]]},
    }  # fmt: skip
    at = datetime(2026, 11, 26, tzinfo=UTC)
    seen = planned_in_fives(Planned(1, "2026-W48", at, figures)).figures
    assert seen == {
        "owners": 1005, "empty": 0, "offers": 10_000, "reasons": {"due": 50, "chain": 0}, "coverage": 0.31,
        "arms": {"champion": {"people": 805, "offers": 8_000, "expected": 3.5}}, "situations": SEEN,
        "clusters": {"moved": None, "each": [{"number": 1, "size": 50, "tastes": [["tea", 2.0]]}]},
        "churn": {"auc": 0.7, "customers": 400, "bins": [[200, 0.1, 0.2]]},
    }  # fmt: skip
    assert planned_in_fives(Planned(1, "2026-W48", at, {})).figures == {"reasons": {}, "situations": {}}


def test_situations_tell_whom_they_met_in_fives() -> None:
    view = SituationsView({}, (), "2026-W48", RULES)
    assert situations_in_fives(view) == SituationsView({}, (), "2026-W48", SEEN)
    assert set(RULES) <= {rule.value for rule in Rule}
