"""Shares of a report, each of its own base; none of nothing."""

from dataclasses import replace

from core.offers.rankings import Arm
from core.offers.reporting import Count, Funnel, Share
from tests.core.offers.test_verdicts import arm, report

FUNNEL = Funnel(
    made=Count(100, 20), shown=Count(40, 15), activated=Count(12, 9), refused=Count(10, 6), redeemed=Count(5, 4),
    bought=Count(25, 8),
)  # fmt: skip
REPORT = replace(report(arm(1, 2), arm(1, 2)), whole=FUNNEL, items=50, items_offered=30, items_bought=9, shown_bought=7)


def test_each_share_has_the_base_that_it_is_a_share_of() -> None:
    assert FUNNEL.hit_rate == Share(8, 20)
    assert FUNNEL.precision == Share(25, 100)
    assert FUNNEL.seen == Share(40, 100)
    assert FUNNEL.refusals == Share(10, 40)
    assert FUNNEL.redemption == Share(5, 100)
    assert REPORT.coverage == Share(30, 50)
    assert REPORT.coverage_bought == Share(9, 50)


def test_the_shown_and_the_others_are_all_offers() -> None:
    shown, others = REPORT.bought_of_shown, REPORT.bought_of_unshown
    assert (shown, others) == (Share(7, 40), Share(18, 60))


def test_a_share_of_nothing_is_none() -> None:
    assert (Share(1, 4).value, Share(0, 0).value) == (0.25, None)


def test_a_report_is_kept_with_every_count() -> None:
    data = REPORT.as_data()
    assert data["whole"] == {
        "made": [100, 20], "shown": [40, 15], "activated": [12, 9], "refused": [10, 6], "redeemed": [5, 4],
        "bought": [25, 8],
    }  # fmt: skip
    assert data["arms"][Arm.CHALLENGER.value] == {
        "made": [20, 2], "shown": [0, 0], "activated": [0, 0], "refused": [0, 0], "redeemed": [0, 0], "bought": [1, 1],
        "squares": 0,
    }  # fmt: skip
    assert (data["state"], data["again"], data["items"]) == ("over", None, 50)
