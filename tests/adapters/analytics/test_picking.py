"""What is new waits in line and comes out best first, of equals the earlier one."""

import numpy as np
import pytest

from adapters.analytics.picking import GROUP, KEPT, LAST, choose, lined_up, try_one
from adapters.analytics.ranking import Rules


def queue_of(values: np.ndarray) -> np.ndarray:
    bits = values.astype(np.float32).view(np.uint32).astype(np.uint64)
    queue = np.full(-(-len(values) // GROUP) * (GROUP + 1), 7, np.uint64)
    queue[: len(values)] = (bits << np.uint64(32)) | (LAST - np.arange(len(values))).astype(np.uint64)
    lined_up(queue, len(values))
    return queue


@pytest.mark.parametrize("many", [1, 9, 70, 200])
def test_the_ten_are_the_best_in_order_and_one_to_try_stands_further_down(many: int) -> None:
    chance = np.random.default_rng(many)
    values = chance.integers(0, 20, many) / 20  # with many equals
    order = np.lexsort((np.arange(many), -values)).tolist()
    queue, new, odds = queue_of(values), np.empty(min(KEPT, many), np.int32), np.empty(KEPT, np.float32)
    line, groups, times = np.array([0, 0]), np.arange(many, dtype=np.int32), np.zeros(many, np.int32)
    chosen, chances = np.full(10, -1, np.int32), np.zeros(10, np.float32)
    nothing = np.zeros(0, np.int32), np.zeros(0, np.float32)
    filled = choose(groups, Rules(), times, *nothing, new, odds, queue, line, 0.5, 2.0, times < 0, chosen, chances)
    assert filled == min(10, many)
    assert chosen[:filled].tolist() == order[:filled]
    expected = 1 / (1 + np.exp(-(0.5 + 2 * np.log(np.maximum(values[order[:filled]], 1e-6)))))
    assert np.allclose(chances[:filled], expected, atol=1e-6)
    tried = try_one(groups, Rules(), 0.5, new, odds, queue, line, 0.5, 2.0, chosen)
    if many <= 10:
        assert tried == -1
    else:
        assert tried == 10 + (len(new) - 10) // 2
        assert new[tried] == order[tried]
