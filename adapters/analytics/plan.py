"""The week's plan: from what was bought to ten offers for everybody, stage by stage, block by block.

    plan = prepare(history.purchases(first), week, first, asked, progress=...)
    for rows in plan.blocks(after=last_owner_written): ...

Nothing here writes: rows come in the order of owners, so that whoever stores them can stop and go on, and a week
planned twice from the same lake is the same bytes.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics import affinity, rhythm
from adapters.analytics.clusters import Before, Clusters, clusters, popular
from adapters.analytics.counted import WORDS, Counted
from adapters.analytics.neighbours import Door, Neighbours, neighbours, numbered, placed
from adapters.analytics.purchases import EPOCH, Ints, Longs, Purchases
from adapters.analytics.ranking import Bools, Candidates, Models, People, Ranked, Rules, Why, method_of, nobody, rank
from adapters.analytics.sold import Mornings
from adapters.analytics.words import named, places_among
from core.offers.rankings import Arm, Switch

HORIZON = 28
"""Days within which an offer is judged: a promo week and its echo."""
_SHORT = 7
BLOCK = 50_000
_LONGEST = 200
"""Letters of what a reason is about."""
Progress = Callable[[str, float], None]
_RULES, _SWITCH, _DOOR = Rules(), Switch(), Door()
_NOWHERE = pa.schema([("owner", pa.string()), ("top_store", pa.string())])


class NothingToOffer(ValueError):
    """The week has no promo items that may be picked for a person."""


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
    brand: Mapping[str, str] = field(default_factory=dict)
    """Both of each sku."""
    door: Door = _DOOR
    store: pa.Table = field(default_factory=_NOWHERE.empty_table)
    """`owner`, and their `top_store`: where they buy most."""
    refused: Iterable[tuple[str, str]] = ()
    """Owner and sku: said no to, or the limit is used up."""
    unprofiled: frozenset[str] = frozenset()
    """Owners who do not want their purchases to choose."""
    newcomers: Sequence[Newcomer] = ()
    before: Before | None = None
    withheld: int = 0
    """Promo items that are not among `promo`, as they are picked for nobody."""
    rules: Rules = _RULES
    switch: Switch = _SWITCH
    """Which rankings choose, and for whom."""


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

    def blocks(self, *, after: str = "", size: int = BLOCK, count: Counted | None = None) -> Iterator[pa.Table]:
        """Tables of `owner` and `picks` (contract of `core.offers`), those after that owner, in the order of owners."""
        owners = self.bought.owners
        off = np.array([one.price_was - one.price for one in self._items], np.float64)
        first = int(np.searchsorted(np.asarray(owners.to_pylist(), object), after, "right")) if after else 0
        for at in range(first, len(owners), size):
            some = slice(at, min(at + size, len(owners)))
            challenged = self._challenged(some)
            ranked = self._ranked(some, challenged)
            if count is not None:
                count.add(ranked, challenged, off)
            yield pa.table({"owner": owners[some], "picks": self._told(ranked)})

    def without(self, owner: str) -> "Plan":
        """The same week for everybody but this owner: somebody was forgotten while it was written."""
        keep = np.flatnonzero(np.array([one != owner for one in self.bought.owners.to_pylist()], bool))
        return replace(self, bought=self.bought.of(keep), _people=self._people.at(keep), _next=self._next.at(keep))

    @property
    def inputs(self) -> str:
        """A digest of what decides the models and the ranking: another one, and rows of both would not go together.

        What was bought is told by its counts of goods and of days. Refusals, consents, merges and newcomers change the
        rows of their own people alone, so a plan goes on across them.
        """
        bought, asked = self.bought, self._asked
        told = [
            self.week, self._day, [(one.sku, one.price_was, one.price, sorted(one.stores)) for one in self._items],
            sorted(asked.category.items()), sorted(asked.brand.items()), list(asked.rules), asked.switch.as_data(),
            [asked.door.on, asked.door.days, asked.door.nearest], bought.skus.to_pylist(),
        ]  # fmt: skip
        digest = hashlib.sha256(json.dumps(told).encode())
        for counts in (np.bincount(bought.items), np.bincount(np.maximum(bought.days, 0))):
            digest.update(counts.astype(np.int64).tobytes())
        return digest.hexdigest()

    def _challenged(self, some: slice) -> Bools:
        """Which of these owners have the challenger's offers."""
        switch, size = self._asked.switch, some.stop - some.start
        if switch.challenger is None:
            return np.zeros(size, bool)
        return np.array([switch.arm(owner) is Arm.CHALLENGER for owner in self.bought.owners[some].to_pylist()], bool)

    def _ranked(self, some: slice, challenged: Bools) -> Ranked:
        """Each by the ranking of their arm; nobody's offers hang on who else is in it."""
        switch, rules = self._asked.switch, self._asked.rules
        whole = nobody(len(challenged), rules.places)
        for arm in Arm:
            places = np.flatnonzero(challenged == (arm is Arm.CHALLENGER))
            if not len(places):
                continue
            owners, method = places + some.start, method_of(switch.ranking(arm), rules)
            bought, people = self.bought.of(owners), self._people.at(owners)
            ranked = rank(bought, self._day, self._models, self._offered, people, method, week=self.week)
            for name in Ranked._fields:
                getattr(whole, name)[places] = getattr(ranked, name)
        return placed(whole, self._next.at(some), self._models.local[-1]) if self._asked.door.on else whole

    def _told(self, ranked: Ranked) -> pa.Array:
        """Each owner's picks as compact JSON: [sku, reason, about, times, gap]."""
        there = ranked.candidate >= 0
        why, about = ranked.why[there], ranked.about[there]
        together, named = np.unique(about[why == Why.TOGETHER], return_inverse=True)
        tastes = [one[0].category[:_LONGEST] if one else "" for one in self.clusters.tastes]
        brands = [brand[:_LONGEST] for brand in self._brands]
        texts = ["", *tastes, *self._groups, *brands, *self.bought.skus.take(pa.array(together)).to_pylist()]
        which = np.zeros(len(why), np.int64)
        which[why == Why.ALIKE] = 1 + about[why == Why.ALIKE]
        which[why == Why.INTEREST] = 1 + len(tastes) + about[why == Why.INTEREST]
        which[why == Why.NEIGHBOUR] = 1 + len(tastes) + len(self._groups) + about[why == Why.NEIGHBOUR]
        which[why == Why.TOGETHER] = 1 + len(tastes) + len(self._groups) + len(brands) + named
        heads = [f'[{json.dumps(one.sku, ensure_ascii=False)},"{WORDS.get(kind, "")}",' for one in self._items
                 for kind in Why]  # fmt: skip
        picks = pc.binary_join_element_wise(
            pa.array(heads, pa.string()).take(pa.array(ranked.candidate[there].astype(np.int64) * len(Why) + why)),
            pa.array([json.dumps(text, ensure_ascii=False) for text in texts], pa.string()).take(pa.array(which)),
            _numbers(ranked.times[there], ""), _numbers(ranked.gap[there], "]"), "",
        )  # fmt: skip
        starts = np.zeros(len(there) + 1, np.int32)
        np.cumsum(there.sum(1), out=starts[1:])
        rows = pc.binary_join(pa.ListArray.from_arrays(pa.array(starts), picks), ",")
        return pc.binary_join_element_wise("[", rows, "]", "")


def _numbers(found: Ints, after: str) -> pa.Array:
    """Each as text behind a comma."""
    most = int(found.max()) if len(found) else 0
    return pa.array([f",{one}{after}" for one in range(most + 1)], pa.string()).take(pa.array(found))


def must_offer(week: str, items: Sequence[Any], withheld: int) -> None:
    """Raises NothingToOffer where there is no item that may be picked for a person; so many are withheld."""
    if not items and withheld:
        raise NothingToOffer(
            f"{week}: all promo items are withheld from people; bring others, or change the programme's "
            "offer_excluded_categories and the products' no_points"
        )
    if not items:
        raise NothingToOffer(f"{week}: no promo items; bring them with `kartka import promo FILE`")


def prepare(
    bought: Purchases,
    week: str,
    first: date,
    asked: Asked,
    *,
    progress: Progress = lambda stage, done: None,
) -> Plan:
    """The week that begins on `first` is learned from what was bought before it. Raises NothingToOffer."""
    items = sorted({one.sku: one for one in asked.promo}.values(), key=lambda one: one.sku)
    must_offer(week, items, asked.withheld)
    newcomers = {one.owner: one for one in asked.newcomers}
    bought = bought.beside([one.sku for one in items], list(newcomers))
    day = (first - EPOCH).days
    skus, owners = bought.skus.to_pylist(), bought.owners.to_pylist()
    category = [asked.category.get(sku, "") for sku in skus]
    horizon = HORIZON if len(bought.days) and day - int(bought.days.min()) >= 3 * HORIZON else _SHORT
    progress("clusters", 0.3)
    found = clusters(bought, category, before=asked.before)
    progress("models", 0.4)
    place = {sku: at for at, sku in enumerate(skus)}
    offered = np.array([place[one.sku] for one in items], np.int32)
    groups = sorted({category[at] for at in offered if category[at]})
    stores, store = _stores(bought.owners, asked, items)
    allowed = np.ones((len(items), len(stores) + 1), bool)
    for at, one in enumerate(items):
        if one.stores:
            allowed[at] = [*(name in one.stores for name in stores), False]
    candidates = Candidates(
        offered, np.array([groups.index(category[at]) if category[at] else -1 for at in offered], np.int32), allowed
    )
    sold = Mornings(bought, (day - back * horizon for back in range(rhythm.WINDOWS + 1)))
    due = rhythm.fit(sold, day, horizon)
    progress("models", 0.5)
    new = affinity.fit(sold, day, horizon, wanted=offered)
    local = np.vstack(
        [
            popular(bought, store, len(stores), offered)[: len(stores)],
            popular(bought, np.zeros(len(owners), np.int32), 1, offered),
        ]
    )
    models = Models(
        due, rhythm.goods_of(sold[day]), new, popular(bought, found.label, len(found.sizes), offered), local
    )
    progress("offers", 0.6)
    people = People(
        store, found.label, *_refused(asked, owners, items),
        ~named(bought.owners, asked.unprofiled), _likes(owners, newcomers, groups),
    )  # fmt: skip
    brands, brand = numbered([asked.brand.get(sku, "") for sku in skus])
    next_door = neighbours(bought, numbered(category)[1], brand, candidates, people, local[-1], asked.door)
    return Plan(week, bought, found, day, models, candidates, people, asked, items, groups, brands, next_door)


def _stores(owners: pa.Array, asked: Asked, items: Sequence[PromoItem]) -> tuple[list[str], Ints]:
    """The stores, and the place among them of the one where each owner buys most, or would; -1: none."""
    usual = asked.store["top_store"].combine_chunks()
    sold_in = {store for one in items for store in one.stores}
    stores = sorted(({*usual.unique().to_pylist(), *(one.store for one in asked.newcomers)} | sold_in) - {"", None})
    known = pc.index_in(usual, value_set=pa.array(stores, pa.string())).fill_null(-1).to_numpy()
    found = np.append(known, np.int32(-1))[places_among(owners, asked.store["owner"])]
    new = pc.index_in(pa.array([one.owner for one in asked.newcomers], pa.string()), value_set=owners).to_pylist()
    for at, one in zip(new, asked.newcomers, strict=True):
        if found[at] < 0 and one.store:
            found[at] = stores.index(one.store)
    return stores, found


def _refused(asked: Asked, owners: Sequence[str], items: Sequence[PromoItem]) -> tuple[Longs, Ints]:
    """Candidates by owner, as `People` has them."""
    refused = list(asked.refused)
    said = {owner for owner, _ in refused}
    at = {owner: place for place, owner in enumerate(owners) if owner in said} if said else {}
    good = {one.sku: place for place, one in enumerate(items)}
    pairs = sorted({(at[owner], good[sku]) for owner, sku in refused if owner in at and sku in good})
    starts = np.searchsorted(np.array([owner for owner, _ in pairs], np.int64), np.arange(len(owners) + 1))
    return starts.astype(np.int64), np.array([candidate for _, candidate in pairs], np.int32)


def _likes(owners: Sequence[str], newcomers: Mapping[str, Newcomer], groups: Sequence[str]) -> Ints:
    """Interests that are categories of the week, whatever their case."""
    known = {name.casefold(): at for at, name in enumerate(groups)}
    width = max([1, *(len(one.interests) for one in newcomers.values())])
    out = np.full((len(owners), width), -1, np.int32)
    for place in [place for place, owner in enumerate(owners) if owner in newcomers] if newcomers else ():
        for at, one in enumerate(newcomers[owners[place]].interests):
            out[place, at] = known.get(one.casefold(), -1)
    return out
