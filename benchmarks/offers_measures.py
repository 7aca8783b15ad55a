"""Hit, recall, NDCG and coverage of the first ten, after the protocols of the measured peers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adapters.analytics.purchases import Purchases
from benchmarks.offers_data import Trial

BLOCK = 500
Told = Callable[[npt.NDArray[Any], str], npt.NDArray[Any]]
"""Scores (owners x goods) of these owners for a kind of offer."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Means over owners who bought something of the kind; coverage: the share of all goods that anybody was told."""

    hit: float
    recall: float
    ndcg: float
    coverage: float


def measured(trial: Trial, told: Told, kind: str, *, only: npt.NDArray[np.bool_] | None = None) -> Measured:
    """The first ten of each owner against what was bought."""
    owner, item = trial.pairs(kind)
    if only is not None:
        owner, item = owner[only[owner]], item[only[owner]]
    owners = np.unique(owner)
    discount = 1 / np.log2(np.arange(2, 12))
    gains = np.zeros(3)
    shown = np.zeros(len(trial.known.skus), bool)
    for at in range(0, len(owners), BLOCK):
        some = owners[at : at + BLOCK]
        top, valid = first(masked(trial.known, some, told(some, kind), kind), 10)
        truth = np.zeros((len(some), len(trial.known.skus)), bool)
        inside = (owner >= some[0]) & (owner <= some[-1])
        truth[np.searchsorted(some, owner[inside]), item[inside]] = True
        right = np.take_along_axis(truth, top, 1) & valid
        ideal = np.cumsum(discount)[np.minimum(truth.sum(1), 10) - 1]
        gains += (
            right.any(1).sum(),
            (right.sum(1) / truth.sum(1)).sum(),
            ((right * discount).sum(1) / ideal).sum(),
        )
        shown[top[valid]] = True
    hit, recall, ndcg = (float(gain) for gain in gains / len(owners))
    return Measured(hit, recall, ndcg, float(shown.mean()))


def masked(known: Purchases, owners: npt.NDArray[Any], scores: npt.NDArray[Any], kind: str) -> npt.NDArray[Any]:
    """-inf for what the kind leaves out: bought goods of NEW, never bought ones of REPEAT."""
    bought = np.zeros(scores.shape, bool)
    for place, rows in enumerate(known.rows(owners)):
        bought[place, known.items[rows]] = True
    out = {"NEW": bought, "REPEAT": ~bought, "ANY": np.zeros(1, bool)}[kind]
    return np.where(out, -np.inf, scores)


def first(scores: npt.NDArray[Any], count: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The best of each row, the best first, and which of them are there at all; between equals the first good."""
    top = np.argsort(-scores, axis=1, kind="stable")[:, :count]
    return top, np.isfinite(np.take_along_axis(scores, top, 1))


def promo(trial: Trial, told: Told, *, draws: int = 5, size: int = 200, seed: int = 0) -> tuple[float, float]:
    """NEW hit@3 and AUC where a draw of active goods is the promo list, means over draws and owners."""
    now = np.bincount(trial.known.items, weights=trial.known.days >= trial.end - 28, minlength=len(trial.known.skus))
    active = np.flatnonzero(now > 0)
    owner, item = trial.pairs("NEW")
    random = np.random.default_rng(seed)
    hits, areas = list[float](), list[float]()
    lists = [np.sort(random.choice(active, min(size, len(active)), replace=False)) for _ in range(draws)]
    owners = np.unique(owner)
    truth = np.zeros((len(owners), len(trial.known.skus)), bool)
    truth[np.searchsorted(owners, owner), item] = True
    for at in range(0, len(owners), BLOCK):
        some = owners[at : at + BLOCK]
        scores = masked(trial.known, some, told(some, "NEW"), "NEW")
        for chosen in lists:
            for row, score in enumerate(scores[:, chosen]):
                there = np.isfinite(score)
                right = truth[at + row, chosen][there]
                if not right.any() or right.all():
                    continue
                hits.append(float(right[np.argsort(-score[there], kind="stable")[:3]].any()))
                areas.append(_area(score[there], right))
    return float(np.mean(hits)), float(np.mean(areas))


def _area(score: npt.NDArray[Any], right: npt.NDArray[np.bool_]) -> float:
    """Probability that a bought one stands before one that was not, equals counting half."""
    ordered = np.sort(score[~right])
    below = np.searchsorted(ordered, score[right], "left")
    upto = np.searchsorted(ordered, score[right], "right")
    return float(((below + upto) / 2).mean() / len(ordered))
