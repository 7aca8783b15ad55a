"""A result in one language: the verdict as a sentence, intervals drawn and told, the same numbers as tables."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision

from adapters.console.resultdata import is_shown, seen_channels
from adapters.console.telling import CHANNELS, NOTHING, share_of
from bot.ports import Texts
from bot.words import Money, Value, say
from core.campaigns.arms import CONTROL
from core.campaigns.results import (
    FEW,
    HOLDOUT,
    PROMOTED,
    SURE,
    ArmResult,
    Effect,
    Group,
    Result,
    State,
    Untold,
    Verdict,
)
from core.campaigns.resultviews import ResultRow
from core.programme.model import Programme
from core.shared.intervals import Difference
from core.shared.values import Language

_STAGE = "lifecycle-"
"""How the segments of the lifecycle begin."""
_SHORT = {
    Verdict.WORKS: "results.works", Verdict.HARMFUL: "results.harmful", Verdict.INCONCLUSIVE: "results.inconclusive",
    Untold.EARLY: "results.early", Untold.FEW: "results.few", Untold.RATIO: "results.broken",
}  # fmt: skip
_LOOKS = {Verdict.WORKS: "good", Verdict.HARMFUL: "bad", Untold.RATIO: "bad", Untold.EARLY: "wait", Untold.FEW: "wait"}
_SAID = {
    Verdict.WORKS: "results.works-said",
    Verdict.HARMFUL: "results.harmful-said",
    Verdict.INCONCLUSIVE: "results.inconclusive-said",
}
_CLASSES = {Verdict.WORKS: "better", Verdict.HARMFUL: "worse"}
_STATES = {State.RUNNING: "results.running", State.OVER: "results.over", State.FINAL: "results.final"}
_ALREADY = {1: "results.already-up", -1: "results.already-down"}


class Shown:
    """Tells results in one language."""

    def __init__(self, texts: Texts, language: Language, programme: Programme) -> None:
        self._texts, self._language, self._programme = texts, language, programme

    def say(self, key: str, **data: Value) -> str:
        """The message with its data."""
        return self._texts.say(say(key, **data), self._language)

    def name(self, row: ResultRow) -> str:
        """The campaign's; of a month without promotions, the month."""
        one = row.result
        if one.campaign != HOLDOUT:
            return row.name
        month = format_date(date(one.run // 100, one.run % 100, 1), "LLLL y", locale=str(self._language))
        return self.say("results.month", month=month)

    def short(self, one: Result) -> str:
        """The verdict in two words, or why there is none."""
        return self.say(_SHORT[one.verdict or one.untold or Untold.FEW])

    def look(self, one: Result) -> str:
        """How the state of the verdict looks in a list."""
        return _LOOKS.get(one.verdict or one.untold or Untold.FEW, "")

    def difference(self, one: Difference | None, told: Callable[[float], str]) -> str:
        """With its interval; a word where there are too few people for one."""
        if one is None:
            return self.say("results.too-few", n=SURE)
        return self.say("results.interval", value=told(one.value), low=told(one.low), high=told(one.high))

    def cell(self, one: Difference | None, told: Callable[[float], str]) -> str | tuple[str, str, str]:
        """For a table: the difference, and under it from where to where its interval goes."""
        if one is None:
            return self.say("results.too-few", n=SURE)
        low, high = (
            self.say("results.between-low", low=told(one.low)),
            self.say("results.between-high", high=told(one.high)),
        )
        return told(one.value), low, high

    def result(self, row: ResultRow, store: Callable[[str], str]) -> dict[str, Any]:
        """Everything that the page shows; `store`: the name of a store."""
        one = row.result
        return {
            "name": self.name(row),
            "verdict": self._verdict(one),
            "class": _CLASSES.get(one.verdict, "") if one.verdict else "",
            "when": self._when(one),
            "tiles": self._tiles(one),
            "intervals": [
                self._drawn("results.response", one.whole.response, self.points),
                self._drawn("results.money", one.whole.money, self.money),
                self._drawn("results.net", one.whole.net, self.money),
            ],
            "arms": [self._arm(arm, one) for arm in one.arms],
            "effects": [self._effect(each, one) for each in one.effects],
            "chart": self._chart(one),
            "days": [(self._day(look.day), *self._cells(look.money)) for look in one.looks],
            "groups": [
                (self.say(f"results.{kind}"), [self._group(each, store) for each in one.groups if each.kind == kind])
                for kind in ("segment", "store", "channel")
                if any(each.kind == kind for each in one.groups)
            ],
            "channels": [
                (self._channel(each.channel),
                 *map(self._number, (each.people, each.sent, each.delivered, each.seen, each.tapped)),
                 self._percent(each.bought / each.people))
                for each in seen_channels(one)
            ],
            "vouchers": self._vouchers(one),
            "notes": self._notes(one),
        }  # fmt: skip

    def points(self, value: float) -> str:
        """A difference of shares, in points of a percent."""
        return self.say("results.points", value=format_decimal(100 * value, "+0.0;-0.0", locale=str(self._language)))

    def money(self, value: float) -> str:
        """Minor units as an amount."""
        return self._texts.say(say("results.amount", amount=self._money(value)), self._language)

    def _money(self, value: float) -> Money:
        return Money(round(value), self._programme.currency)

    def _verdict(self, one: Result) -> str:
        net, gain = one.whole.net, one.gain
        match one.untold:
            case Untold.RATIO:
                chance = format_decimal(one.ratio, "0.0000", locale=str(self._language))
                return self.say("results.ratio-said", chance=chance)
            case Untold.EARLY:
                first = self.say("results.early-said", until=self._local(one.until))
                return f"{first} {self.say(_ALREADY[one.already])}" if one.already else first
            case Untold.FEW:
                return self.say("results.few-said", n=SURE)
        assert one.verdict is not None
        assert net is not None
        assert gain is not None
        amounts: dict[str, Value] = {
            "value": self.money(abs(net.value)), "low": self.money(net.low), "high": self.money(net.high),
            "gain": self.money(abs(gain.value)), "people": one.treated,
        }  # fmt: skip
        return self.say(_SAID[one.verdict], **amounts)

    def _when(self, one: Result) -> str:
        counted = self.say(
            "results.counted", at=self._local(one.made_at), since=self._local(one.since), until=self._local(one.until)
        )
        return f"{counted} {self.say(_STATES[one.state])}"

    def _tiles(self, one: Result) -> list[tuple[str, str]]:
        control = one.arms[0]
        told = [arm for arm in one.arms if arm.arm != CONTROL]
        bought, people = sum(arm.bought for arm in told), one.treated
        enough = people >= FEW and is_shown(control)
        return [
            (self._number(one.people), self.say("results.in-trial")),
            (self._percent(bought / people) if enough else NOTHING, self.say("results.bought-treated")),
            (self._percent(control.bought / control.people) if enough else NOTHING, self.say("results.bought-control")),
            (NOTHING if one.gain is None else self.money(one.gain.value), self.say("results.gain")),
        ]

    def _arm(self, arm: ArmResult, one: Result) -> tuple[str, ...]:
        name = self._named(arm.arm, one)
        if not is_shown(arm):
            return (name, self.say("results.under", n=FEW), *[NOTHING] * 6)
        return (
            name, self._number(arm.people), self._number(arm.sent), self._percent(arm.bought / arm.people),
            *(self.money(value) for value in (arm.money, arm.reward, arm.cost)),
            self._percent(arm.elsewhere / arm.people),
        )  # fmt: skip

    def _effect(self, each: Effect, one: Result) -> tuple[Any, ...]:
        differences = (each.raw, each.money, each.margin, each.reward, each.net)
        return (
            self._named(each.arm, one), self.cell(each.response, self.points),
            *(self.cell(value, self.money) for value in differences),
        )  # fmt: skip

    def _named(self, arm: str, one: Result) -> str:
        if arm == CONTROL:
            return self.say("results.holdout" if one.campaign == HOLDOUT else "results.control")
        if arm in ("", PROMOTED):
            return self.say("results.promoted" if one.campaign == HOLDOUT else "results.treated")
        return self.say("results.arm", name=arm)

    def _channel(self, name: str) -> str:
        return self.say(CHANNELS[name]) if name in CHANNELS else name or NOTHING

    def _group(self, each: Group, store: Callable[[str], str]) -> tuple[Any, ...]:
        names = {
            "segment": lambda key: self.say(f"results.{key.removeprefix(_STAGE)}"),
            "store": store,
            "channel": self._channel,
        }
        return (
            names[each.kind](each.name), self._number(each.people), self._number(each.control),
            self._percent(each.bought / each.people), self._percent(each.control_bought / each.control),
            self.cell(each.response, self.points), self.cell(each.money, self.money),
        )  # fmt: skip

    def _drawn(self, key: str, one: Difference | None, told: Callable[[float], str]) -> dict[str, str] | None:
        """Numbers in words, and places on a line 600 wide whose middle is nought."""
        if one is None:
            return None
        reach = 1.15 * max(abs(one.low), abs(one.high), 1e-9)
        low, value, high = (300 + 290 * part / reach for part in (one.low, one.value, one.high))
        return {
            "name": self.say(key), "said": self.difference(one, told), "x": f"{low:.1f}",
            "width": f"{max(1.0, high - low):.1f}", "at": f"{value:.1f}",
        }  # fmt: skip

    def _chart(self, one: Result) -> dict[str, Any] | None:
        """The band of the interval under the line of the difference, in whole units of money."""
        if len(one.looks) < 2:
            return None
        unit = 10 ** get_currency_precision(self._programme.currency)
        low, value, high = (
            [round(getattr(look.money, end) / unit, 2) for look in one.looks] for end in ("low", "value", "high")
        )
        band = {"type": "line", "stack": "band", "stackStrategy": "all", "symbol": "none", "silent": True}
        wide = [round(top - bottom, 2) for top, bottom in zip(high, low, strict=True)]
        return {
            "tooltip": {"show": False},
            "xAxis": {"type": "category", "data": [self._day(look.day) for look in one.looks]},
            "yAxis": {"type": "value"},
            "series": [
                {"type": "line", "z": 3, "data": value, "symbolSize": 6, "lineStyle": {"width": 3},
                 "markLine": {"silent": True, "symbol": "none", "label": {"show": False}, "data": [{"yAxis": 0}]}},
                {**band, "data": low, "lineStyle": {"opacity": 0}},
                {**band, "data": wide, "lineStyle": {"opacity": 0}, "areaStyle": {"opacity": 0.25}},
            ],
        }  # fmt: skip

    def _vouchers(self, one: Result) -> dict[str, Any] | None:
        curve = one.vouchers
        if curve is None or curve.given < FEW:
            return None
        share = [used / curve.given for used in curve.used]
        first = one.since.astimezone(self._programme.timezone).date()
        days = [self._day(first + timedelta(days=at)) for at in range(len(share))]
        return {
            "said": self.say("results.vouchers-said", given=curve.given, used=curve.used[-1],
                             share=self._percent(share[-1])),
            "rows": [(day, self._number(used), self._percent(part))
                     for day, used, part in zip(days, curve.used, share, strict=True)],
            "chart": None if len(share) < 2 else {
                "tooltip": {"show": False},
                "xAxis": {"type": "category", "data": days},
                "yAxis": {"type": "value", "axisLabel": {"formatter": "{value} %"}},
                "series": [{"type": "line", "step": "end", "symbol": "none", "areaStyle": {"opacity": 0.15},
                            "data": [round(100 * part, 1) for part in share]}],
            },
        }  # fmt: skip

    def _notes(self, one: Result) -> Sequence[str]:
        kept = self._percent(1 - one.kept)
        notes = [self.say("results.how", percent=one.margin_percent), self.say("results.how-adjusted", share=kept)]
        if one.runs > 1:
            notes.append(self.say("results.how-runs", n=one.runs))
        if one.contaminated:
            notes.append(self.say("results.how-elsewhere", share=self._percent(one.contaminated)))
        if one.merged:
            notes.append(self.say("results.how-merged", n=one.merged))
        if len(one.effects) > 1:
            notes.append(self.say("results.how-arms", n=len(one.effects) - 1))
        return notes

    def _cells(self, one: Difference) -> tuple[str, ...]:
        return tuple(self.money(value) for value in (one.value, one.low, one.high))

    def _day(self, day: date) -> str:
        return format_date(day, "d MMM", locale=str(self._language))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._programme.timezone)

    def _number(self, value: int) -> str:
        return format_decimal(value, locale=str(self._language))

    def _percent(self, value: float) -> str:
        return share_of(value, str(self._language), "0.0")
