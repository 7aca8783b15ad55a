"""Offers on real receipts: Kartka beside published methods, what is new to a person and what is due, apart."""

import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from adapters.analytics import affinity, rhythm
from adapters.analytics.sold import Mornings
from benchmarks.offers_data import DATA, KINDS, Trial, complete_journey, online_retail, tafeng, windows
from benchmarks.offers_measures import Told, measured, promo
from benchmarks.offers_peers import PEERS

KARTKA = "Kartka"
HEAD = ("hit@10", "recall", "NDCG", "cover", "fit s", "score s", "GB")
GOALS = {
    ("Online Retail, 28 days", "NEW"): "hit@10 .555, NDCG@10 .136, coverage .15",
    ("Online Retail, 28 days", "REPEAT"): "NDCG@10 .455",
    ("Online Retail, 7 days", "NEW"): "hit@10 .52, NDCG@10 .128",
    ("Ta-Feng, key set 0", "ANY"): "recall@10 .158, NDCG@10 .132",
    ("Ta-Feng, train baskets too", "ANY"): "recall@10 .184, NDCG@10 .164",
}


def kartka(trial: Trial) -> Told:
    """Both models, fitted; where owners told what they bought within the horizon, on these owners, whose newest closed
    window that is."""
    bought, end, horizon = trial.known, trial.end, trial.horizon
    learned, until = (bought, end) if trial.told is None else (bought.of(np.flatnonzero(trial.told)), end + horizon)
    sold = Mornings(learned, [])
    new = affinity.fit(sold, until, horizon)
    due = rhythm.fit(sold, until, horizon)
    goods = rhythm.goods_of(sold[until])
    everything = np.arange(len(bought.skus), dtype=np.int32)

    def told(owners: npt.NDArray[Any], kind: str) -> npt.NDArray[Any]:
        scores = affinity.scores(new, bought, owners, everything)
        if kind == "NEW":
            return scores
        probabilities = affinity.probability(new, bought, owners, scores, end)
        if due is not None:
            some = bought.of(owners)
            owner, item, features = rhythm.pairs(some, end, goods)
            probabilities[owner, item] = rhythm.probability(due, features)
        return probabilities

    return told


def run() -> Iterator[tuple[str, str, float]]:
    """Prints the tables; yields Kartka's NDCG over the best peer's."""
    if not DATA.is_dir():
        print("offers: LEFT OUT: no KARTKA_SHARED folder")
        return
    retail = online_retail()
    yield from _table("Online Retail, 28 days", list(windows(retail, 28, 3)), KINDS)
    yield from _table("Online Retail, 7 days", list(windows(retail, 7, 8)), KINDS)
    yield from _promo(list(windows(retail, 28, 3)))
    yield from _table("Complete Journey, 28 days", list(windows(complete_journey(), 28, 3)), KINDS)
    trial, test, train = tafeng()
    yield from _table("Ta-Feng, key set 0", [trial], (*KINDS, "ANY"), only={"ANY": test})
    kinds = (*KINDS, "ANY")
    yield from _table("Ta-Feng, train baskets too", [trial.telling(train)], kinds, only=dict.fromkeys(kinds, test))


def _methods(trials: list[Trial]) -> Iterator[tuple[str, list[Told], float, float]]:
    """Each method fitted on each trial: name, what it tells, CPU seconds of the fits, peak memory meanwhile in GB."""
    for name in (*PEERS, KARTKA):
        with suppress(OSError):  # from here on the kernel counts the process's peak anew, if it is Linux
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        begun = time.process_time()
        fitted = [_fitted(name, trial) for trial in trials]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        yield name, fitted, time.process_time() - begun, memory


def _fitted(name: str, trial: Trial) -> Told:
    if name == KARTKA:
        return kartka(trial)
    method = PEERS[name](trial.known, trial.end)
    return lambda owners, kind: method(owners)


def _table(
    title: str, trials: list[Trial], kinds: tuple[str, ...], only: dict[str, npt.NDArray[np.bool_]] | None = None
) -> Iterator[tuple[str, str, float]]:
    ndcg: dict[tuple[str, str], float] = {}
    print(f"\n{title}\n{'method':22}{'kind':8}" + "".join(f"{name:>8}" for name in HEAD))
    for name, fitted, spent, memory in _methods(trials):
        for kind in kinds:
            begun = time.process_time()
            found = [
                measured(trial, told, kind, only=(only or {}).get(kind))
                for trial, told in zip(trials, fitted, strict=True)
            ]
            mean = [
                float(np.mean([getattr(one, what) for one in found])) for what in ("hit", "recall", "ndcg", "coverage")
            ]
            ndcg[name, kind] = mean[2]
            numbers = "".join(f"{value:8.4f}" for value in mean)
            print(f"{name:22}{kind:8}{numbers}{spent:8.1f}{time.process_time() - begun:8.1f}{memory:8.1f}", flush=True)
    for kind in kinds:
        if goal := GOALS.get((title, kind)):
            print(f"{'goal':22}{kind:8}  {goal}")
        best = max((value, name) for (name, one), value in ndcg.items() if one == kind and name != KARTKA)
        yield title, f"{kind} NDCG@10 over the best peer's, {best[1]}", ndcg[KARTKA, kind] / best[0]


def _promo(trials: list[Trial]) -> Iterator[tuple[str, str, float]]:
    print(f"\nOnline Retail, promo lists of 200\n{'method':22}{'hit@3':>8}{'AUC':>8}")
    found: dict[str, npt.NDArray[Any]] = {}
    for name, fitted, _, _ in _methods(trials):
        found[name] = np.mean([promo(trial, told) for trial, told in zip(trials, fitted, strict=True)], axis=0)
        print(f"{name:22}{found[name][0]:8.4f}{found[name][1]:8.4f}", flush=True)
    print(f"{'goal':22}  hit@3 .29 and AUC .78")
    for place, what in enumerate(("hit@3", "AUC")):
        best = max((float(one[place]), name) for name, one in found.items() if name != KARTKA)
        yield (
            "Online Retail, promo lists of 200",
            f"NEW {what} over the best peer's, {best[1]}",
            found[KARTKA][place] / best[0],
        )
