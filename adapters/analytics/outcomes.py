"""What became of a plan's offers: picks against what was bought and what people did, in arrays, chunk by chunk.

    outcomes = Outcomes(skus, bought, happened, former, switch)
    for rows in chunks_of_owner_and_picks: outcomes.add(rows)
    outcomes.close()

A person is who an owner is by now: rows of several owners that are one person are that person's, each good once, as the
chat shows them; the arm is that of the living self.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.purchases import Purchases
from core.offers.rankings import Arm, Switch
from core.offers.reporting import STAGES, ArmFunnel, Count, Funnel
from core.offers.weekly import Because, Did

Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
KINDS = tuple(Because)
_BIT = {Did.SHOWN.value: 1, Did.ACTIVATED.value: 2, Did.REFUSED.value: 4, Did.REDEEMED.value: 8}
_BOUGHT = 16
_STAGE_BITS = (1, 2, 4, 8, _BOUGHT)
_PHONE = "phone:"
_NAMES = pa.array([one.value for one in KINDS])
Rows = Sequence[tuple[str, str]]
Happened = Iterable[tuple[str, str, str]]
"""Customer, sku, what happened."""


class Outcomes:
    """Adds up what became of the offers of these promo items."""

    def __init__(
        self, skus: Sequence[str], bought: Purchases, happened: Happened, former: Mapping[str, str], switch: Switch
    ) -> None:
        """`bought`: of these items alone, in the plan's week, by who the owners are by now."""
        self._skus = pa.array(sorted(set(skus)), pa.string())
        self._former, self._switch = former, switch
        self._several = {*former, *former.values()}
        self._aside: list[tuple[str, str]] = []
        self._place = {owner: at for at, owner in enumerate(bought.owners.to_pylist())}
        self._keys, self._bits = self._known(bought, happened)
        self._met = np.zeros(len(self._keys), bool)
        width = len(KINDS) + 1
        self._offers, self._people = np.zeros((6, width), np.int64), np.zeros((6, width), np.int64)
        self._arms = {arm: np.zeros((6, 2), np.int64) for arm in Arm}
        self._squares = dict.fromkeys(Arm, 0)
        self.item_offers, self._item_bought = np.zeros(len(self._skus), np.int64), np.zeros(len(self._skus), bool)
        self.shown_bought, self.hits = 0, set[str]()

    def add(self, rows: Rows) -> None:
        """The next owners with their picks."""
        alone = [row for row in rows if row[0] not in self._several]
        self._aside += [row for row in rows if row[0] in self._several]
        self._counted([owner for owner, _ in alone], alone)

    def close(self) -> None:
        """Whoever is one person by now is counted too."""
        people: dict[str, list[tuple[str, str]]] = {}
        for owner, picks in self._aside:
            people.setdefault(self._former.get(owner, owner), []).append((owner, picks))
        self._aside = []
        rows = []
        for person, mine in people.items():
            mine.sort(key=lambda row: (row[0] != person, row[0].startswith(_PHONE), row[0]))
            first = {pick[0]: pick for _, picks in reversed(mine) for pick in reversed(json.loads(picks))}
            rows.append((mine[0][0], json.dumps(list(first.values()))))
        self._counted([*people], rows)

    def whole(self) -> Funnel:
        """Of all offers."""
        return self._funnel(-1)

    def kinds(self) -> dict[Because, Funnel]:
        """By reason, those that were given."""
        return {kind: self._funnel(at) for at, kind in enumerate(KINDS) if self._offers[0, at]}

    def arms(self) -> dict[Arm, ArmFunnel]:
        """By arm; without a challenger one alone."""
        return {
            arm: ArmFunnel(_funnel_of(counts), self._squares[arm])
            for arm, counts in self._arms.items()
            if arm is Arm.CHAMPION or self._switch.challenger is not None
        }

    @property
    def items_bought(self) -> int:
        """How many items anybody bought who was offered them."""
        return int(self._item_bought.sum())

    @property
    def concentration(self) -> float:
        """Share of all offers that the most offered tenth of the items has."""
        most = np.sort(self.item_offers)[::-1][: max(1, len(self.item_offers) // 10)]
        return float(most.sum() / max(1, self.item_offers.sum()))

    @property
    def strays(self) -> int:
        """Events of offers that the plan does not make."""
        lost = self._bits[~self._met]
        return int(sum(np.count_nonzero(lost & bit) for bit in _BIT.values()))

    def _known(self, bought: Purchases, happened: Happened) -> tuple[Longs, npt.NDArray[np.uint8]]:
        """A number for each person and item of which anything is known, ascending, and what is known as bits."""
        people, skus, bits = [], [], []
        for customer, sku, did in happened:
            people.append(self._place.setdefault(self._former.get(customer, customer), len(self._place)))
            skus.append(sku)
            bits.append(_BIT[did])
        item, size = self._items(skus), len(self._skus)
        there = item >= 0
        owner = np.repeat(np.arange(len(bought), dtype=np.int64), np.diff(bought.starts))
        keys = np.concatenate([owner * size + bought.items, np.array(people, np.int64)[there] * size + item[there]])
        found = np.concatenate([np.full(len(owner), _BOUGHT, np.uint8), np.array(bits, np.uint8)[there]])
        order = np.argsort(keys, kind="stable")
        keys, found = keys[order], found[order]
        first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, np.int64)
        return keys[first], np.bitwise_or.reduceat(found, first) if len(first) else found

    def _items(self, skus: Sequence[str]) -> Longs:
        """Places of goods among the items, -1: none of them."""
        found = pc.index_in(pa.array(skus, pa.string()), value_set=self._skus)
        places: Longs = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return places

    def _counted(self, people: Sequence[str], rows: Rows) -> None:
        if not rows:
            return
        skus, reasons, sizes = list[str](), list[str](), list[int]()
        for _, picks in rows:  # one by one: lists of lists of a whole chunk cost thrice as much to collect
            mine = json.loads(picks)
            sizes.append(len(mine))
            skus += [pick[0] for pick in mine]
            reasons += [pick[1] for pick in mine]
        row, item = np.repeat(np.arange(len(rows)), sizes), self._items(skus)
        kind = pc.index_in(pa.array(reasons, pa.string()), value_set=_NAMES).to_numpy(zero_copy_only=False)
        there = item >= 0
        row, item, kind = row[there], item[there], kind[there].astype(np.int64)
        place = np.array([self._place.get(person, -1) for person in people], np.int64)[row]
        bits = self._bits_of(place, item)
        masks = [np.ones(len(row), bool), *((bits & bit) > 0 for bit in _STAGE_BITS)]
        challenged = self._challenged(rows)
        for stage, mask in enumerate(masks):
            some = np.zeros((len(rows), len(KINDS) + 1), bool)
            some[row[mask], kind[mask]] = True
            some[:, -1] = some[:, :-1].any(1)
            self._people[stage] += some.sum(0)
            self._offers[stage, :-1] += np.bincount(kind[mask], minlength=len(KINDS))
            self._offers[stage, -1] += mask.sum()
            for arm, counts in self._arms.items():
                mine = challenged == (arm is Arm.CHALLENGER)
                counts[stage] += mine[row[mask]].sum(), some[mine, -1].sum()
        redeemed = np.bincount(row[masks[STAGES.index("redeemed")]], minlength=len(rows))
        for arm in self._arms:
            self._squares[arm] += int((redeemed[challenged == (arm is Arm.CHALLENGER)] ** 2).sum())
        sold = masks[STAGES.index("bought")]
        self.item_offers += np.bincount(item, minlength=len(self._skus))
        self._item_bought[item[sold]] = True
        self.shown_bought += int((sold & masks[STAGES.index("shown")]).sum())
        self.hits.update(people[at] for at in np.unique(row[sold]))

    def _bits_of(self, place: Longs, item: Longs) -> npt.NDArray[np.uint8]:
        bits = np.zeros(len(place), np.uint8)
        if not len(self._keys):
            return bits
        keys = place * len(self._skus) + item
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        same = (place >= 0) & (self._keys[at] == keys)
        bits[same] = self._bits[at[same]]
        self._met[at[same]] = True
        return bits

    def _challenged(self, rows: Rows) -> Bools:
        if self._switch.challenger is None:
            return np.zeros(len(rows), bool)
        return np.array([self._switch.arm(owner) is Arm.CHALLENGER for owner, _ in rows], bool)

    def _funnel(self, at: int) -> Funnel:
        return _funnel_of(np.stack([self._offers[:, at], self._people[:, at]], axis=1))


def _funnel_of(counts: Any) -> Funnel:
    return Funnel(*(Count(int(offers), int(people)) for offers, people in counts))
