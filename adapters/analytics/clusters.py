"""Clusters of owners by what they buy, not by how much: k-means on the square roots of category shares.

Square roots (Hellinger distance) keep one large category from drowning the rest. Labels are those of last week as far
as the same people are in them, so that a segment built on a cluster means next week what it means today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.cluster.vq import kmeans2, vq
from scipy.optimize import linear_sum_assignment

from adapters.analytics.compiled import compiled
from adapters.analytics.purchases import Floats, Ints, Longs, Purchases
from adapters.analytics.sold import Doubles
from adapters.analytics.words import places_among

CLUSTERS = 12
SAMPLE = 50_000
FEW = 5
"""Fewer people than these are nobody's to see."""
_STARTS = 4
_ROUNDS, _MOST = 3, 100
"""Rounds of k-means before one looks whether the centres still move, and of such looks."""
_REST = 1e-4
"""Of the points' variance: centres that move less are at rest."""
_LEAST_LIFT = 1.2
_WORDS = 3
_BLOCK = 100_000


@dataclass(frozen=True, slots=True)
class Taste:
    """A category that a cluster buys more of than everybody: its share there over its share overall."""

    category: str
    lift: float


@dataclass(frozen=True, slots=True)
class Clusters:
    """The week's clusters."""

    categories: tuple[str, ...]
    centres: Floats
    """clusters x categories."""
    label: Ints
    """The cluster of each owner, -1: nothing of a known category was bought."""
    sizes: tuple[int, ...]
    tastes: tuple[tuple[Taste, ...], ...]
    """Up to three over-indexed categories of each cluster, the most typical first; none: a bit of everything."""
    moved: float
    """The share of owners, among those who had a label last week, whose label is another now."""


@dataclass(frozen=True, slots=True)
class Before:
    """Last week's clusters."""

    categories: tuple[str, ...]
    centres: Floats
    owners: pa.Array
    label: Ints
    """Of each of the owners."""


def clusters(
    bought: Purchases, category: Sequence[str], *, count: int = CLUSTERS, before: Before | None = None, seed: int = 0
) -> Clusters:
    """`category` names that of each item, empty: unknown. Fewer owners or categories than clusters make fewer."""
    names = tuple(sorted({one for one in category if one}))
    place = {name: at for at, name in enumerate(names)}
    codes = np.array([place.get(one, -1) for one in category], np.int32)
    shares: Floats = _shares(bought.starts, bought.items, codes, len(names))
    there = np.flatnonzero(shares.sum(1) > 0)
    count = min(count, len(there), len(names))
    if not count:
        return Clusters(names, np.zeros((0, len(names)), np.float32), np.full(len(bought), -1, np.int32), (), (), 0.0)
    points = np.sqrt(shares[there])
    centres = _centres(points, names, count, before, seed)
    label = np.full(len(bought), -1, np.int32)
    label[there] = _nearest(points, centres)
    label, centres, moved = _named(bought, label, centres, before)
    return Clusters(names, centres, label, *_described(shares, label, names, len(centres)), moved)


def popular(bought: Purchases, label: Ints, count: int, items: Ints) -> Floats:
    """labels x these items: the share of the owners with a label who buy the item; a row of noughts for no label."""
    at = np.full(len(bought.skus), -1, np.int32)
    at[items] = np.arange(len(items), dtype=np.int32)
    found: Floats = _popular(bought.starts, bought.items, label, max(1, count), at, len(items))
    return found


def _centres(points: Floats, names: tuple[str, ...], count: int, before: Before | None, seed: int) -> Floats:
    """From last week's centres where they speak of the same categories, else from several random starts."""
    sample = points
    if len(points) > SAMPLE:
        sample = points[np.sort(np.random.default_rng(seed).choice(len(points), SAMPLE, replace=False))]
    spots = sample.astype(np.float64)
    if before is not None and before.categories == names and len(before.centres) == count:
        return _still(spots, before.centres.astype(np.float64))
    chance = np.random.default_rng(seed)
    starts = [kmeans2(spots, count, iter=1, minit="++", seed=chance)[0] for _ in range(_STARTS)]
    return min((_still(spots, start) for start in starts), key=lambda one: float((vq(spots, one)[1] ** 2).sum()))


def _still(points: Doubles, centres: Doubles) -> Floats:
    """Where the centres come to rest."""
    least = _REST * float(points.var(0).mean())
    for _ in range(_MOST):
        last, (centres, _) = centres, kmeans2(points, centres, iter=_ROUNDS, minit="matrix")
        if float(((centres - last) ** 2).sum()) <= least:
            break
    return np.asarray(centres, np.float32)


def _nearest(points: Floats, centres: Floats) -> Ints:
    square = (centres**2).sum(1)
    out = np.empty(len(points), np.int32)
    for at in range(0, len(points), _BLOCK):
        out[at : at + _BLOCK] = np.argmin(square - 2 * points[at : at + _BLOCK] @ centres.T, axis=1)
    return out


def _named(bought: Purchases, label: Ints, centres: Floats, before: Before | None) -> tuple[Ints, Floats, float]:
    """Labels so that as many owners as can be keep last week's."""
    if before is None or not len(before.label):
        return label, centres, 0.0
    last = np.append(before.label, np.int32(-1))[places_among(bought.owners, before.owners)]
    known = (last >= 0) & (label >= 0) & (last < len(centres))
    overlap = np.zeros((len(centres), len(centres)), np.int64)
    np.add.at(overlap, (label[known], last[known]), 1)
    ours, theirs = linear_sum_assignment(-overlap)
    to = np.empty(len(centres), np.int32)
    to[ours] = theirs
    label = np.where(label >= 0, to[np.maximum(label, 0)], -1).astype(np.int32)
    ordered = np.empty_like(centres)
    ordered[to] = centres
    stayed = int((label[known] == last[known]).sum())
    return label, ordered, 1 - stayed / max(1, int(known.sum()))


def _described(
    shares: Floats, label: Ints, names: tuple[str, ...], count: int
) -> tuple[tuple[int, ...], tuple[tuple[Taste, ...], ...]]:
    overall = shares[label >= 0].mean(0)
    sizes, tastes = list[int](), list[tuple[Taste, ...]]()
    for one in range(count):
        inside = label == one
        sizes.append(int(inside.sum()))
        mean = shares[inside].mean(0) if inside.any() else np.zeros_like(overall)
        lift = np.divide(mean, overall, out=np.zeros_like(mean), where=overall > 0)
        # By what it adds to the basket: a lift of five on a hundredth says less than a lift of two on a third.
        typical = np.argsort(-(mean - overall), kind="stable")[:_WORDS]
        tastes.append(tuple(Taste(names[at], float(lift[at])) for at in typical if lift[at] >= _LEAST_LIFT))
    return tuple(sizes), tuple(tastes)


@compiled
def _shares(starts: Longs, items: Ints, codes: Ints, width: int) -> Any:
    """owners x categories: the share of the owner's days of purchase; a row of noughts where nothing is known."""
    out = np.zeros((len(starts) - 1, width), np.float32)
    for owner in range(len(starts) - 1):
        whole = 0
        for row in range(starts[owner], starts[owner + 1]):
            if codes[items[row]] >= 0:
                out[owner, codes[items[row]]] += 1
                whole += 1
        if whole:
            out[owner] /= whole
    return out


@compiled
def _popular(starts: Longs, items: Ints, label: Ints, count: int, at: Ints, width: int) -> Any:
    out, sizes = np.zeros((count, width), np.float32), np.zeros(count, np.float32)
    for owner in range(len(starts) - 1):
        if label[owner] < 0:
            continue
        sizes[label[owner]] += 1
        for row in range(starts[owner], starts[owner + 1]):
            if at[items[row]] >= 0 and (row == starts[owner] or items[row] != items[row - 1]):
                out[label[owner], at[items[row]]] += 1
    for one in range(count):
        out[one] /= max(np.float32(1), sizes[one])
    return out


def told(found: Clusters, before: Before | None) -> dict[str, Any]:
    """The clusters in plain values, without those of so few people that they could be known; `moved` is null where
    there is no last week."""
    each = [
        {"number": number, "size": size, "tastes": [[one.category, one.lift] for one in tastes]}
        for number, (size, tastes) in enumerate(zip(found.sizes, found.tastes, strict=True))
        if size >= FEW
    ]
    return {"moved": found.moved if before is not None else None, "each": each}


def as_before(found: Clusters, owners: pa.Array) -> Before:
    """What next week needs to know of this one."""
    return Before(found.categories, found.centres, owners, found.label)
