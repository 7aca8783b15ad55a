"""Lines become receipts and rows: nothing is lost where a row has no room for a sum, and room is used again."""

from collections.abc import Sequence

import numpy as np

from adapters.analytics.history import BEGIN
from adapters.analytics.reading import Part
from adapters.analytics.slipping import Slipping
from adapters.analytics.slips import MANY, MOST, Slipped

Line = tuple[int, int, int, int, int]
"""Owner, receipt, good, thousandths and unit price; each line has a discount of 1."""


def part(lines: Sequence[Line], second: int = 1_000_000_000) -> Part:
    """Lines of one day and store."""
    owner, receipt, good, milli, price = (list(column) for column in zip(*lines, strict=True))
    many = len(lines)
    return Part(
        np.array(owner, np.int32), np.zeros(many, np.int32), np.array(good, np.int32), np.array(receipt, np.uint64),
        np.full(many, BEGIN + 9_000, np.int32), np.full(many, second * 1_000_000), np.array(milli), np.array(price),
        np.ones(many, np.int64),
    )  # fmt: skip


def sums(made: Slipped) -> dict[str, int]:
    """What all receipts and rows come to."""
    slips, rows = made.slips, made.rows
    told = {name: int(getattr(slips, name).astype(np.int64).sum()) for name in ("gross", "discount", "items", "lines")}
    return told | {"money": int(rows.money.astype(np.int64).sum()), "times": int(rows.times.sum())}


def test_what_a_row_has_no_room_for_goes_on_in_the_next() -> None:
    dear, cheap = 3 * MOST, 70_000
    lines = [(0, 1, 0, 1000, dear), *[(0, 2, 1, 1000, 1)] * cheap, (1, 3, 2, 1000, 500)]
    made = Slipping(BEGIN).slipped(part(lines), 3)
    assert sums(made) == {
        "gross": dear + cheap + 500, "discount": cheap + 2, "items": 3, "lines": cheap + 2,
        "money": dear + 500 - 2, "times": 3,
    }  # fmt: skip
    assert made.slips.gross.max() <= MOST
    assert made.slips.lines.max() <= MANY
    assert len(made.slips.day) > 3
    assert [int(one) for one in made.rows.item[made.rows.times == 1]] == [0, 1, 2]


def test_a_receipt_of_an_instant_that_does_not_fit_keeps_its_time_of_day() -> None:
    for second in (-5, 2**32 + 7, 86_400 * 100_000 + 61):
        made = Slipping(BEGIN).slipped(part([(0, 1, 0, 1000, 100)], second), 1)
        assert int(made.slips.second[0]) % 86_400 == second % 86_400


def test_parts_that_follow_one_another_have_nothing_of_those_before() -> None:
    slipping = Slipping(BEGIN)
    first = sums(slipping.slipped(part([(one // 3 % 7, one // 3, one % 5, 1000, 10 + one) for one in range(400)]), 5))
    few = [(3, 1, 4, 2000, 250), (3, 1, 4, -1000, 250), (5, 2, 0, 1000, 100), (5, 2, 0, -1000, 100)]
    made = slipping.slipped(part(few), 5)
    assert first["items"] == first["times"] > 4
    assert [int(one) for one in made.slip_owner] == [3, 5]
    assert [int(one) for one in made.slips.gross] == [250, 0]
    assert [int(one) for one in made.slips.returned] == [1, 1]
    assert [(int(who), int(item), int(paid)) for who, item, paid in zip(
        made.row_owner, made.rows.item, made.rows.money, strict=True)] == [(3, 4, 248)]  # fmt: skip
    slipping.slipped(part([(0, 1, 0, 1000, 3 * MOST)]), 5)
    assert sums(slipping.slipped(part(few), 5))["times"] == 1
