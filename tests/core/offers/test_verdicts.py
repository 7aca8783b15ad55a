"""How sure a difference is, against published figures; what is made of it, week by week."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.offers.rankings import Arm, Ranking, Switch
from core.offers.reporting import ArmFunnel, Count, Funnel, Report, State, is_due, report_from, state_of
from core.offers.verdicts import Told, correlation, verdict
from core.offers.weekly import Because
from core.shared.intervals import of_means, of_shares

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SWITCH = Switch(Ranking.KARTKA, Ranking.POPULAR, 20, "salt")
KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.parametrize(
    ("hits", "size", "others", "other_size", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926), (0, 10, 0, 20, -0.1611, 0.2775), (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000), (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)  # fmt: skip
def test_differences_of_shares_are_those_of_newcombe_s_table(
    hits: int, size: int, others: int, other_size: int, low: float, high: float
) -> None:
    """Statistics in Medicine 17 (1998), 873-890, table II, method 10."""
    found = of_shares(hits, size, others, other_size)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert found.value == pytest.approx(hits / size - others / other_size)


def test_a_difference_of_means_has_the_interval_of_its_standard_errors() -> None:
    """Hillstrom's e-mail test, visits of men's mail against none: +.07659 [.06995, .08323]."""
    men, none = round(0.18276 * 21307), round(0.10617 * 21306)
    found = of_means(men, men, 21307, none, none, 21306)
    assert (round(found.low, 4), round(found.value, 4), round(found.high, 4)) == (0.07, 0.0766, 0.0832)


def test_nobody_says_nothing() -> None:
    assert of_shares(0, 0, 5, 10).low == pytest.approx(-0.763, abs=1e-3)
    assert of_shares(0, 0, 5, 10).sign == 0
    assert of_means(0, 0, 0, 0, 0, 0).sign == 0


def arm(hits: int, people: int, redeemed: int = 0) -> ArmFunnel:
    made, bought = Count(people * 10, people), Count(hits, hits)
    return ArmFunnel(Funnel(made=made, redeemed=Count(redeemed, redeemed), bought=bought), redeemed)


def report(
    challenger: ArmFunnel, champion: ArmFunnel, *, week: str = "2026-W46", state: State = State.OVER,
    again: float | None = None, switch: Switch = SWITCH,
) -> Report:  # fmt: skip
    arms = {Arm.CHAMPION: champion, Arm.CHALLENGER: challenger}
    whole, kinds = Funnel(made=Count(9, 9)), {Because.DUE: Funnel(shown=Count(3, 2))}
    return Report(week, state, NOW, NOW, whole, kinds, 5, 4, 3, 0.5, 2, 1, switch, arms, again)


def test_a_report_is_read_as_it_was_told() -> None:
    one = report(arm(3, 9), arm(4, 8), again=0.25)
    assert report_from(one.as_data()) == one


def test_a_clear_difference_is_told_either_way() -> None:
    told = verdict(report(arm(300, 1000, 90), arm(900, 4000, 200)))
    assert told is not None
    assert (told.told, told.weeks, told.more) == (Told.BETTER, 1, None)
    assert told.hit_rate.low > 0
    assert told.redeemed.value == pytest.approx(0.04)
    worse = verdict(report(arm(150, 1000), arm(900, 4000)))
    assert worse is not None
    assert worse.told is Told.WORSE


def test_no_verdict_without_a_challenger_or_while_the_week_runs() -> None:
    assert verdict(report(arm(0, 0), arm(1, 9), switch=Switch())) is None
    running = verdict(report(arm(300, 1000), arm(900, 4000), state=State.RUNNING))
    assert running is not None
    assert (running.told, running.weeks) == (Told.RUNNING, 0)


def test_what_five_percent_would_tell_is_not_told_since_it_is_looked_at_every_week() -> None:
    told = verdict(report(arm(258, 1000), arm(900, 4000)))
    assert told is not None
    assert told.hit_rate.sign == 1
    assert (told.told, told.more) == (Told.NOT_YET, 2)


def test_weeks_are_counted_together_as_far_as_their_people_differ() -> None:
    weeks = [report(arm(255, 1000), arm(900, 4000), week=f"2026-W{at}", again=0.1) for at in range(40, 47)]
    alone, all_of_them = verdict(weeks[-1]), verdict(weeks[-1], weeks[:-1])
    assert alone is not None
    assert all_of_them is not None
    assert (alone.told, all_of_them.told, all_of_them.weeks) == (Told.NOT_YET, Told.BETTER, 7)
    same = [replace(one, again=1.0) for one in weeks]
    frozen = verdict(same[-1], same[:-1])
    assert frozen is not None
    assert (frozen.told, frozen.more) == (Told.NOT_YET, None)
    assert frozen.hit_rate == pytest.approx(alone.hit_rate)
    unknown = [replace(one, again=None) for one in weeks]
    guessed = verdict(unknown[-1], unknown[:-1])
    assert guessed is not None
    assert (guessed.told, guessed.hit_rate) == (frozen.told, frozen.hit_rate)


def test_as_many_weeks_as_it_foretold_tell_the_difference_if_it_stays() -> None:
    one = report(arm(240, 1000), arm(900, 4000), week="2026-W01", again=0.0)
    first = verdict(one)
    assert first is not None
    assert first.more is not None
    later = [replace(one, week=f"2026-W{at + 2:02d}") for at in range(first.more)]
    last = verdict(later[-1], [one, *later[:-1]])
    assert last is not None
    assert last.told is Told.BETTER


def test_nothing_is_foretold_where_there_is_no_difference_or_nobody() -> None:
    for challenger in (arm(225, 1000), arm(0, 0)):
        told = verdict(report(challenger, arm(900, 4000)))
        assert told is not None
        assert (told.told, told.more) == (Told.NOT_YET, None)


def test_weeks_of_another_challenge_and_later_ones_are_left_out() -> None:
    one = report(arm(240, 1000), arm(900, 4000), again=0.0)
    other = replace(one, week="2026-W45", switch=replace(SWITCH, salt="other"))
    running = replace(one, week="2026-W44", state=State.RUNNING)
    assert verdict(one, [other, running, replace(one, week="2026-W47")]) == verdict(one)


def test_the_same_people_are_told_by_a_correlation() -> None:
    assert correlation(50, 50, 100, 50, 100) == pytest.approx(1)
    assert correlation(25, 50, 100, 50, 100) == 0
    assert correlation(0, 50, 100, 50, 100) == 0
    assert correlation(0, 0, 0, 0, 0) == correlation(0, 0, 5, 0, 5) == 0


def test_a_week_is_final_three_days_after_its_end_and_reported_once_a_day_until_then() -> None:
    assert state_of("2026-W48", date(2026, 11, 29)) is State.RUNNING
    assert state_of("2026-W48", date(2026, 11, 30)) is State.OVER
    assert state_of("2026-W48", date(2026, 12, 3)) is State.FINAL
    kept = report(arm(0, 1), arm(0, 1))
    assert is_due(None, NOW, KYIV)
    assert not is_due(kept, NOW.replace(hour=21, minute=59), KYIV)
    assert is_due(kept, NOW.replace(hour=22), KYIV)
    assert not is_due(replace(kept, state=State.FINAL), NOW.replace(day=28), KYIV)
