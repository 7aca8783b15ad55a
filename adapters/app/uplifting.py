"""In which order the leaving get their vouchers: as the retailer's own campaigns with vouchers have taught, or by risk.

What was learned is learned anew with each plan, from the campaign with most people in its smallest group among those
that ended within a year: two models of some features cost less than keeping them would.
"""

from collections.abc import Set
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics import churn
from adapters.analytics.duck import DuckDB
from adapters.analytics.features import features, schema_of
from adapters.analytics.histories import COLUMNS, Floats
from adapters.analytics.history import History
from adapters.analytics.leaving import history_of, sample
from adapters.analytics.running import run
from adapters.analytics.targeting import ENOUGH, Experience, Targeting, targeting
from adapters.analytics.totals import Around
from adapters.app.owners import Do
from adapters.app.resulting import Counting
from adapters.app.settings import Settings
from adapters.db.work import DbWork
from core.campaigns.arms import CONTROL
from core.campaigns.model import Campaign
from core.campaigns.results import WHOLE_RUN, Result, Untold

_MOST = 50_000
"""People of a campaign: enough for some features' weights, and their lines take little memory."""
_LATELY = timedelta(days=366)
_SCHEMA = schema_of({*COLUMNS, "money_365d"})
Told = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Order:
    """The order in use as of the plan's day, and from which campaign it was learned, if from any."""

    targeting: Targeting
    day: date
    campaign: Campaign | None = None

    @property
    def by_uplift(self) -> bool:
        """Otherwise by risk."""
        return self.targeting.uplift is not None

    def uplift(self, table: pa.Table) -> Floats:
        """What a voucher adds to the chance of buying of each row of a feature table, all of whom have bought."""
        assert self.targeting.uplift is not None, "asked of an order by uplift"
        return self.targeting.uplift.added(churn.features(history_of(table, self.day)))

    def told(self) -> Told:
        """In plain values; `gain` is the net margin of a thousand people, minor units."""
        found: Told = {"order": self.targeting.basis.value}
        if self.campaign is None:
            return found
        gain = round(1_000 * self.targeting.gain)
        return {**found, "campaign": self.campaign.plan.name, "people": self.targeting.people, "gain": gain}


def order_of(
    settings: Settings, do: Do, history: History, around: Around, risk: churn.Risk, *, day: date, now: datetime,
    without: Set[str] = frozenset(),
) -> Order:  # fmt: skip
    """Learned from the campaign that tells most, if one does, and from nobody of those `without`."""
    chosen = _most_telling(do, now)
    if chosen is None:
        return Order(Targeting(), day)
    people, trial, heads = Counting(settings, do, now).heads(chosen)
    zone = do(lambda work: work.programme.timezone)
    eve = datetime.fromtimestamp(int(trial.since.min()) / 1e6, zone).date() - timedelta(days=1)
    theirs = history.of(sample([one for one in people if one not in without], _MOST))
    some = _bought(theirs, around, eve, zone)
    then = history_of(some, eve)
    at = pc.index_in(some["owner"].cast(pa.string()), value_set=pa.array(people, pa.string())).to_numpy()
    money = some["money_365d"].cast(pa.float64()).fill_null(0).to_numpy()
    net = heads.known.less(heads.net)
    known = Experience(churn.features(then), risk.chance(then), money, ~trial.control[at], heads.bought[at], net[at])
    return Order(targeting(known), day, chosen)


def _most_telling(do: Do, now: datetime) -> Campaign | None:
    found: list[tuple[int, str, Campaign]] = []
    for one in do(lambda work: work.results.measurable()):
        result = do(partial(_result, campaign=one.id))
        if one.plan.voucher_offer is None or result is None or result.until < now - _LATELY:
            continue
        least = _smallest(result)
        if result.untold in (None, Untold.FEW) and least >= ENOUGH:
            found.append((least, one.id, one))
    return max(found, key=lambda one: one[:2])[2] if found else None


def _result(work: DbWork, campaign: str) -> Result | None:
    return work.results.of(campaign).get(WHOLE_RUN)


def _smallest(result: Result) -> int:
    """Of those who bought and those who did not, with the control group and beside it."""
    sides = [[one for one in result.arms if (one.arm == CONTROL) is control] for control in (True, False)]
    bought = [sum(one.bought for one in side) for side in sides]
    people = [sum(one.people for one in side) for side in sides]
    return min(*bought, *(of - some for of, some in zip(people, bought, strict=True)))


def _bought(history: History, around: Around, day: date, zone: ZoneInfo) -> pa.Table:
    """Of whoever has bought by the day."""
    with closing(DuckDB()) as engine:  # of some customers alone: that needs no server
        made = features(engine, engine.lines(history), around, as_of=day, zone=zone, schema=_SCHEMA)
        table = run(engine, made, _SCHEMA)
    return table.filter(pc.greater(table["receipts"], 0))
