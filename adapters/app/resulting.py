"""Results of campaigns through the house: who was in the trial, what the lake says they bought, what is kept of it.

People are those of the runs' trials, by who they are now. All runs together count a person from the first run they came
into to the end of the last run's window, whoever stayed away from a later one: that they did may be the campaign's own
doing. The runs of one campaign share their arms, so a person is one observation however often they were written to.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa

from adapters.analytics.engines import engine_of
from adapters.analytics.features import features
from adapters.analytics.grouping import KNOWN, groups_of
from adapters.analytics.ports import Moved
from adapters.analytics.rolls import Roll
from adapters.analytics.running import run as fetched
from adapters.analytics.spending import Spent, only, spent
from adapters.analytics.totals import Around
from adapters.analytics.trials import BEFORE, Heads, Measured, Trial, group, heads_of, measured, with_counts
from adapters.app.catalogue import catalogue_of
from adapters.app.owners import Do, former_owners
from adapters.app.settings import Settings
from adapters.db.work import DbWork
from core.campaigns.arms import CONTROL, WHOLE
from core.campaigns.measuring import months_of, number_of
from core.campaigns.model import USUAL_MARGIN, Campaign, Run
from core.campaigns.resultports import Entered, Promoted
from core.campaigns.results import HOLDOUT, PROMOTED, WHOLE_RUN, Group, Result, is_due, state_of
from core.campaigns.timing import instant
from core.segments.ready import READY
from core.shared.refusals import Unknown

_READ, _ASKED = 10_000, 1_000
"""Rows of one reading work, and customers that one is asked about."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a trial is counted for: which campaign and run, from when to when, what of a sale is margin."""

    campaign: str
    run: int
    since: datetime
    until: datetime
    margin_percent: int
    runs: int = 1
    voucher_offer: str | None = None


def count_results(
    settings: Settings, do: Do, now: datetime, campaign: str | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Sequence[Result]:  # fmt: skip
    """What was counted and is kept: one campaign's whether due or not, else all that are due and the holdout's months.

    Raises Unknown (`unknown-campaign`, `nothing-ran`).
    """
    found = do(lambda work: work.results.measurable())
    if campaign is not None:
        if do(lambda work: work.campaigns.get(campaign)) is None:
            raise Unknown("unknown-campaign", campaign=campaign)
        found = [one for one in found if one.id == campaign]
        if not found:
            raise Unknown("nothing-ran", campaign=campaign)
    counting = Counting(settings, do, now)
    made: list[Result] = []
    for at, one in enumerate(found):
        made += counting.campaign(one, anew=campaign is not None)
        progress(at + 1, len(found))
    return made if campaign is not None else [*made, *counting.months()]


class Counting:
    """Counts trials as of one instant."""

    def __init__(self, settings: Settings, do: Do, now: datetime) -> None:
        self._settings, self._do, self._now = settings, do, now
        self._rules = do(lambda work: work.programme)
        self._former = former_owners(do)
        self._source = Moved(Path(settings.lake), self._former)

    def campaign(self, campaign: Campaign, *, anew: bool) -> list[Result]:
        """All runs together, and each by itself where there are several; what is final is not counted again."""
        do, plan = self._do, campaign.plan
        kept: Mapping[int, Result] = do(lambda work: work.results.of(campaign.id))
        if not anew and not is_due(kept.get(WHOLE_RUN), self._now):
            return []
        runs = self._frozen(campaign)
        shares = {one.name: one.share for one in plan.arms}
        whole, alone = Roll(shares, self._former), dict[int, Roll]()
        for one in runs:
            due = len(runs) > 1 and (anew or is_due(kept.get(one.number), self._now))
            mine = alone.setdefault(one.number, Roll(shares, self._former)) if due else None
            for rows in self._people(one):
                for roll in (whole, mine) if mine is not None else (whole,):
                    _enter(roll, one, rows)
        every = _all_runs(campaign, runs)
        known = self._known(every)
        bought = spent(self._source, whole.people, every.since - BEFORE, every.until)
        made = [self._counted(every, whole, bought, known)]
        for one in runs:
            if one.number in alone:
                asked = replace(every, run=one.number, since=one.due_at, until=one.window_until, runs=1)
                roll = alone[one.number]
                made.append(self._counted(asked, roll, only(bought, roll.within(whole))))
        return self._kept(made)

    def heads(self, campaign: Campaign) -> tuple[Sequence[str], Trial, Heads]:
        """Everybody of all its runs together with what they bought, for whoever learns from it."""
        runs, plan = self._frozen(campaign), campaign.plan
        roll = Roll({one.name: one.share for one in plan.arms}, self._former)
        for one in runs:
            for rows in self._people(one):
                _enter(roll, one, rows)
        asked = _all_runs(campaign, runs)
        trial = self._trial(roll, asked)
        return roll.people, trial, heads_of(trial, spent(self._source, roll.people, asked.since - BEFORE, asked.until))

    def months(self) -> list[Result]:
        """Everything that was sent in a month against the holdout that is sent nothing, until that is final."""
        share, zone = self._rules.global_holdout_percent * WHOLE // 100, self._rules.timezone
        if not share:
            return []
        kept = self._do(lambda work: work.results.of(HOLDOUT))
        made = []
        for first in months_of(kept, self._now, zone):
            number, since = number_of(first), instant(first, time(), zone)
            until = instant((first + timedelta(days=31)).replace(day=1), time(), zone)
            if not is_due(kept.get(number), self._now):
                continue
            roll = Roll({CONTROL: share, PROMOTED: WHOLE - share}, self._former)
            for rows in self._promoted(since, until):
                who, begun, held, channels, costs, marks = zip(*rows, strict=True)
                roll.add(who, [CONTROL if one else PROMOTED for one in held], begun, channels, costs, marks)
            if len(roll):
                bought = spent(self._source, roll.people, since - BEFORE, until)
                made.append(self._counted(Asked(HOLDOUT, number, since, until, USUAL_MARGIN), roll, bought))
        return self._kept(made)

    def _counted(self, asked: Asked, roll: Roll, bought: Spent, known: pa.Table | None = None) -> Result:
        trial = self._trial(roll, asked)
        found = measured(trial, bought, self._now, self._rules.timezone)
        elsewhere = self._elsewhere(asked, roll, trial) if asked.campaign != HOLDOUT else [0] * len(trial.arms)
        counts = [{**one, "elsewhere": elsewhere[at]} for at, one in enumerate(roll.counts(trial))]
        vouchers = None
        if asked.voucher_offer is not None:
            vouchers = roll.vouchers(self._vouchers(roll, asked), trial, self._now)
        return Result(
            asked.campaign, asked.run, state_of(asked.until, self._now, self._rules.pending_days), self._now,
            asked.since, asked.until, asked.margin_percent,
            dict(zip(trial.arms, trial.shares, strict=True)),
            tuple(with_counts(arm, count) for arm, count in zip(found.arms, counts, strict=True)),
            tuple(found.effects), found.ratio, found.kept, roll.merged, asked.runs, tuple(found.looks),
            _groups(roll, trial, found, known) if known is not None else (),
            tuple(roll.channels(trial, found)), vouchers,
        )  # fmt: skip

    def _frozen(self, campaign: Campaign) -> list[Run]:
        return [one for one in self._do(lambda work: work.campaigns.runs(campaign.id)) if one.frozen_at is not None]

    def _trial(self, roll: Roll, asked: Asked) -> Trial:
        value = self._rules.point_value_minor
        points = ((who, at, many * value) for who, at, many in self._points(roll, asked))
        return roll.trial(asked.until, asked.margin_percent / 100, points)

    def _known(self, asked: Asked) -> pa.Table:
        """Of everybody, what was known of them on the day before the start."""
        zone = self._rules.timezone
        day = asked.since.astimezone(zone).date() - timedelta(days=1)
        with closing(engine_of(self._settings.analytics)) as engine:
            around = Around(catalogue_of(self._do))
            made = features(engine, engine.lines(self._source), around, as_of=day, zone=zone, schema=KNOWN)
            return fetched(engine, made, KNOWN)

    def _elsewhere(self, asked: Asked, roll: Roll, trial: Trial) -> list[int]:
        """How many of each arm were sent another promotion within the window."""
        met = set[int]()
        for other in self._do(lambda work: work.results.others(asked.campaign, asked.since, asked.until)):
            after: int | None = 0
            while after is not None:
                found, after = self._do(partial(_contacts, run=other.id, asked=asked, after=after))
                met.update(roll.place(one) for one in found)
        return roll.by_arm(trial, met)

    def _people(self, run: Run) -> Iterator[Sequence[Entered]]:
        after = 0
        while rows := self._do(partial(_people, run=run.id, after=after)):
            yield rows
            after = rows[-1].serial

    def _promoted(self, since: datetime, until: datetime) -> Iterator[Sequence[Promoted]]:
        after = ""
        while rows := self._do(partial(_promoted, since=since, until=until, after=after)):
            yield rows
            after = rows[-1].customer

    def _points(self, roll: Roll, asked: Asked) -> Iterator[tuple[str, datetime, int]]:
        for some in _parts(roll.selves()):
            yield from self._do(partial(_points, customers=some, asked=asked))

    def _vouchers(self, roll: Roll, asked: Asked) -> Iterator[tuple[str, datetime | None]]:
        first = asked.since.astimezone(self._rules.timezone).date()
        for some in _parts(roll.selves()):
            yield from self._do(partial(_vouchers, customers=some, offer=asked.voucher_offer or "", since=first))

    def _kept(self, made: list[Result]) -> list[Result]:
        for one in made:
            self._do(partial(_put, result=one))
        return made


def _groups(roll: Roll, trial: Trial, found: Measured, known: pa.Table) -> tuple[Group, ...]:
    told = [group(trial, found.heads, *one) for one in groups_of(roll.people, known, READY)]
    told += [group(trial, found.heads, "channel", one, roll.chosen(one)) for one in roll.by_channel]
    return tuple(one for one in told if one is not None)


def _all_runs(campaign: Campaign, runs: Sequence[Run]) -> Asked:
    until, plan = max(one.window_until for one in runs), campaign.plan
    return Asked(campaign.id, WHOLE_RUN, runs[0].due_at, until, plan.margin_percent, len(runs), plan.voucher_offer)


def _enter(roll: Roll, run: Run, rows: Sequence[Entered]) -> None:
    _, who, arms, channels, costs, marks = zip(*rows, strict=True)
    roll.add(who, arms, [run.due_at] * len(rows), channels, costs, marks)


def _parts(people: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(people), _ASKED):
        yield people[at : at + _ASKED]


def _people(work: DbWork, run: int, after: int) -> Sequence[Entered]:
    return work.results.people(run, after, _READ)


def _promoted(work: DbWork, since: datetime, until: datetime, after: str) -> Sequence[Promoted]:
    return work.results.promoted(since, until, after, _READ)


def _contacts(work: DbWork, run: int, asked: Asked, after: int) -> tuple[Sequence[str], int | None]:
    return work.results.contacts(run, asked.since, asked.until, after, _READ)


def _points(work: DbWork, customers: Sequence[str], asked: Asked) -> Sequence[tuple[str, datetime, int]]:
    return work.results.points(customers, asked.since, asked.until)


def _vouchers(work: DbWork, customers: Sequence[str], offer: str, since: date) -> Sequence[tuple[str, datetime | None]]:
    return work.results.vouchers(offer, customers, since)


def _put(work: DbWork, result: Result) -> None:
    work.results.put(result)
