"""Published methods for comparison, each as its authors or its library describe it: owners x goods scores.

TIFU-KNN after Hu et al. 2020 with the parameters they give for Ta-Feng; the article's method is k-means on what people
buy and the popularity within each cluster; EASE after Steck 2019; cosine, BM25 and ALS are those of `implicit`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
from scipy.linalg import lapack
from sklearn.cluster import KMeans
from sklearn.preprocessing import normalize

from adapters.analytics.purchases import Purchases

Scores = npt.NDArray[np.float32]
Method = Callable[[npt.NDArray[Any]], Scores]
Peer = Callable[[Purchases, int], Method]


def matrix(bought: Purchases) -> Any:
    """owners x goods: on how many days each was bought."""
    shape = (len(bought), len(bought.skus))
    days = np.ones(len(bought.items), np.float32)
    found = sp.csr_matrix((days, bought.items.copy(), bought.starts.copy()), shape=shape)  # summed in place
    found.sum_duplicates()
    return found


def binary(bought: Purchases) -> Any:
    """owners x goods: 1 where it was ever bought."""
    found = matrix(bought)
    found.data[:] = 1
    return found


def popularity(bought: Purchases, end: int) -> Method:
    """Buyers of all time."""
    del end
    return _same(np.asarray(binary(bought).sum(0)).ravel())


def recent_popularity(bought: Purchases, end: int) -> Method:
    """Days of purchase with a half-life of 28 days."""
    return _same(np.bincount(bought.items, weights=0.5 ** ((end - bought.days) / 28), minlength=len(bought.skus)))


def article(bought: Purchases, end: int) -> Method:
    """The cash-and-carry chain's method: 20 clusters by what people buy, what is popular there."""
    del end
    x = binary(bought)
    there = np.flatnonzero(np.diff(x.indptr))
    clusters = np.zeros(x.shape[0], int)
    clusters[there] = KMeans(20, n_init=1, random_state=0).fit_predict(normalize(x[there]))
    members = sp.csr_matrix((np.ones(x.shape[0]), (clusters, np.arange(x.shape[0]))), shape=(20, x.shape[0]))
    popular = (members @ x).toarray().astype(np.float32)
    return lambda owners: popular[clusters[owners]]


def cosine(bought: Purchases, end: int) -> Method:
    """Item-item cosine."""
    del end
    return _similar(CosineRecommender(K=100), binary(bought))


def bm25(bought: Purchases, end: int) -> Method:
    """Item-item BM25."""
    del end
    return _similar(BM25Recommender(K=100, K1=1.2, B=0.75), matrix(bought))


def als(bought: Purchases, end: int) -> Method:
    """Implicit ALS with 64 factors."""
    del end
    x = binary(bought)
    model = AlternatingLeastSquares(factors=64, regularization=0.05, alpha=1.0, iterations=15, random_state=0)
    model.fit(x, show_progress=False)
    return lambda owners: np.asarray(model.user_factors[owners] @ model.item_factors.T, np.float32)


def ease(bought: Purchases, end: int) -> Method:
    """EASE with the ridge of 300, exact: by the Gram matrix of the goods, or by that of the owners where they are fewer
    (X (X'X + r)^-1 = (XX' + r)^-1 X)."""
    del end
    x = binary(bought)
    return _ease_by_goods(x, 300.0) if x.shape[0] > x.shape[1] else _ease_by_owners(x, 300.0)


def _ease_by_goods(x: Any, ridge: float) -> Method:
    weights = np.asfortranarray((x.T @ x).toarray(), np.float32)
    weights[np.diag_indices_from(weights)] += ridge
    weights = _inverted(weights)
    diagonal = np.diag(weights).copy()
    weights /= -diagonal
    np.fill_diagonal(weights, 0)
    return lambda owners: np.asarray(x[owners] @ weights, np.float32)


def _ease_by_owners(x: Any, ridge: float) -> Method:
    inner = np.asfortranarray((x @ x.T).toarray(), np.float32)
    inner[np.diag_indices_from(inner)] += ridge
    projected = np.ascontiguousarray((x.T @ _inverted(inner)).T)  # owners x goods: X (X'X + r)^-1
    diagonal = (1 - np.asarray(x.multiply(projected).sum(0)).ravel()) / ridge
    return lambda owners: np.asarray(x[owners].toarray() - projected[owners] / diagonal, np.float32)


def _inverted(matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The inverse of a symmetric matrix, in its place."""
    lapack.spotrf(matrix, lower=1, overwrite_a=1)
    lapack.spotri(matrix, lower=1, overwrite_c=1)
    for row in range(len(matrix)):
        matrix[row, row + 1 :] = matrix[row + 1 :, row]
    return matrix


def frequency(bought: Purchases, end: int) -> Method:
    """On how many days the person bought it; between equals, what sells now."""
    now = recent_popularity(bought, end)(np.zeros(1, int))[0]
    x = matrix(bought)
    return lambda owners: x[owners].toarray() + 0.5 * now / (now.max() + 1)


def tifu_knn(bought: Purchases, end: int) -> Method:
    """Temporal item frequency and 300 neighbours: within-group decay .9, group decay .7, own share .7, groups of 7."""
    del end
    vectors = _temporal(bought)
    there = np.flatnonzero(np.diff(vectors.indptr))
    square = np.asarray(vectors.multiply(vectors).sum(1)).ravel()
    count = min(300, len(there) - 1)

    def told(owners: npt.NDArray[Any]) -> Scores:
        own = vectors[owners]
        distance = square[there][None] - 2 * (own @ vectors[there].T).toarray()
        distance[np.searchsorted(there, owners)[:, None] == np.arange(len(there))[None]] = np.inf
        near = np.argpartition(distance, count, axis=1)[:, :count]
        share = np.full(near.size, 1 / count, np.float32)
        among = sp.csr_matrix(
            (share, near.ravel(), np.arange(0, near.size + 1, count)), shape=(len(owners), len(there))
        )
        return np.asarray((0.7 * own + 0.3 * (among @ vectors[there])).toarray(), np.float32)

    return told


PEERS: dict[str, Peer] = {
    "popularity": popularity, "recent popularity": recent_popularity, "article's clusters": article,
    "item cosine": cosine, "BM25": bm25, "ALS": als, "EASE": ease, "personal frequency": frequency,
    "TIFU-KNN": tifu_knn,
}  # fmt: skip


def _same(score: npt.NDArray[Any]) -> Method:
    row = score.astype(np.float32)
    return lambda owners: np.broadcast_to(row, (len(owners), len(row)))


def _similar(model: Any, x: Any) -> Method:
    model.fit(x, show_progress=False)
    return lambda owners: np.asarray((x[owners] @ model.similarity.T).toarray(), np.float32)


def _temporal(bought: Purchases, *, within: float = 0.9, between: float = 0.7, size: int = 7) -> Any:
    """TIFU vectors: baskets in groups of seven, the last group the newest; the first one takes what is left over."""
    values = np.empty(len(bought.items), np.float32)
    for rows in bought.rows(np.arange(len(bought))):
        days = np.unique(bought.days[rows])
        age = len(days) - 1 - np.searchsorted(days, bought.days[rows])
        groups = -(-len(days) // size) if len(days) else 1
        group, inside = age // size, age % size
        length = np.where(group == groups - 1, len(days) - (groups - 1) * size, size)
        values[rows] = within**inside / length * between**group / groups
    shape = (len(bought), len(bought.skus))
    found = sp.csr_matrix((values, bought.items.copy(), bought.starts.copy()), shape=shape)
    found.sum_duplicates()
    return found
