"""What a customer did until a day, one row a customer: what churn models read, and what back-tests make of lines."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adapters.analytics.lately import goods_lately

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
COLUMNS = (
    "first_day",  # days since 1970-01-01, as the next
    "last_day",
    "receipts",  # distinct, of sales
    "days",  # distinct, with a sale
    "money",  # minor units paid, what came back not taken off
    "gap_median",  # days between days with a sale; NaN for who came once, as the next
    "gap_mean",
    "gap_sd",  # of the sample; NaN below two gaps
    "basket_mean",  # minor units a receipt
    "items_per_receipt",  # distinct skus
    "discount_share",  # of what the goods cost before discounts, 0..1
    "returns",  # distinct receipts that brought something back
    "receipts_28d",  # in the 28 days that end with `at`; so the next two
    "receipts_90d",
    "receipts_365d",
    "categories",  # distinct
)
GOODS_LATELY = "goods_lately"
"""A column that not every history has (`lately`)."""


@dataclass(frozen=True, slots=True)
class CustomerHistory:
    """Customers as known at the end of day `at`: `columns` has the names above, perhaps more, each as long as `ids`."""

    at: int
    ids: npt.NDArray[np.generic]
    columns: Mapping[str, Floats]

    def __post_init__(self) -> None:
        missing = [name for name in COLUMNS if name not in self.columns]
        if missing:
            raise ValueError(f"columns are missing: {', '.join(missing)}")
        if any(len(column) != len(self.ids) for column in self.columns.values()):
            raise ValueError("each column needs one value a customer")

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, name: str) -> Floats:
        return self.columns[name]

    def only(self, some: slice) -> "CustomerHistory":
        """Those customers."""
        columns = {name: column[some] for name, column in self.columns.items()}
        return CustomerHistory(self.at, self.ids[some], columns)

    @property
    def btyd(self) -> tuple[Floats, Floats, Floats]:
        """x, tx and T of every customer, in days (see `btyd`)."""
        return self["days"] - 1, self["last_day"] - self["first_day"], self.at - self["first_day"]


@dataclass(frozen=True, slots=True)
class Lines:
    """Receipt lines as arrays of one length. `money` < 0 is a line that came back; a discount is what was saved."""

    customer: npt.NDArray[np.generic]
    day: Ints
    receipt: npt.NDArray[np.generic]
    sku: npt.NDArray[np.generic]
    category: npt.NDArray[np.generic]
    money: Ints
    discount: Ints

    def only(self, kept: Bools) -> "Lines":
        """The lines where `kept`."""
        return Lines(
            self.customer[kept], self.day[kept], self.receipt[kept], self.sku[kept], self.category[kept],
            self.money[kept], self.discount[kept],
        )  # fmt: skip


def histories(lines: Lines, at: int) -> CustomerHistory:
    """Everybody who bought up to and including day `at`, from the lines up to that day alone, in the order of ids."""
    known = lines.only(lines.day <= at)
    sold = known.only(known.money >= 0)
    ids, who = np.unique(sold.customer, return_inverse=True)
    size = len(ids)

    def per_customer(owner: Ints, weight: Floats | Ints | None = None) -> Floats:
        return np.bincount(owner, weight, size).astype(np.float64)

    owner, day = _distinct(who, sold.day)
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(first, owner, day)
    np.maximum.at(last, owner, day)
    by_receipt, receipt_day = _receipts(who, sold)
    receipts = per_customer(by_receipt)
    money, discount = per_customer(who, sold.money), per_customer(who, sold.discount)
    items = per_customer(_distinct(who, _codes(sold.receipt), _codes(sold.sku))[0])
    back = known.only((known.money < 0) & np.isin(known.customer, ids))
    returned = _distinct(np.searchsorted(ids, back.customer), _codes(back.receipt))[0]
    median, mean, sd = _gaps(owner, day, size)
    recent = {
        f"receipts_{span}d": per_customer(by_receipt, (receipt_day > at - span).astype(np.float64))
        for span in (28, 90, 365)
    }
    columns = {
        "first_day": first,
        "last_day": last,
        "receipts": receipts,
        "days": per_customer(owner),
        "money": money,
        "gap_median": median,
        "gap_mean": mean,
        "gap_sd": sd,
        "basket_mean": money / receipts,
        "items_per_receipt": items / receipts,
        "discount_share": np.divide(discount, money + discount, out=np.zeros(size), where=money + discount > 0),
        "returns": per_customer(returned),
        **recent,
        "categories": per_customer(_distinct(who, _codes(sold.category))[0]),
        GOODS_LATELY: _goods_lately(who, _codes(sold.sku), sold.day, size, at),
    }
    return CustomerHistory(at, ids, columns)


def stayed_away(lines: Lines, known: CustomerHistory, horizon: int) -> Bools:
    """True for each customer of `known` who bought nothing in the `horizon` days after its day."""
    after = (lines.day > known.at) & (lines.day <= known.at + horizon) & (lines.money >= 0)
    return ~np.isin(known.ids, lines.customer[after])


def _codes(values: npt.NDArray[np.generic]) -> Ints:
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _distinct(*columns: Ints) -> tuple[Ints, ...]:
    """The distinct rows of columns of numbers, in the order of the first, then the second."""
    order = np.lexsort(columns[::-1])
    rows = [column[order] for column in columns]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = np.any([row[1:] != row[:-1] for row in rows], axis=0)
    return tuple(row[fresh].astype(np.int64) for row in rows)


def _receipts(who: Ints, sold: Lines) -> tuple[Ints, Ints]:
    """Owner and day of each distinct receipt; its day is that of its first line."""
    receipt = _codes(sold.receipt)
    _, first = np.unique(receipt, return_index=True)
    return who[first], sold.day[first]


def _goods_lately(who: Ints, sku: Ints, day: Ints, size: int, at: int) -> Floats:
    owner, item, days = _distinct(who, sku, day)
    starts = np.searchsorted(owner, np.arange(size + 1)).astype(np.int64)
    width = int(item.max()) + 1 if len(item) else 0
    return goods_lately(starts, item.astype(np.int32), days.astype(np.int32), width, at)


def _gaps(owner: Ints, day: Ints, size: int) -> tuple[Floats, Floats, Floats]:
    """Median, mean and sample sd of the days between distinct days, which are sorted within each owner."""
    same = owner[1:] == owner[:-1]
    of, gap = owner[1:][same], np.diff(day)[same].astype(np.float64)
    number = np.bincount(of, minlength=size)
    nothing = np.full(size, np.nan)
    mean = np.divide(np.bincount(of, gap, size), number, out=nothing.copy(), where=number > 0)
    squares = np.bincount(of, (gap - mean[of]) ** 2, size)
    sd = np.sqrt(np.divide(squares, number - 1, out=nothing.copy(), where=number > 1))
    gap = gap[np.lexsort((gap, of))]
    begins = np.cumsum(number) - number
    some = number > 0
    low, high = begins[some] + (number[some] - 1) // 2, begins[some] + number[some] // 2
    median = nothing.copy()
    median[some] = (gap[low] + gap[high]) / 2
    return median, mean, sd
