"""`implicit` doing its own part of the week: a model of the same purchases, and ten goods for each owner."""

import json
import sys
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender
from threadpoolctl import threadpool_limits

from benchmarks.scale_week import Clock

PEERS = {
    "BM25": lambda: BM25Recommender(K=100, K1=1.2, B=0.75),
    "ALS": lambda: AlternatingLeastSquares(factors=64, iterations=10, random_state=0),
}
_BLOCK, _SAMPLED = 5_000, 50_000
"""Owners at a time, and how many have goods chosen: the seconds of that stage are for all, in proportion."""


def main() -> None:
    """`python -m benchmarks.scale_peers BM25|ALS FOLDER`, after the week; the last line is the stages as JSON."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    told = np.load(folder / "bought.npz")
    starts, items = told["starts"], told["items"]
    bought = sp.csr_matrix((np.ones(len(items), np.float32), items, starts), (len(starts) - 1, int(told["goods"])))
    bought.sum_duplicates()
    bought = bought[np.flatnonzero(np.diff(bought.indptr))]
    owners = bought.shape[0]
    chosen = np.arange(0, owners, max(1, owners // _SAMPLED))
    clock = Clock()
    with threadpool_limits(1, "blas"):  # as the library asks
        model = PEERS[name]()
        clock.begin(f"{name}: fit")
        model.fit(bought, show_progress=False)
        clock.begin(f"{name}: ten for each")
        for at in range(0, len(chosen), _BLOCK):
            some = chosen[at : at + _BLOCK]
            model.recommend(some, bought[some], N=10, filter_already_liked_items=True)
    clock.begin("")
    stage = clock.found[f"{name}: ten for each"]
    for what in ("cpu", "wall"):
        stage[what] *= owners / len(chosen)
    print(json.dumps(clock.found))


if __name__ == "__main__":
    main()
