"""What was bought, out of the lake: owner, good and day of each line that stayed sold."""

from collections.abc import Iterator
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.lakelines import by_months
from adapters.analytics.marts import EARLIEST, number
from adapters.analytics.ports import Source
from adapters.analytics.words import Bools, among

_SKU = ["store", "till", "receipt", "business_date", "sku", "owner"]
_WANTED = ["owner", "sku", "business_date"]
_READ = [*_SKU, "milli"]


def bought(source: Source, until: date, *, since: date = EARLIEST) -> Iterator[pa.RecordBatch]:
    """Batches of `owner`, `sku`, `day`, month by month: lines with a card, sold on sane days from `since` to before
    `until`.

    A good that came back wholly was never bought; of one that came back in part the rest was. What comes back has the
    day of its sale, so that no day needs another.
    """
    load = partial(_stayed, since=since, until=until)
    for month in by_months(source, load, columns=_READ, days=(since, until)):
        for part in month:
            yield from part.rename_columns(["owner", "sku", "day"]).to_batches(max_chunksize=1_000_000)


def _stayed(parts: Iterator[pa.Table], since: date, until: date) -> list[pa.Table]:
    told = [(part, *_signs(part, since, until)) for part in parts]
    back = [_texts(part, minus) for part, _, minus in told]
    receipts = pc.unique(pa.concat_tables(back)["receipt"]) if back else pa.array([], pa.string())
    kept, touched = [], list(back)
    # Few receipts have returns: only their lines are summed, the rest passes by.
    for part, plus, _ in told:
        back_too = among(part["receipt"], receipts)
        kept.append(part.select(_WANTED).filter(pa.array(plus & ~back_too)))
        touched.append(_texts(part, plus & back_too))
    if len(receipts):
        left = pa.concat_tables(touched).group_by(_SKU).aggregate([("milli", "sum")])
        kept.append(left.filter(pc.greater(left["milli_sum"], 0)).select(_WANTED))
    return kept


def _signs(part: pa.Table, since: date, until: date) -> tuple[Bools, Bools]:
    """Which of the sane lines were sold, which came back."""
    day = part["business_date"].cast(pa.int32()).fill_null(0).to_numpy()
    milli = part["milli"].fill_null(0).to_numpy()
    sane = (day >= number(max(since, EARLIEST))) & (day < number(until))
    if part["owner"].null_count:
        sane &= part["owner"].is_valid().to_numpy()
    return sane & (milli > 0), sane & (milli < 0)


def _texts(part: pa.Table, rows: Bools) -> pa.Table:
    """These rows with plain texts, which can be grouped and joined to those of another file."""
    chosen = part.filter(pa.array(rows))
    columns = {
        name: chosen[name].cast(pa.string()) if pa.types.is_dictionary(chosen[name].type) else chosen[name]
        for name in _READ
    }
    return pa.table(columns)
