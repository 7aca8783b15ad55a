"""The week's offers of each person: what is due and what is new, by the probability that it is bought.

One walk over the owners. Each owner's answer hangs on the own purchases and the week's models alone, so that taking a
person out changes nobody else's offers, and the same week computed twice is the same bytes.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adapters.analytics.affinity import Affinity, columns_of
from adapters.analytics.compiled import compiled
from adapters.analytics.purchases import Floats, Ints, Longs, Purchases
from adapters.analytics.rhythm import FEATURES, Goods, Rhythm
from adapters.analytics.walk import Learned, walk
from core.offers.rankings import Ranking

Bools = npt.NDArray[np.bool_]


class Why(IntEnum):
    """The closed list of reasons; the words are the talk's."""

    NONE = 0
    DUE = 1
    """Bought on two days or more, and its time has come; evidence: on how many days, the usual gap."""
    USUAL = 2
    """Bought before; evidence: on how many days."""
    TOGETHER = 3
    """People who buy one of the person's goods also buy it; evidence: that good, the largest term of the score."""
    ALIKE = 4
    """Popular among people who buy as this person does; evidence: the cluster."""
    INTEREST = 5
    """Of a category that the person, who bought nothing yet, said to like."""
    STORE = 6
    """Popular in the person's store."""
    CHAIN = 7
    """Popular everywhere."""
    NEW = 8
    """Something to try: it keeps the plan learning about goods that it would not have chosen."""
    NEIGHBOUR = 9
    """Of a brand that the person buys, in the category next to the only one they buy of; evidence: the brand."""


class Candidates(NamedTuple):
    """The week's promo items."""

    items: Ints
    """Their places among the goods, each once."""
    groups: Ints
    """The category of each, as a number: so that there are no five coffees; -1: of none."""
    allowed: Bools
    """candidates x (stores + 1): whether it is sold there; the last column is for owners without a store."""


class People(NamedTuple):
    """What is known of each owner besides purchases."""

    store: Ints
    """Place of the owner's store, -1: none."""
    cluster: Ints
    refusals: Longs
    """owners + 1: where each one's `refused` stand."""
    refused: Ints
    """Candidates that an owner said no to, or has used up."""
    profiled: Bools
    """Whether what the owner bought and said may choose."""
    likes: Ints
    """owners x any: categories that owners without purchases said they like, as numbers; -1: no more."""

    def at(self, owners: Any) -> "People":
        """Those at these places."""
        sizes = self.refusals[owners + 1] - self.refusals[owners]
        starts = np.zeros(len(owners) + 1, np.int64)
        np.cumsum(sizes, out=starts[1:])
        rows = np.repeat(self.refusals[owners] - starts[:-1], sizes) + np.arange(starts[-1])
        return People(
            self.store[owners], self.cluster[owners], starts, self.refused[rows], self.profiled[owners],
            self.likes[owners],
        )  # fmt: skip


class Rules(NamedTuple):
    """How the ten are put together."""

    places: int = 10
    new_least: int = 3
    """Places that what is due cannot take while there is something new to offer."""
    group_most: int = 2
    explore: float = 0.05
    """Share of all places given to goods from further down, for the plan to learn from."""


class Method(NamedTuple):
    """A way to rank: its rules, and what it looks at."""

    rules: Rules
    personal: bool = True
    """Whether what an owner bought and said may choose, where the owner lets it."""
    by_cluster: bool = False
    """Whether the own frequency and the cluster's buyers choose, instead of the week's models."""


def method_of(ranking: Ranking, rules: Rules) -> Method:
    """How a named ranking goes about it; `rules` are those of the house."""
    match ranking:
        case Ranking.KARTKA:
            return Method(rules)
        case Ranking.EXPLORER:
            return Method(rules._replace(new_least=max(5, rules.new_least), explore=max(0.15, rules.explore)))
        case Ranking.CLUSTERS:
            return Method(rules._replace(new_least=max(5, rules.new_least), explore=0.0), by_cluster=True)
        case Ranking.POPULAR:
            return Method(rules._replace(explore=0.0), personal=False)


class Ranked(NamedTuple):
    """owners x count: candidate (-1: none), reason, its evidence (an item, or the cluster; -1: none), on how many days
    it was bought, the usual gap in days, and the probability of buying it within the horizon."""

    candidate: Ints
    why: npt.NDArray[np.int8]
    about: Ints
    times: Ints
    gap: Ints
    chance: Floats


@dataclass(frozen=True, slots=True)
class Models:
    """What the week was learned from."""

    rhythm: Rhythm | None
    goods: Goods
    affinity: Affinity
    popular: Floats
    """clusters x candidates: the share of the cluster's owners who buy it."""
    local: Floats
    """(stores + 1) x candidates: the share of the store's owners who buy it; last, of all owners."""


def rank(
    bought: Purchases, day: int, models: Models, offered: Candidates, people: People, method: Method, *, week: str
) -> Ranked:
    """The offers of every owner as of the morning of that day, by this method.

    Whoever bought nothing yet has goods of stated interests, then the store's best; whoever is not to be profiled has
    the store's best.
    """
    rules, out = method.rules, nobody(len(bought), method.rules.places)
    if not len(offered.items) or not len(bought):
        return out
    at = np.full(len(bought.skus), -1, np.int32)
    at[offered.items] = np.arange(len(offered.items), dtype=np.int32)
    rhythm, affinity = models.rhythm or _USUAL, models.affinity
    known, columns = affinity.known, columns_of(affinity, offered.items)
    if method.by_cluster:
        rhythm, known, columns = _USUAL, np.full_like(known, -1), columns[:0]
    if not method.personal:
        people = people._replace(profiled=np.zeros_like(people.profiled))
    learned = Learned(
        rhythm.weights, rhythm.bias, known, columns, affinity.least[offered.items], affinity.raised[offered.items],
        affinity.sales[offered.items], affinity.odds, models.popular, models.local, method.by_cluster,
    )  # fmt: skip
    lot = lots(bought.owners, week)
    walk(bought.starts, bought.items, bought.days, day, at, offered, people, models.goods, learned, rules, lot, out)
    return out


def nobody(owners: int, places: int) -> Ranked:
    """No offers for so many owners."""
    shape = (owners, places)
    return Ranked(
        np.full(shape, -1, np.int32), np.zeros(shape, np.int8), np.full(shape, -1, np.int32),
        np.zeros(shape, np.int32), np.zeros(shape, np.int32), np.zeros(shape, np.float32),
    )  # fmt: skip


def lots(owners: pa.Array, week: str) -> npt.NDArray[np.uint64]:
    """A number of 64 bits for each owner and week that nothing else has a say in (FNV-1a)."""
    text = (
        owners.cast(pa.string()).combine_chunks() if isinstance(owners, pa.ChunkedArray) else owners.cast(pa.string())
    )
    seed = np.uint64(14695981039346656037)
    for byte in week.encode():
        seed = np.uint64(((int(seed) ^ byte) * 1099511628211) % 2**64)
    _, offsets, data = text.buffers()
    where = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    letters = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    found: npt.NDArray[np.uint64] = _hashed(where, letters, seed)
    return found


_USUAL = Rhythm(
    -3.0, np.array([{"frequency": 1.0, "sells now": 0.1}.get(name, 0.0) for name in FEATURES], np.float32), 0
)
"""Before there is a closed window to learn from, and where no model is asked: own frequency, then what sells."""


@compiled
def _hashed(offsets: Ints, data: Any, seed: Any) -> Any:
    out = np.empty(len(offsets) - 1, np.uint64)
    prime = np.uint64(1099511628211)
    for row in range(len(out)):
        value = seed
        for at in range(offsets[row], offsets[row + 1]):
            value = (value ^ np.uint64(data[at])) * prime
        value ^= value >> np.uint64(32)  # the low bits of FNV hardly mix
        out[row] = value * np.uint64(0x9E3779B97F4A7C15)
    return out
