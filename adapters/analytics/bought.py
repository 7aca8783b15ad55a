"""What was bought, out of the lake: owner, good and day of each line that stayed sold."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.lakelines import READ, by_months
from adapters.analytics.marts import EARLIEST
from adapters.analytics.ports import Source
from adapters.analytics.words import dictionary

_SKU = ["store", "till", "receipt", "business_date", "sku", "owner"]
_WANTED = ["owner", "sku", "business_date"]


class Aside:
    """What else is kept when the lake is read: every line of these owners, in the columns of `READ`."""

    def __init__(self, owners: Sequence[str]) -> None:
        self.owners = owners
        self._wanted = pa.array(owners, pa.string())
        self._kept = [READ.empty_table()]

    @property
    def lines(self) -> pa.Table:
        """So far."""
        return pa.concat_tables(self._kept)

    def of(self, part: pa.Table) -> pa.Table:
        """The owners' lines of this part: each text is looked up once, not for every line that has it."""
        names, places = dictionary(part["owner"])
        found = np.append(pc.is_in(names, value_set=self._wanted).to_numpy(zero_copy_only=False), False)
        return part.filter(pa.array(found[places])).cast(READ)

    def keep(self, parts: Sequence[pa.Table]) -> None:
        """The parts of a month that was read to its end."""
        self._kept += parts


def bought(source: Source, until: date, aside: Aside | None = None) -> Iterator[pa.RecordBatch]:
    """Batches of `owner`, `sku`, `day`, month by month: lines with a card, sold on sane days before `until`.

    A good that came back wholly was never bought; of one that came back in part the rest was. `aside` has its lines
    when the last batch was taken.
    """
    for month, kept in by_months(source, partial(_read, until=until, aside=aside)):
        if aside is not None:
            aside.keep(kept)
        for part in month:
            yield from part.rename_columns(["owner", "sku", "day"]).to_batches(max_chunksize=1_000_000)


def _read(parts: Iterator[pa.Table], until: date, aside: Aside | None) -> tuple[list[pa.Table], list[pa.Table]]:
    sane, kept = [], []
    for part in parts:
        sane.append(part.filter(_sane(part, until)))
        if aside is not None:
            kept.append(aside.of(part))
    return _stayed(sane), kept


def _stayed(sane: Sequence[pa.Table]) -> list[pa.Table]:
    back = [_texts(part.filter(pc.less(part["milli"], 0))) for part in sane]
    receipts = pc.unique(pa.concat_tables(back)["receipt"]) if back else pa.array([], pa.string())
    kept, touched = [], list(back)
    # Few receipts have returns: only their lines are summed, the rest passes by.
    for part in sane:
        sold = part.filter(pc.greater(part["milli"], 0))
        among = pc.is_in(sold["receipt"], value_set=receipts)
        kept.append(sold.filter(pc.invert(among)).select(_WANTED))
        touched.append(_texts(sold.filter(among)))
    if len(receipts):
        left = pa.concat_tables(touched).group_by(_SKU).aggregate([("milli", "sum")])
        kept.append(left.filter(pc.greater(left["milli_sum"], 0)).select(_WANTED))
    return kept


def _sane(part: pa.Table, until: date) -> pa.ChunkedArray:
    day = part["business_date"]
    inside = pc.and_(pc.greater_equal(day, pa.scalar(EARLIEST)), pc.less(day, pa.scalar(until)))
    return pc.and_(pc.is_valid(part["owner"]), pc.and_(inside, pc.not_equal(part["milli"], 0)))


def _texts(part: pa.Table) -> pa.Table:
    """Plain texts, which can be grouped and joined to those of another file."""
    columns = {
        name: part[name].cast(pa.string()) if pa.types.is_dictionary(part[name].type) else part[name]
        for name in [*_SKU, "milli"]
    }
    return pa.table(columns)
