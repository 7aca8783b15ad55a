"""What an analyst is told of a campaign is in fives, whatever follows from it too; nothing differs by one person."""

from dataclasses import replace
from datetime import UTC, datetime

from core.campaigns.fives import numbers_in_fives, progress_in_fives, result_in_fives, row_in_fives
from core.campaigns.model import Campaign, Outcome, Plan, Run
from core.campaigns.model import State as Phase
from core.campaigns.numbers import Numbers, Receives
from core.campaigns.results import ArmResult, Channel, Group, Result, State, Vouchers
from core.campaigns.views import CampaignRow, Counted, Progress
from core.shared.fives import in_fives, told

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_counts_are_the_nearest_five_and_few_people_are_not_told_of() -> None:
    assert [in_fives(count) for count in (0, 2, 3, 7, 8, 102, 103)] == [0, 0, 5, 5, 10, 100, 105]
    assert [told(count) for count in (0, 1, 4, 5, 7, 8)] == [0, None, None, 5, 5, 10]


def test_numbers_before_a_launch_give_nobody_away() -> None:
    exact = Numbers(101, 91, {"viber": 47, "web": 43}, 3, 2, 9, [Receives("A", "viber", 42, 42 * 30)], 42 * 30, 12, 1,
                    0, NOON, NOON)  # fmt: skip
    seen = numbers_in_fives(exact)
    assert (seen.matching, seen.consented, seen.reachable) == (100, 90, {"viber": 45, "web": 45})
    assert (seen.capped, seen.holdout, seen.control, seen.moved, seen.expired) == (5, 0, 10, 10, 0)
    assert (seen.recipients, seen.cost) == (40, 40 * 30), "the cost tells of no other number of messages"
    one_less = replace(exact, matching=100, consented=90, reachable={"viber": 46, "web": 43})
    assert numbers_in_fives(one_less) == seen


def test_progress_adds_up_from_rounded_parts() -> None:
    run = Run(1, "c", 1, NOON, NOON, NOON, NOON, None, 0, {})
    counts = [Counted("A", "viber", Outcome.SENT, "", 41), Counted("A", "viber", None, "", 9)]
    seen = progress_in_fives(Progress(run, counts, {"seen": {("A", "viber"): 12}}, 1.0, None, NOON))
    assert seen.by_outcome() == {"sent": 40, "waiting": 10}
    assert seen.marks == {"seen": {("A", "viber"): 10}}


def test_a_campaign_in_the_list_gives_away_neither_people_nor_what_they_cost() -> None:
    made = Campaign("c", 1, Phase.FINISHED, Plan("Кава"), "salt", "a", NOON, "a", NOON)
    seen = row_in_fives(CampaignRow(made, 1, NOON, {"sent": 32, "tapped": 2, "waiting": 0}, 32 * 30))
    assert (seen.outcomes, seen.spent) == ({"sent": 30, "tapped": 0, "waiting": 0}, 30 * 30)
    free = CampaignRow(made, 0, None, {}, 0)
    assert row_in_fives(free) == free


def test_results_by_arm_group_and_channel_are_in_fives() -> None:
    arms = (ArmResult("control", 51, 4, 10.0, 0, 0), ArmResult("A", 449, 44, 12.5, 1.0, 2.0, 401, 399, 201, 33, 7))
    groups = (Group("store", "s1", 212, 24, 21, 3, None, None),)
    channels = (Channel("viber", 449, 401, 399, 201, 33, 44), Channel("web", 4, 3, 3, 1, 1, 1))
    exact = Result("c", 0, State.OVER, NOON, NOON, NOON, 25, {}, arms, (), 1.0, 1.0, merged=2, groups=groups,
                   channels=channels, vouchers=Vouchers(448, (1, 12)))  # fmt: skip
    seen = result_in_fives(exact)
    assert [(arm.people, arm.bought) for arm in seen.arms] == [(50, 0), (450, 45)]
    assert (seen.people, seen.treated) == (500, 450)
    treated = seen.arms[1]
    assert (treated.sent, treated.delivered, treated.seen, treated.tapped, treated.elsewhere) == (400, 400, 200, 35, 5)
    assert seen.groups == [Group("store", "s1", 210, 25, 20, 0, None, None)]
    assert seen.channels[1] == Channel("web", 0, 0, 0, 0, 0, 0), "of four people nothing is told"
    assert (seen.vouchers, seen.merged) == (Vouchers(450, (0, 10)), 0)
