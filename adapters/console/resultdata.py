"""A result as programs read it, and as a file for a spreadsheet; groups of so few people that they could be known are
left blank."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from adapters.console.csvfile import MARK, lines_of
from adapters.http.api import Answer
from core.campaigns.results import DIFFERENCES, FEW, ArmResult, Channel, Result
from core.campaigns.resultviews import ResultRow
from core.shared.intervals import Difference

COLUMNS = ("part", "name", "measure", "value", "low", "high", "people", "control_people")
_MONEY = ("money", "reward", "cost")
_COUNTS = ("bought", "sent", "delivered", "seen", "tapped", "elsewhere")


class DifferenceOut(Answer):
    """A difference with its interval of 95 %."""

    low: float
    value: float
    high: float


class ArmOut(Answer):
    """An arm; nothing but its size where it has fewer than five people. Money is in minor units a head."""

    arm: str
    people: int
    bought: int | None
    money: float | None
    reward: float | None
    cost: float | None
    sent: int | None
    delivered: int | None
    seen: int | None
    tapped: int | None
    elsewhere: int | None


class EffectOut(Answer):
    """An arm less the control group; the arm `` is everybody but the control group. Null: too few people."""

    arm: str
    response: DifferenceOut | None
    raw: DifferenceOut | None
    money: DifferenceOut | None
    margin: DifferenceOut | None
    reward: DifferenceOut | None
    net: DifferenceOut | None


class GroupOut(Answer):
    """Some of the people, told apart by what was known before the start."""

    kind: str
    name: str
    people: int
    control: int
    bought: int
    control_bought: int
    response: DifferenceOut | None
    money: DifferenceOut | None


class LookOut(Answer):
    """Money by head up to the day; the interval is as wide as looking every day needs."""

    day: date
    money: DifferenceOut


class ChannelOut(Answer):
    """People by the channel they were to be reached by."""

    channel: str
    people: int
    sent: int
    delivered: int
    seen: int
    tapped: int
    bought: int


class VouchersOut(Answer):
    """Vouchers given, and how many were used by the end of each day."""

    given: int
    used: list[int]


class SummaryOut(Answer):
    """A result in a list. `verdict` null: `untold` says why."""

    campaign: str
    run: int
    name: str
    state: str
    made_at: datetime
    since: datetime
    until: datetime
    people: int
    verdict: str | None
    untold: str | None
    response: DifferenceOut | None
    money: DifferenceOut | None
    net: DifferenceOut | None
    gain: DifferenceOut | None


class ResultOut(SummaryOut):
    """Everything about a result."""

    runs: int
    margin_percent: int
    ratio: float
    kept: float
    merged: int
    contaminated: float
    arms: list[ArmOut]
    effects: list[EffectOut]
    looks: list[LookOut]
    groups: list[GroupOut]
    channels: list[ChannelOut]
    vouchers: VouchersOut | None


class ResultsOut(Answer):
    """A page of results and how many there are."""

    rows: list[SummaryOut]
    total: int


def summary_of(row: ResultRow) -> SummaryOut:
    """Without its parts."""
    return SummaryOut(**_summary(row))


def result_of(row: ResultRow) -> ResultOut:
    """With all its parts."""
    one = row.result
    return ResultOut(
        **_summary(row), runs=one.runs, margin_percent=one.margin_percent, ratio=one.ratio, kept=one.kept,
        merged=one.merged, contaminated=one.contaminated, arms=[_arm(arm) for arm in one.arms],
        effects=[
            EffectOut(arm=each.arm, **{name: _out(getattr(each, name)) for name in DIFFERENCES}) for each in one.effects
        ],
        looks=[LookOut(day=look.day, money=_sure(look.money)) for look in one.looks],
        groups=[
            GroupOut(
                kind=each.kind, name=each.name, people=each.people, control=each.control, bought=each.bought,
                control_bought=each.control_bought, response=_out(each.response), money=_out(each.money),
            )
            for each in one.groups
        ],
        channels=[
            ChannelOut(channel=each.channel, people=each.people, sent=each.sent, delivered=each.delivered,
                       seen=each.seen, tapped=each.tapped, bought=each.bought)
            for each in seen_channels(one)
        ],
        vouchers=None if one.vouchers is None or one.vouchers.given < FEW
        else VouchersOut(given=one.vouchers.given, used=list(one.vouchers.used)),
    )  # fmt: skip


def is_shown(arm: ArmResult) -> bool:
    """False for an arm of so few people that they could be known."""
    return arm.people >= FEW


def seen_channels(one: Result) -> list[Channel]:
    """Those of enough people."""
    return [each for each in one.channels if each.people >= FEW]


def csv_of(row: ResultRow) -> str:
    """A line for each number: what it is of, what it measures, its interval; money in minor units."""
    return MARK + lines_of([COLUMNS, *_lines(row.result)])


def _lines(one: Result) -> Iterator[Sequence[Any]]:
    yield ("result", one.campaign, "verdict", one.verdict or one.untold or "", "", "", one.people, "")
    for arm in one.arms:
        yield ("arm", arm.arm, "people", arm.people, "", "", arm.people, "")
        if is_shown(arm):
            for name in (*_COUNTS, *_MONEY):
                yield ("arm", arm.arm, name, _round(getattr(arm, name)), "", "", arm.people, "")
    control = one.arms[0].people
    sizes = {arm.arm: arm.people for arm in one.arms}
    for effect in one.effects:
        for name in DIFFERENCES:
            size = sizes.get(effect.arm, one.treated)
            yield ("effect", effect.arm, name, *_three(getattr(effect, name)), size, control)
    for look in one.looks:
        yield ("day", look.day.isoformat(), "money", *_three(look.money), one.treated, control)
    for group in one.groups:
        for name in ("response", "money"):
            told = _three(getattr(group, name))
            yield (group.kind, group.name, name, *told, group.people, group.control)
    for channel in seen_channels(one):
        for name in ("sent", "delivered", "seen", "tapped", "bought"):
            yield ("channel", channel.channel, name, getattr(channel, name), "", "", channel.people, "")
    if one.vouchers is not None and one.vouchers.given >= FEW:
        for day, used in enumerate(one.vouchers.used, 1):
            yield ("vouchers", f"{day}", "used", used, "", "", one.vouchers.given, "")


def _summary(row: ResultRow) -> dict[str, Any]:
    one = row.result
    return {
        "campaign": one.campaign, "run": one.run, "name": row.name, "state": one.state.value, "made_at": one.made_at,
        "since": one.since, "until": one.until, "people": one.people,
        "verdict": one.verdict and one.verdict.value, "untold": one.untold and one.untold.value,
        "response": _out(one.whole.response), "money": _out(one.whole.money), "net": _out(one.whole.net),
        "gain": _out(one.gain),
    }  # fmt: skip


def _arm(arm: ArmResult) -> ArmOut:
    told = {name: getattr(arm, name) if is_shown(arm) else None for name in (*_COUNTS, *_MONEY)}
    return ArmOut(arm=arm.arm, people=arm.people, **told)


def _out(one: Difference | None) -> DifferenceOut | None:
    return None if one is None else _sure(one)


def _sure(one: Difference) -> DifferenceOut:
    return DifferenceOut(low=one.low, value=one.value, high=one.high)


def _three(one: Difference | None) -> tuple[float | str, float | str, float | str]:
    return ("", "", "") if one is None else (_round(one.value), _round(one.low), _round(one.high))


def _round(value: float) -> float:
    return round(value, 6)
