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
_BLOCK = 5_000


def main() -> None:
    """`python -m benchmarks.scale_peers BM25|ALS FOLDER`; the last line is the stages as JSON, in proportion."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    sample = np.load(folder / "sample.npz")
    starts = sample["starts"]
    owners = len(starts) - 1
    days = np.ones(len(sample["items"]), np.float32)
    bought = sp.csr_matrix((days, sample["items"], starts), shape=(owners, int(sample["goods"])))
    bought.sum_duplicates()
    clock = Clock()
    with threadpool_limits(1, "blas"):  # as the library asks
        model = PEERS[name]()
        clock.begin(f"{name}: fit")
        model.fit(bought, show_progress=False)
        clock.begin(f"{name}: ten for each")
        for at in range(0, owners, _BLOCK):
            some = np.arange(at, min(at + _BLOCK, owners))
            model.recommend(some, bought[some], N=10, filter_already_liked_items=True)
    clock.begin("")
    share = int(sample["of"]) / owners
    for stage in clock.found.values():
        stage["cpu"] *= share
        stage["wall"] *= share
    print(json.dumps(clock.found))


if __name__ == "__main__":
    main()
