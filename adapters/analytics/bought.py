"""What was bought, out of the lake: owner, good and day of each line that stayed sold."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.lakelines import READ, by_months
from adapters.analytics.marts import EARLIEST, number
from adapters.analytics.ports import Source
from adapters.analytics.words import Bools, among

_SKU = ["store", "till", "receipt", "business_date", "sku", "owner"]
_WANTED = ["owner", "sku", "business_date"]
_READ = [*_SKU, "milli"]


class Aside:
    """What else is kept of the months that are read: every line of these owners, in the columns of `READ`."""

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
        return part.filter(pa.array(among(part["owner"], self._wanted))).cast(READ)

    def keep(self, parts: Sequence[pa.Table]) -> None:
        """The parts of a month that was read to its end."""
        self._kept += parts


def bought(
    source: Source, until: date, *, since: date = EARLIEST, aside: Aside | None = None
) -> Iterator[pa.RecordBatch]:
    """Batches of `owner`, `sku`, `day`, month by month: lines with a card, sold on sane days from `since` to before
    `until`.

    A good that came back wholly was never bought; of one that came back in part the rest was. What comes back has the
    day of its sale, so that no day needs another. `aside` has its lines when the last batch was taken.
    """
    columns = _READ if aside is None else READ.names
    load = partial(_read, since=since, until=until, aside=aside)
    for month, kept in by_months(source, load, columns=columns, days=(since, until)):
        if aside is not None:
            aside.keep(kept)
        for part in month:
            yield from part.rename_columns(["owner", "sku", "day"]).to_batches(max_chunksize=1_000_000)


def _read(
    parts: Iterator[pa.Table], since: date, until: date, aside: Aside | None
) -> tuple[list[pa.Table], list[pa.Table]]:
    kept: list[pa.Table] = []

    def looked_at() -> Iterator[pa.Table]:
        for part in parts:
            if aside is not None:
                kept.append(aside.of(part))
            yield part.select(_READ)

    return _stayed(looked_at(), since, until), kept


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
