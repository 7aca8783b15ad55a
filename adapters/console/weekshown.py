"""The week's figures as the page shows them: numbers and sentences in the reader's language, places of pictures."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from adapters.console.orderwords import order
from adapters.console.telling import NOTHING, share_of
from bot.ports import Texts
from bot.words import Value, say
from core.offers.rankings import Arm, Ranking, Switch
from core.offers.reporting import Funnel, Report, Share, State
from core.offers.situations import Rule
from core.offers.verdicts import Told, Verdict
from core.offers.weekly import Planned, monday_of
from core.shared.intervals import Difference
from core.shared.values import Language

_SAYS = {
    Ranking.KARTKA: "week.kartka-says",
    Ranking.CLUSTERS: "week.clusters-says",
    Ranking.POPULAR: "week.popular-says",
    Ranking.EXPLORER: "week.explorer-says",
}
_STATES = {State.RUNNING: "week.state-running", State.OVER: "week.state-over", State.FINAL: "week.state-final"}
_VERDICTS = {Told.BETTER: "week.better", Told.WORSE: "week.worse", Told.RUNNING: "week.no-verdict"}
_ARMS = {Arm.CHAMPION: "week.champion", Arm.CHALLENGER: "week.challenger"}
_FEW = 5
"""Groups of fewer people are nobody's to see."""


class Shown:
    """Tells figures in one language."""

    def __init__(self, texts: Texts, language: Language, zone: ZoneInfo) -> None:
        self._texts, self._language, self._zone = texts, language, zone

    def say(self, key: str, **data: Value) -> str:
        """The message with its data."""
        return self._texts.say(say(key, **data), self._language)

    def week(self, week: str) -> str:
        """Its name and its days."""
        monday = monday_of(week)
        return self.say("week.days", week=week, first=monday, last=monday + timedelta(days=6))

    def plan(self, planned: Planned) -> dict[str, Any]:
        """What the plan comes to; a plan from before figures were kept has only its day."""
        figures = planned.figures
        owners, offers = int(figures.get("owners", 0)), int(figures.get("offers", 0))
        expected = float(figures.get("expected", 0))
        reasons = [(kind, int(count)) for kind, count in figures.get("reasons", {}).items() if count]
        return {
            "made": self.say("week.planned", at=planned.made_at.astimezone(self._zone)),
            "tiles": [
                (self._number(owners - int(figures.get("empty", 0))), self.say("week.people")),
                (self._number(offers), self.say("week.offers")),
                (self._percent(figures.get("coverage")), self.say("week.coverage")),
                (self._percent(figures.get("concentration")), self.say("week.concentration")),
                *([(self._number(round(expected)), self.say("week.expected"))] if expected else []),
            ],
            "reasons": [
                (self.say(f"week.{kind}"), self._number(count), self._percent(count / offers if offers else None))
                for kind, count in sorted(reasons, key=lambda row: -row[1])
            ],
        }

    def report(self, report: Report) -> dict[str, Any]:
        """What came of the offers."""
        whole = report.whole
        return {
            "state": self.say(_STATES[report.state], at=report.made_at.astimezone(self._zone)),
            "tiles": [
                (self._percent(whole.hit_rate.value), self._base("week.hit-base", whole.hit_rate)),
                (self._percent(whole.precision.value), self._base("week.precision-base", whole.precision)),
                (self._percent(whole.redemption.value), self._base("week.redeemed-base", whole.redemption)),
                (self._percent(whole.refusals.value), self._base("week.refused-base", whole.refusals)),
            ],
            "rows": [self._row(self.say(f"week.{kind.value}"), one) for kind, one in report.kinds.items()],
            "all": self._row(self.say("week.all"), whole),
            "coverage": self.say(
                "week.coverage-said", items=report.items, offered=report.items_offered, bought=report.items_bought,
                share=self._percent(report.concentration),
            ),
            "seen": self.say(
                "week.seen-said", shown=self._percent(report.bought_of_shown.value), offers=report.bought_of_shown.base,
                others=self._percent(report.bought_of_unshown.value), rest=report.bought_of_unshown.base,
            ) if report.bought_of_shown.base else "",
            "strays": self.say("week.strays", n=report.strays) if report.strays else "",
        }  # fmt: skip

    def arms(self, report: Report, told: Verdict) -> dict[str, Any]:
        """The two rankings beside each other and what to make of them."""
        names = {"challenger": self._name(report.switch.challenger), "champion": self._name(report.switch.champion)}
        if told.told is Told.NOT_YET:
            key = "week.not-yet" if told.more is not None else "week.never"
            said = self.say(key, n=told.weeks, **({"more": told.more} if told.more is not None else {}))
        else:
            said = self.say(_VERDICTS[told.told], **names)
        rows = []
        for arm in Arm:
            one = report.arms[arm].funnel
            heads = one.redeemed.offers / one.made.people if one.made.people else 0.0
            rows.append(
                (self.say(_ARMS[arm]), names[arm.value], self._number(one.made.people),
                 self._percent(one.hit_rate.value), self._decimal(heads, "0.000"))
            )  # fmt: skip
        return {
            "rows": rows,
            "verdict": said,
            "told": told.told.value,
            "hit": self._interval(told.hit_rate, self._points),
            "redeemed": self._interval(told.redeemed, lambda value: self._decimal(value, "+0.0000;-0.0000")),
        }

    def switch(self, switch: Switch) -> dict[str, Any]:
        """What holds from the next plan on."""
        since = switch.since.astimezone(self._zone) if switch.since is not None else None
        champion = self._name(switch.champion)
        if switch.challenger is None:
            said = self.say("week.champion-alone", champion=champion)
        else:
            challenger = self._name(switch.challenger)
            said = self.say("week.both", challenger=challenger, champion=champion, share=switch.share)
        return {
            "said": said,
            "since": self.say("week.since", at=since, by=switch.by) if since is not None else "",
            "challenged": switch.challenger is not None,
            "champion": switch.champion.value,
        }

    def rankings(self) -> list[tuple[str, str, str]]:
        """Each with its name and what it does."""
        return [(one.value, self._name(one), self.say(_SAYS[one])) for one in Ranking]

    def clusters(self, clusters: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Each cluster in a sentence, the largest first; None where the plan tells nothing of them."""
        each = [one for one in (clusters or {}).get("each", ()) if one["size"] >= _FEW]
        if clusters is None or not each:
            return None
        each.sort(key=lambda one: (-one["size"], one["number"]))
        moved = clusters["moved"]
        return {
            "each": [self._cluster(one) for one in each],
            "moved": "" if moved is None else self.say("week.clusters-moved", share=self._percent(moved)),
        }

    def churn(self, churn: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """How good the probability of leaving was, in words, as a table and as a picture."""
        if churn is None:
            return None
        if churn["auc"] is None:
            return {"said": self.say("week.churn-untried"), "bins": ()}
        said = self.say(
            "week.churn-said", n=int(churn["customers"]), away=self._percent(churn["away"], "0"),
            right=self._percent(churn["auc"], "0"), lift=self._decimal(churn["lift"], "0.0"),
            miss=self._percent(churn["calibration_error"]),
        )  # fmt: skip
        bins = [
            {
                "people": self._number(customers),
                "foretold": self._percent(foretold, "0"),
                "happened": self._percent(happened, "0"),
                "x": f"{40 + 260 * foretold:.1f}",
                "y": f"{280 - 260 * happened:.1f}",
            }
            for customers, foretold, happened in churn["bins"]
        ]
        return {"said": said, "bins": bins}

    def order(self, situations: Mapping[str, Any], currency: str) -> str:
        """In which order the leaving get their vouchers; empty where a plan did not say."""
        words = order(situations.get(Rule.LEAVING.value, {}), currency)
        return "" if words is None else self._texts.say(words, self._language)

    def _cluster(self, one: Mapping[str, Any]) -> str:
        tastes = ", ".join(f"{name} (×{self._decimal(lift, '0.0')})" for name, lift in one["tastes"])
        key = "week.cluster" if tastes else "week.cluster-any"
        return self.say(key, number=one["number"], n=one["size"], **({"tastes": tastes} if tastes else {}))

    def _row(self, name: str, one: Funnel) -> tuple[str, ...]:
        events = (one.redeemed.offers, one.shown.offers, one.activated.offers, one.refused.offers)
        return (
            name, self._number(one.made.offers), self._number(one.made.people), self._percent(one.hit_rate.value),
            self._number(one.bought.offers), *(self._number(count) for count in events),
            self._percent(one.refusals.value),
        )  # fmt: skip

    def _base(self, key: str, share: Share) -> str:
        return self.say(key, some=share.of, base=share.base)

    def _interval(self, one: Difference, told: Callable[[float], str]) -> dict[str, str]:
        """Numbers in words, and places on a line 600 wide whose middle is nought."""
        reach = 1.15 * max(abs(one.low), abs(one.high), 1e-9)
        low, value, high = (300 + 290 * part / reach for part in (one.low, one.value, one.high))
        return {
            "value": told(one.value),
            "said": self.say("week.interval", value=told(one.value), low=told(one.low), high=told(one.high)),
            "x": f"{low:.1f}",
            "width": f"{max(1.0, high - low):.1f}",
            "at": f"{value:.1f}",
        }

    def _name(self, ranking: Ranking | None) -> str:
        return self.say(f"week.{ranking.value}") if ranking is not None else NOTHING

    def _points(self, value: float) -> str:
        return self.say("week.points", value=self._decimal(100 * value, "+0.0;-0.0"))

    def _number(self, value: int) -> str:
        return format_decimal(value, locale=str(self._language))

    def _decimal(self, value: float, pattern: str) -> str:
        return format_decimal(value, pattern, locale=str(self._language))

    def _percent(self, value: float | None, digits: str = "0.0") -> str:
        return share_of(value, str(self._language), digits)
