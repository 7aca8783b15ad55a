"""A week's report and the switch of rankings for a person at a terminal, or for a program."""

import json
from collections.abc import Sequence

from core.offers.rankings import Arm, Switch
from core.offers.reporting import Funnel, Report, Share, State
from core.offers.verdicts import Told, Verdict
from core.shared.intervals import Difference

_STATES = {
    State.RUNNING: "still running",
    State.OVER: "over; late receipts may still come",
    State.FINAL: "over and final",
}


def report_lines(report: Report, told: Verdict | None) -> list[str]:
    """The report in words, each share with what it is a share of."""
    whole = report.whole
    lines = [
        f"{report.week}: {_STATES[report.state]}; {whole.made.offers} offers for {whole.made.people} people",
        f"hit rate: {_said(whole.hit_rate, 'people with offers')} bought at least one of their items within the week",
        f"precision: {_said(whole.precision, 'offers')} were bought",
        f"shown: {_said(whole.seen, 'offers')}, to {whole.shown.people} people; "
        f"activated: {whole.activated.offers} by {whole.activated.people}",
        f"refused: {_said(whole.refusals, 'offers shown')}, by {whole.refused.people} people",
        f"redeemed: {_said(whole.redemption, 'offers')}, by {whole.redeemed.people} people",
        f"coverage: {_said(report.coverage, 'promo items')} were offered to somebody, "
        f"{_said(report.coverage_bought, 'promo items')} bought by whom they were offered to",
        f"concentration: the most offered tenth of them has {_percent(report.concentration)} of all offers",
        f"bought of the shown: {_said(report.bought_of_shown, 'offers')}, of the others: "
        f"{_said(report.bought_of_unshown, 'offers')}, which says nothing of the effect of showing",
    ]
    if report.strays:
        lines.append(f"left out: {report.strays} events of offers that the current plan does not make")
    lines += ["", *_table(report)]
    if told is not None:
        lines += ["", *_arms(report, told)]
    return lines


def report_json(report: Report, told: Verdict | None) -> str:
    """The report as data, with the verdict; shares are quotients of its counts."""
    data = report.as_data()
    data["switch"].pop("salt")
    if told is not None:
        data["verdict"] = {
            "challenger": told.told.value,
            "weeks": told.weeks,
            "more_weeks": told.more,
            "hit_rate": [told.hit_rate.low, told.hit_rate.value, told.hit_rate.high],
            "redeemed_per_head": [told.redeemed.low, told.redeemed.value, told.redeemed.high],
        }
    return json.dumps(data, ensure_ascii=False, indent=1)


def switch_lines(switch: Switch) -> list[str]:
    """Which rankings choose, for whom, since when and by whose word."""
    lines = [f"champion: {switch.champion}"]
    if switch.challenger is not None:
        lines.append(f"challenger: {switch.challenger}, for {switch.share} % of the people")
    else:
        lines.append("challenger: none; begin with `kartka ranking challenge NAME --share 20`")
    if switch.since is not None:
        lines.append(f"since {switch.since:%Y-%m-%d %H:%M} UTC, by {switch.by}")
    return lines


def verdict_line(switch: Switch, told: Verdict) -> str:
    """What to make of the arms, in a sentence."""
    weeks = f"{told.weeks} week{'s' if told.weeks != 1 else ''}"
    match told.told:
        case Told.BETTER:
            return (
                f"verdict: {switch.challenger} does better than {switch.champion} by {weeks}; `kartka ranking promote`"
            )
        case Told.WORSE:
            return f"verdict: {switch.challenger} does worse than {switch.champion} by {weeks}; `kartka ranking stop`"
        case Told.RUNNING:
            return "verdict: none while the week is running"
        case Told.NOT_YET if told.more is None:
            return f"verdict: not told by {weeks}, and more weeks at this share will not tell a difference so small"
        case Told.NOT_YET:
            return f"verdict: not told yet by {weeks}; it takes at least {told.more} more as large as these"


def _table(report: Report) -> Sequence[str]:
    columns = (("offers", 9), ("people", 9), ("shown", 8), ("refused", 9), ("redeemed", 10), ("bought", 8))
    head = f"{'reason':10}" + "".join(f"{name:>{width}}" for name, width in (*columns, ("hit rate", 10)))
    return [head, *(_row(kind.value, one) for kind, one in report.kinds.items()), _row("all", report.whole)]


def _row(name: str, one: Funnel) -> str:
    return (
        f"{name:10}{one.made.offers:>9}{one.made.people:>9}{one.shown.offers:>8}{one.refused.offers:>9}"
        f"{one.redeemed.offers:>10}{one.bought.offers:>8}{_value(one.hit_rate):>10}"
    )


def _arms(report: Report, told: Verdict) -> list[str]:
    lines = []
    for arm in Arm:
        one, name = report.arms[arm].funnel, report.switch.ranking(arm)
        heads = max(1, one.made.people)
        lines.append(
            f"{arm.value} {name}: hit rate {_said(one.hit_rate, 'people with offers')}, "
            f"{one.redeemed.offers / heads:.3f} redeemed by head"
        )
    return [
        *lines,
        f"hit rate, challenger less champion: {_points(told.hit_rate)} (95 %, Newcombe)",
        f"redeemed by head, challenger less champion: {_heads(told.redeemed)} (95 %, Wald)",
        verdict_line(report.switch, told),
    ]


def _said(share: Share, of: str) -> str:
    return f"{_value(share)} ({share.of} of {share.base} {of})"


def _value(share: Share) -> str:
    return "-" if share.value is None else _percent(share.value)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(one: Difference) -> str:
    return f"{100 * one.value:+.2f} points [{100 * one.low:+.2f}, {100 * one.high:+.2f}]"


def _heads(one: Difference) -> str:
    return f"{one.value:+.4f} [{one.low:+.4f}, {one.high:+.4f}]"
