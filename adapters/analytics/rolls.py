"""Everybody of a trial, gathered row by row as they were frozen: each person once, in the arm of their own row."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import compress

import numpy as np
import pyarrow as pa

from adapters.analytics.spending import Longs, micros
from adapters.analytics.trials import Bools, Measured, Trial
from adapters.analytics.words import Words
from core.campaigns.resultports import MARKS
from core.campaigns.results import Channel, Vouchers

_DAY = 86_400_000_000


class Roll:
    """Who is in a trial with these arms, the control group first.

    Somebody who was merged since is one person: with the arm of the row that is their own, else of the one that came
    first. Somebody of several runs begins with the first of them; what was frozen later adds messages and their cost.
    """

    def __init__(self, shares: Mapping[str, int], former: Mapping[str, str]) -> None:
        self._shares, self._former = shares, former
        self._arms = {arm: at for at, arm in enumerate(shares)}
        self._people, self._rows = Words(), Words()
        """Who they are now, and who they were in the rows."""
        self._whose, self._own = np.zeros(0, np.int32), np.zeros(0, bool)
        """Of each of the rows' customers: the person's place, and whether it is the person's own id."""
        self._arm, self._channel = np.zeros(0, np.int32), np.zeros(0, np.int32)
        self._since, self._cost = np.zeros(0, np.int64), np.zeros(0, np.float64)
        self._marks = np.zeros(0, np.uint8)
        self._channels = dict[str, int]()
        self._frozen = np.zeros(len(shares), np.int64)

    def __len__(self) -> int:
        return len(self._people)

    @cached_property
    def people(self) -> Sequence[str]:
        """By who they are now; asked when everybody is here."""
        names: list[str] = self._people.names().to_pylist()
        return names

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {person: at for at, person in enumerate(self.people)}

    @property
    def merged(self) -> int:
        """How many rows turned out to be somebody who stands here already."""
        return len(self._rows) - len(self._people)

    def selves(self) -> list[str]:
        """Every id under which one of them has stood or stands."""
        return [*self.people, *(once for once, now in self._former.items() if now in self._places)]

    def within(self, other: "Roll") -> Longs:
        """By the places of the other roll, which has all of these people and more, the places in this one."""
        return np.array([self._places.get(person, -1) for person in other.people], np.int64)

    def place(self, customer: str) -> int:
        """Of who the customer is now; -1: nobody here."""
        return self._places.get(self._former.get(customer, customer), -1)

    def add(
        self, customers: Sequence[str], arms: Sequence[str], since: Sequence[datetime], channels: Sequence[str],
        costs: Sequence[int], marks: Sequence[int],
    ) -> None:  # fmt: skip
        """Rows of a run, each customer once and the runs in their order; `marks` as the places of `MARKS` tell."""
        arm = np.array([self._arms[one] for one in arms], np.int32)
        known, here = len(self._rows), len(self._people)
        codes = self._rows.codes(pa.array(customers, pa.string()))
        fresh = codes >= known
        new = list(compress(customers, fresh))
        now = [self._former.get(one, one) for one in new]
        self._whose = np.append(self._whose, self._people.codes(pa.array(now, pa.string())))
        self._own = np.append(self._own, np.array([one == who for one, who in zip(new, now, strict=True)], bool))
        self._frozen += np.bincount(arm[fresh], minlength=len(self._frozen))
        place, own = self._whose[codes], self._own[codes]
        self._grow(len(self._people) - here)
        _, first = np.unique(place, return_index=True)
        first = first[place[first] >= here]
        self._arm[place[first]] = arm[first]
        self._channel[place[first]] = [self._channels.setdefault(channels[at], len(self._channels)) for at in first]
        self._arm[place[own]] = arm[own]
        instants = {one: micros(one) for one in set(since)}
        np.minimum.at(self._since, place, np.array([instants[one] for one in since], np.int64))
        np.add.at(self._cost, place, np.array(costs, np.float64))
        np.bitwise_or.at(self._marks, place, np.array(marks, np.uint8))

    def _grow(self, many: int) -> None:
        self._arm, self._channel, self._since, self._cost, self._marks = (
            np.append(column, np.full(many, empty, column.dtype))
            for column, empty in (
                (self._arm, 0), (self._channel, 0), (self._since, np.iinfo(np.int64).max), (self._cost, 0),
                (self._marks, 0),
            )
        )  # fmt: skip

    def trial(self, until: datetime, margin: float, points: Iterable[tuple[str, datetime, int]]) -> Trial:
        """Ready to be counted; `points`: earned by a customer at an instant, in minor units."""
        since, earned, end = self._since, np.zeros(len(self._arm)), micros(until)
        for customer, at, worth in points:
            place = self.place(customer)
            if place >= 0 and since[place] <= micros(at) < end:
                earned[place] += worth
        return Trial(
            list(self._shares), list(self._shares.values()), self._frozen.tolist(), self._arm, since, until, self._cost,
            earned, margin,
        )  # fmt: skip

    def counts(self, trial: Trial) -> list[dict[str, int]]:
        """By arm: how many people got a message, and what they did with it."""
        marks = self._marked()
        return [
            {name: int(marks[trial.arm == arm, at].sum()) for at, name in enumerate(MARKS)}
            for arm in range(len(trial.arms))
        ]

    @property
    def by_channel(self) -> Sequence[str]:
        """The channels that people were to be reached by."""
        return sorted(self._channels)

    def by_arm(self, trial: Trial, places: Collection[int]) -> list[int]:
        """How many of these stand in each arm; who is not here is in none."""
        chosen = np.zeros(len(self._arm) + 1, bool)
        chosen[list(places)] = True
        return [int(one) for one in np.bincount(trial.arm[chosen[:-1]], minlength=len(trial.arms))]

    def chosen(self, channel: str) -> Bools:
        """Who was to be reached by the channel."""
        found: Bools = self._channel == self._channels[channel]
        return found

    def channels(self, trial: Trial, found: Measured) -> list[Channel]:
        """The arms that are told something, by channel."""
        marks, told = self._marked(), []
        for channel in self.by_channel:
            mine = self.chosen(channel) & ~trial.control
            if mine.any():
                sent, delivered, seen, tapped = (int(marks[mine, at].sum()) for at in range(len(MARKS)))
                bought = int(found.heads.bought[mine].sum())
                told.append(Channel(channel, int(mine.sum()), sent, delivered, seen, tapped, bought))
        return told

    def vouchers(self, given: Iterable[tuple[str, datetime | None]], trial: Trial, now: datetime) -> Vouchers:
        """How those that these people were given were used, day by day of each one's own window."""
        since = self._since
        first = int(since.min()) if len(since) else micros(trial.until)
        last = max(1, -(-(min(micros(now), micros(trial.until)) - first) // _DAY))
        days, many = np.zeros(last, np.int64), 0
        for customer, used in given:
            place = self.place(customer)
            if place < 0:
                continue
            many += 1
            if used is not None and since[place] <= micros(used) < micros(trial.until):
                days[min(last - 1, int((micros(used) - since[place]) // _DAY))] += 1
        return Vouchers(many, tuple(int(one) for one in days.cumsum()))

    def _marked(self) -> Bools:
        found: Bools = (self._marks[:, None] >> np.arange(len(MARKS), dtype=np.uint8)) & 1 == 1
        return found
