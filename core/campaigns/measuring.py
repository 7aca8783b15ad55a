"""When results of campaigns are to be counted, and for which months everything together is."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol

from core.campaigns.resultports import Results
from core.campaigns.results import HOLDOUT, WHOLE_RUN, Result, State, is_due


class ResultWork(Protocol):
    """Work that reaches results."""

    @property
    def results(self) -> Results: ...


def anything_due(work: ResultWork, now: datetime) -> bool:
    """Whether some campaign, or a month that was counted before, is to be counted anew."""
    if any(is_due(one, now) for one in work.results.of(HOLDOUT).values()):
        return True
    return any(is_due(work.results.of(one.id).get(WHOLE_RUN), now) for one in work.results.measurable())


def months_of(kept: Mapping[int, Result], now: datetime, zone: tzinfo) -> Sequence[date]:
    """The first days of this month, of the last one, and of those before that are kept and not final."""
    this = now.astimezone(zone).date().replace(day=1)
    open_ones = {date(number // 100, number % 100, 1) for number, one in kept.items() if one.state is not State.FINAL}
    return sorted({*open_ones, (this - timedelta(days=1)).replace(day=1), this})


def number_of(month: date) -> int:
    """In the place of a run's number: 202611."""
    return month.year * 100 + month.month
