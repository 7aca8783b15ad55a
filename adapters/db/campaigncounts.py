"""The kept counts of a run, changed together with its people, and how fast they change."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from adapters.db.campaigntables import campaign_counts, campaign_rates
from adapters.db.freezing import WAITING
from adapters.db.prepared import Prepared
from adapters.db.sql import both

_STEP = 10
"""Seconds of one line of `campaign_rates`."""
_ADD = both(
    campaign_counts,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["run", "arm", "channel", "what", "reason"],
        set_={"people": campaign_counts.c.people + insert.excluded.people},
    ),
)
_RATE = both(
    campaign_rates,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["run", "at"], set_={"people": campaign_rates.c.people + insert.excluded.people}
    ),
)
_WAITING_BY = Prepared(
    select(campaign_counts.c.channel, func.sum(campaign_counts.c.people).label("people"))
    .where(campaign_counts.c.run == bindparam("p_run"), campaign_counts.c.what == WAITING)
    .group_by(campaign_counts.c.channel)
)


class Tally:
    """Changes of one run's counts, gathered and written in the order of their keys, so that two writers never cross."""

    def __init__(self, run: int) -> None:
        self._run = run
        self._changes: Counter[tuple[str, str, str, str]] = Counter()
        self._settled = 0

    def settle(self, arm: str, channel: str, outcome: str, reason: str, people: int) -> None:
        """So many of whom nothing was known have this outcome."""
        self._changes[arm, channel, WAITING, ""] -= people
        self._changes[arm, channel, outcome, reason] += people
        self._settled += people

    def turn(self, arm: str, channel: str, before: tuple[str, str], after: tuple[str, str]) -> None:
        """An outcome and its reason have become another."""
        self._changes[arm, channel, *before] -= 1
        self._changes[arm, channel, *after] += 1

    def move(self, arm: str, channel: str, other: str, people: int) -> None:
        """So many who wait are to be reached by another channel."""
        self._changes[arm, channel, WAITING, ""] -= people
        self._changes[arm, other, WAITING, ""] += people

    def mark(self, arm: str, channel: str, what: str) -> None:
        """A message was delivered, seen or tapped."""
        self._changes[arm, channel, what, ""] += 1

    def write(self, connection: Connection, at: datetime) -> None:
        """The counts are as they are now."""
        for (arm, channel, what, reason), people in sorted(self._changes.items()):
            if people:
                row = {"run": self._run, "arm": arm, "channel": channel, "what": what, "reason": reason}
                _ADD.run(connection, {**row, "people": people})
        if self._settled:
            step = at.replace(second=at.second - at.second % _STEP, microsecond=0)
            _RATE.run(connection, {"run": self._run, "at": step, "people": self._settled})


def waiting_of(connection: Connection, run: int) -> Mapping[str, int]:
    """How many of the run's people are still to be written to, by channel."""
    return {row.channel: int(row.people) for row in _WAITING_BY.all(connection, {"p_run": run}) if row.people}
