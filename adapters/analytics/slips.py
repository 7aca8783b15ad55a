"""Receipts and what stays bought on each, in columns: the form that everything of a lake is kept in and counted from.

Nothing here knows a category, a promo, a zone or today: all of that may be another next week.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from adapters.analytics.words import Ints

Shorts = npt.NDArray[np.uint16]
LAST = 65_535
"""Days from the earliest one on that can be kept, nearly two centuries: a later one is a broken clock's."""
MOST, MANY = 2**31 - 1, 65_535
"""The largest sum, and the largest count, that a row has room for."""
C = TypeVar("C", bound=tuple[Any, ...])


class Slips(NamedTuple):
    """Receipts. `day` counts from the earliest one; `items` are different goods that stay bought, `lines` all of its
    lines, `returned` those that came back; gross and discount are of what stays bought.

    One without items is no receipt: all of it came back, or it goes on with what did not fit into the one before.
    """

    day: Shorts
    store: Ints
    second: npt.NDArray[np.uint32]
    gross: Ints
    discount: Ints
    items: Ints
    lines: Shorts
    returned: Shorts


class Rows(NamedTuple):
    """A good that stays bought on a day: what was paid for it less discounts, and on how many receipts it stands."""

    item: Ints
    day: Shorts
    money: Ints
    times: npt.NDArray[np.uint8]


def rows_for(size: int) -> Rows:
    """Room for so many rows."""
    return Rows(np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.int32), np.empty(size, np.uint8))


def slips_for(size: int) -> Slips:
    """Room for so many receipts."""
    return Slips(
        np.empty(size, np.uint16), np.empty(size, np.int32), np.empty(size, np.uint32), np.empty(size, np.int32),
        np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.uint16), np.empty(size, np.uint16),
    )  # fmt: skip


def each(columns: C, do: Callable[[Any], Any]) -> C:
    """The same columns, with something done to each."""
    made: Any = type(columns)
    found: C = made(*map(do, columns))
    return found


class Slipped(NamedTuple):
    """What a part comes to, each with its owner; `torn`: which of its lines are of receipts that several owners have,
    which are in neither."""

    slip_owner: Ints
    slips: Slips
    row_owner: Ints
    rows: Rows
    torn: Ints
