"""The week's plan: from what was bought to ten offers for everybody, stage by stage, block by block.

    plan = prepare(bought_batches, week, asked, progress=...)
    for rows in plan.blocks(after=last_owner_written): ...

Nothing here writes: rows come in the order of owners, so that whoever stores them can stop and go on, and a week
planned twice from the same lake is the same bytes.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa

from adapters.analytics import affinity, rhythm
from adapters.analytics.clusters import Before, Clusters, clusters, popular
from adapters.analytics.neighbours import Door, Neighbours, neighbours, numbered, placed
from adapters.analytics.purchases import EPOCH, Ints, Longs, Purchases, purchases
from adapters.analytics.ranking import Candidates, Models, People, Ranked, Rules, Why, rank

HORIZON = 28
"""Days within which an offer is judged: a promo week and its echo."""
_SHORT = 7
BLOCK = 50_000
_LONGEST = 200
"""Letters of what a reason is about."""
Progress = Callable[[str, float], None]
_RULES, _DOOR = Rules(), Door()
WORDS = {
    Why.DUE: "due", Why.USUAL: "usual", Why.TOGETHER: "together", Why.ALIKE: "alike", Why.INTEREST: "interest",
    Why.STORE: "store", Why.CHAIN: "chain", Why.NEW: "new",
    Why.NEIGHBOUR: "neighbour",
}  # fmt: skip


class NothingToOffer(ValueError):
    """The week has no promo items."""


@dataclass(frozen=True, slots=True)
class PromoItem:
    """A good of the week; money in minor units; no stores: all of them."""

    sku: str
    price_was: int
    price: int
    stores: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody with a card who bought nothing yet."""

    owner: str
    interests: tuple[str, ...] = ()
    store: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a week's plan is made of besides purchases."""

    promo: Sequence[PromoItem]
    category: Mapping[str, str]
    """Of each sku."""
    brand: Mapping[str, str] = field(default_factory=dict)
    """Of each sku."""
    door: Door = _DOOR
    store: Mapping[str, str] = field(default_factory=dict)
    """Of each owner: where they buy most."""
    refused: Iterable[tuple[str, str]] = ()
    """Owner and sku: said no to, or the limit is used up."""
    unprofiled: frozenset[str] = frozenset()
    """Owners who do not want their purchases to choose."""
    newcomers: Sequence[Newcomer] = ()
    before: Before | None = None
    rules: Rules = _RULES


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan comes to."""

    owners: int
    offers: int
    empty: int
    """Owners without any offer."""
    reasons: Mapping[str, int]
    coverage: float
    """Share of the promo items that anybody is offered."""
    concentration: float
    """Share of all offers that the most offered tenth of the items has."""
    expected: float
    """Purchases to expect within the horizon."""
    cost: float
    """What those would cost in discounts, minor units."""
    situations: Mapping[str, Mapping[str, int | bool | str]] = field(default_factory=dict)
    """By rule: whether it is on, whom it meets, how many have and have not got something for it, what it lacks."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A week, ready to be written."""

    week: str
    bought: Purchases
    clusters: Clusters
    _day: int
    _models: Models
    _offered: Candidates
    _people: People
    _asked: Asked
    _items: Sequence[PromoItem]
    _groups: Sequence[str]
    _brands: Sequence[str]
    _next: Neighbours

    @property
    def next_door(self) -> int:
        """How many people have something next door (`neighbours`)."""
        return int((self._next.candidate >= 0).sum())

    def blocks(self, *, after: str = "", size: int = BLOCK, count: "Counted | None" = None) -> Iterator[pa.Table]:
        """Tables of `owner` and `picks` (contract of `core.offers`), those after that owner, in the order of owners."""
        owners = self.bought.owners
        first = int(np.searchsorted(np.asarray(owners.to_pylist(), object), after, "right")) if after else 0
        for at in range(first, len(owners), size):
            some = slice(at, min(at + size, len(owners)))
            ranked = self._ranked(some)
            if count is not None:
                count.add(ranked, self._items)
            yield pa.table({"owner": owners[some], "picks": pa.array(self._told(ranked), pa.string())})

    def without(self, owner: str) -> "Plan":
        """The same week for everybody but this owner: somebody was forgotten while it was written."""
        keep = np.flatnonzero(np.array([one != owner for one in self.bought.owners.to_pylist()], bool))
        return replace(self, bought=self.bought.of(keep), _people=self._people.at(keep), _next=self._next.at(keep))

    def _ranked(self, some: slice) -> Ranked:
        owners = np.arange(some.start, some.stop)
        bought, people = self.bought.of(owners), self._people.at(owners)
        made = rank(bought, self._day, self._models, self._offered, people, self._asked.rules, week=self.week)
        return placed(made, self._next.at(owners), self._models.local[-1]) if self._asked.door.on else made

    def _told(self, ranked: Ranked) -> list[str]:
        """Each owner's picks as compact JSON: [sku, reason, about, times, gap]."""
        skus = [json.dumps(one.sku, ensure_ascii=False) for one in self._items]
        every = self.bought.skus
        named = {int(one): every[int(one)].as_py() for one in np.unique(ranked.about[ranked.why == Why.TOGETHER])}
        tastes = [one[0].category[:_LONGEST] if one else "" for one in self.clusters.tastes]
        rows = []
        for candidates, kinds, about, times, gaps in zip(
            ranked.candidate.tolist(), ranked.why.tolist(), ranked.about.tolist(), ranked.times.tolist(),
            ranked.gap.tolist(), strict=True,
        ):  # fmt: skip
            picks = []
            for candidate, kind, one, n, days in zip(candidates, kinds, about, times, gaps, strict=True):
                if candidate < 0:
                    break
                what = ""
                if kind == Why.TOGETHER:
                    what = named[one]
                elif kind == Why.ALIKE:
                    what = tastes[one]
                elif kind == Why.INTEREST:
                    what = self._groups[one]
                elif kind == Why.NEIGHBOUR:
                    what = self._brands[one][:_LONGEST]
                told = json.dumps(what, ensure_ascii=False)
                picks.append(f'[{skus[candidate]},"{WORDS[Why(kind)]}",{told},{n},{days}]')
            rows.append(f"[{','.join(picks)}]")
        return rows


class Counted:
    """Adds up what a plan comes to, block by block."""

    def __init__(self, items: int) -> None:
        self._offered = np.zeros(items, np.int64)
        self._kinds = np.zeros(len(Why), np.int64)
        self._owners = self._empty = 0
        self._expected = self._cost = 0.0

    def add(self, ranked: Ranked, items: Sequence[PromoItem]) -> None:
        """One block more."""
        there = ranked.candidate >= 0
        off = np.array([one.price_was - one.price for one in items], np.float64)
        self._owners += len(there)
        self._empty += int((~there.any(1)).sum())
        self._offered += np.bincount(ranked.candidate[there], minlength=len(self._offered))
        self._kinds += np.bincount(ranked.why[there], minlength=len(Why))
        self._expected += float(ranked.chance[there].sum(dtype=np.float64))
        self._cost += float((ranked.chance[there] * off[ranked.candidate[there]]).sum())

    def figures(self) -> Figures:
        """So far."""
        offers = int(self._offered.sum())
        most = np.sort(self._offered)[::-1][: max(1, len(self._offered) // 10)]
        kinds = {WORDS[why]: int(self._kinds[why]) for why in WORDS}
        coverage = float((self._offered > 0).mean()) if len(self._offered) else 0.0
        concentration = float(most.sum() / offers) if offers else 0.0
        return Figures(self._owners, offers, self._empty, kinds, coverage, concentration, self._expected, self._cost)


def prepare(
    batches: Iterable[pa.RecordBatch],
    week: str,
    first: date,
    asked: Asked,
    *,
    progress: Progress = lambda stage, done: None,
) -> Plan:
    """The week that begins on `first` is learned from what was bought before it. Raises NothingToOffer."""
    items = sorted({one.sku: one for one in asked.promo}.values(), key=lambda one: one.sku)
    if not items:
        raise NothingToOffer(f"{week}: no promo items; bring them with `kartka import promo FILE`")
    progress("read", 0)
    newcomers = {one.owner: one for one in asked.newcomers}
    bought = purchases(batches, skus=[one.sku for one in items], owners_too=list(newcomers))
    day = (first - EPOCH).days
    skus, owners = bought.skus.to_pylist(), bought.owners.to_pylist()
    category = [asked.category.get(sku, "") for sku in skus]
    horizon = HORIZON if len(bought.days) and day - int(bought.days.min()) >= 3 * HORIZON else _SHORT
    progress("clusters", 0.25)
    found = clusters(bought, category, before=asked.before)
    progress("models", 0.35)
    place = {sku: at for at, sku in enumerate(skus)}
    offered = np.array([place[one.sku] for one in items], np.int32)
    groups = sorted({category[at] for at in offered if category[at]})
    stores = sorted({*asked.store.values(), *(one.store for one in asked.newcomers), *_sold_in(items)} - {""})
    store_at = {store: at for at, store in enumerate(stores)}
    store = np.array([store_at.get(_store(owner, asked, newcomers), -1) for owner in owners], np.int32)
    allowed = np.ones((len(items), len(stores) + 1), bool)
    for at, one in enumerate(items):
        if one.stores:
            allowed[at] = [*(name in one.stores for name in stores), False]
    candidates = Candidates(
        offered, np.array([groups.index(category[at]) if category[at] else -1 for at in offered], np.int32), allowed
    )
    due = rhythm.fit(bought, day, horizon)
    progress("models", 0.45)
    new = affinity.fit(bought, day, horizon)
    local = np.vstack(
        [
            popular(bought, store, len(stores), offered)[: len(stores)],
            popular(bought, np.zeros(len(owners), np.int32), 1, offered),
        ]
    )
    models = Models(
        due, rhythm.goods_of(bought, day), new, popular(bought, found.label, len(found.sizes), offered), local
    )
    progress("offers", 0.6)
    people = People(
        store, found.label, *_refused(asked, owners, items),
        np.array([owner not in asked.unprofiled for owner in owners], bool), _likes(owners, newcomers, groups),
    )  # fmt: skip
    brands, brand = numbered([asked.brand.get(sku, "") for sku in skus])
    next_door = neighbours(bought, numbered(category)[1], brand, candidates, people, local[-1], asked.door)
    return Plan(week, bought, found, day, models, candidates, people, asked, items, groups, brands, next_door)


def _sold_in(items: Sequence[PromoItem]) -> set[str]:
    return {store for one in items for store in one.stores}


def _store(owner: str, asked: Asked, newcomers: Mapping[str, Newcomer]) -> str:
    found = asked.store.get(owner, "")
    return found or (newcomers[owner].store if owner in newcomers else "")


def _refused(asked: Asked, owners: Sequence[str], items: Sequence[PromoItem]) -> tuple[Longs, Ints]:
    """Candidates by owner, as `People` has them."""
    at, good = {owner: place for place, owner in enumerate(owners)}, {one.sku: place for place, one in enumerate(items)}
    pairs = sorted({(at[owner], good[sku]) for owner, sku in asked.refused if owner in at and sku in good})
    starts = np.searchsorted(np.array([owner for owner, _ in pairs], np.int64), np.arange(len(owners) + 1))
    return starts.astype(np.int64), np.array([candidate for _, candidate in pairs], np.int32)


def _likes(owners: Sequence[str], newcomers: Mapping[str, Newcomer], groups: Sequence[str]) -> Ints:
    """Interests that are categories of the week, whatever their case."""
    known = {name.casefold(): at for at, name in enumerate(groups)}
    width = max([1, *(len(one.interests) for one in newcomers.values())])
    out = np.full((len(owners), width), -1, np.int32)
    for place, owner in enumerate(owners):
        if owner in newcomers:
            for at, one in enumerate(newcomers[owner].interests):
                out[place, at] = known.get(one.casefold(), -1)
    return out
