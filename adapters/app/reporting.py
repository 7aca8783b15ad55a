"""A week's report through the house: the plan, what people did about it, and what the lake says they bought."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.bought import bought
from adapters.analytics.outcomes import Outcomes
from adapters.analytics.ports import Moved
from adapters.analytics.purchases import purchases
from adapters.app.owners import Do, former_owners
from adapters.app.settings import Settings
from adapters.db.work import DbWork
from core.offers.rankings import Switch, switch_from
from core.offers.reporting import Report, state_of
from core.offers.verdicts import correlation
from core.offers.weekly import Planned, monday_of, week_of

_READ = 10_000
"""Owners in one reading work."""
_AT_ONCE = 5
"""Reading works whose owners are counted together."""
WEEK = timedelta(days=7)


class NothingToReport(ValueError):
    """The week has no plan, or has not begun; the text says what to do."""


def report_week(settings: Settings, do: Do, week: str, now: datetime) -> Report:
    """What came of the week so far, kept in the place of what was known before.

    Raises Invalid (`week`), NothingToReport.
    """
    monday, zone = monday_of(week), do(lambda work: work.programme.timezone)
    today = now.astimezone(zone).date()
    if today < monday:
        raise NothingToReport(f"{week} begins on {monday}; there is nothing to report before")
    planned = do(lambda work: work.reports.plan(week))
    if planned is None:
        raise NothingToReport(f"{week} has no plan; make one with `kartka plan-week --week {week}`")
    if not do(lambda work: work.reports.picks(planned.id, "", 1)):
        raise NothingToReport(f"the picks of {week} are gone, so long ago is it; its last report stays as it is")
    former, switch = former_owners(do), switch_from(planned.figures.get("switch"))
    found = _outcomes(settings, do, planned, former, switch)
    whole = found.whole()
    report = Report(
        week=week,
        state=state_of(week, today),
        made_at=now,
        planned_at=planned.made_at,
        whole=whole,
        kinds=found.kinds(),
        items=len(found.item_offers),
        items_offered=int((found.item_offers > 0).sum()),
        items_bought=found.items_bought,
        concentration=found.concentration,
        shown_bought=found.shown_bought,
        strays=found.strays,
        switch=switch,
        arms=found.arms(),
        again=_again(settings, do, monday, found, former, switch),
    )
    do(lambda work: work.reports.put(report))
    return report


def _outcomes(
    settings: Settings, do: Do, planned: Planned, former: Mapping[str, str], switch: Switch, *, events: bool = True
) -> Outcomes:
    monday = monday_of(planned.week)
    skus = pa.array(sorted({one.sku for one in do(lambda work: work.planning.promo(planned.week))}), pa.string())
    lines = bought(Moved(Path(settings.lake), former), monday + WEEK, since=monday)
    sold = (batch.filter(pc.is_in(batch.column("sku"), value_set=skus)) for batch in lines)
    of_items = purchases(sold, skus=skus.to_pylist())
    happened = _events(do, planned.week) if events else iter(())
    found = Outcomes(skus.to_pylist(), of_items, happened, former, switch)
    some: list[Sequence[tuple[str, str]]] = []
    for rows in _picks(do, planned.id):
        some.append(rows)
        if len(some) == _AT_ONCE:
            found.add([*chain.from_iterable(some)])
            some = []
    found.add([*chain.from_iterable(some)])
    found.close()
    return found


def _again(
    settings: Settings, do: Do, monday: date, now: Outcomes, former: Mapping[str, str], switch: Switch
) -> float | None:
    """How much the people of a challenge are the same from the week before to this one; None for its first week."""
    week = week_of(monday - WEEK)
    planned = do(lambda work: work.reports.plan(week))
    if planned is None or switch.challenger is None or switch_from(planned.figures.get("switch")).salt != switch.salt:
        return None
    before = _outcomes(settings, do, planned, former, switch, events=False)
    both = len(now.hits & before.hits)
    sizes = now.whole().made.people, before.whole().made.people
    return correlation(both, len(now.hits), sizes[0], len(before.hits), sizes[1])


def _picks(do: Do, plan: int) -> Iterator[Sequence[tuple[str, str]]]:
    after = ""
    while rows := do(partial(_some_picks, plan=plan, after=after)):
        yield rows
        after = rows[-1][0]


def _some_picks(work: DbWork, plan: int, after: str) -> Sequence[tuple[str, str]]:
    return work.reports.picks(plan, after, _READ)


def _events(do: Do, week: str) -> Iterator[tuple[str, str, str]]:
    after = ""
    while rows := do(partial(_some_events, week=week, after=after)):
        yield from rows
        after = rows[-1][0]


def _some_events(work: DbWork, week: str, after: str) -> Sequence[tuple[str, str, str]]:
    return work.reports.events(week, after, _READ)
