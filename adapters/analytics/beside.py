"""What few months came to since everything was kept: it stands beside it, is read with it and written anew alone."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from adapters.analytics.history import BEGIN, History
from adapters.analytics.joining import Joined, Kept, Turn
from adapters.analytics.keeping import Found
from adapters.analytics.purchases import Ints, Longs
from adapters.analytics.reading import Part
from adapters.analytics.slips import LAST, Rows, Slipped, Slips, each, rows_for, slips_for
from adapters.analytics.words import Bools

NOTHING = Kept(np.zeros(1, np.int64), rows_for(0), np.zeros(1, np.int64), slips_for(0))


class New(NamedTuple):
    """Parts that are not of what was kept whole: the number that each owner has there, rows and receipts, and what
    their goods and stores are; the lines of receipts that several owners have."""

    code: Ints
    starts: Longs
    rows: Rows
    receipts: Longs
    slips: Slips
    skus: Ints
    stores: Ints
    torn: Part


def history(owners: pa.Array, skus: pa.Array, stores: pa.Array, made: Joined) -> History:
    """Of what was joined."""
    return History(owners, skus, stores, made.starts, *made.rows, made.receipts, made.slips, made.repeated)


def alone(new: New, whole: History) -> History:
    """The history of those parts, with the names of the whole one."""
    made = Joined(len(whole), len(new.rows.item), len(new.slips.day))
    turn = Turn(np.full(len(whole), -1, np.int64), np.zeros(LAST + 1, bool), new.skus, new.stores)
    made.add_rows(0, len(whole), NOTHING, turn, 0, BEGIN, new.code, new.starts, new.rows, new.skus)
    made.add_slips(0, len(whole), NOTHING, turn, new.code, new.receipts, new.slips, new.stores)
    return history(whole.owners, whole.skus, whole.stores, made)


def parts_of(more: Found, code: Ints, stands: Bools, skus: Ints, stores: Ints) -> tuple[Slipped, Part]:
    """What still stands of it by its days, with the numbers of its owners (-1: not theirs), goods and stores as told,
    and its torn lines. Raises Unfit."""
    parts = [_part(kept, code[first:after], stands, skus, stores) for first, after, kept in more.blocks()]
    whose, slips, whose_rows, rows, _ = zip(*parts, strict=True)
    whole = Slipped(
        np.concatenate(whose), Slips(*map(np.concatenate, zip(*slips, strict=True))), np.concatenate(whose_rows),
        Rows(*map(np.concatenate, zip(*rows, strict=True))), np.zeros(0, np.int32),
    )  # fmt: skip
    still = stands[np.clip(more.torn.day - BEGIN, 0, LAST)] & (code[more.torn.o] >= 0)
    torn = each(more.torn, lambda column: column[still])
    return whole, torn._replace(o=code[torn.o], s=np.append(stores, np.int32(-1))[torn.s], p=skus[torn.p])


def _part(kept: Kept, code: Ints, stands: Bools, skus: Ints, stores: Ints) -> Slipped:
    whose, whose_rows = (np.repeat(code, np.diff(starts)) for starts in (kept.receipts, kept.starts))
    some, rows = (
        np.flatnonzero((owner >= 0) & stands[told.day])
        for owner, told in ((whose, kept.slips), (whose_rows, kept.rows))
    )
    slips, goods = each(kept.slips, lambda column: column[some]), each(kept.rows, lambda column: column[rows])
    return Slipped(
        whose[some], slips._replace(store=stores[slips.store]), whose_rows[rows],
        goods._replace(item=skus[goods.item]), np.zeros(0, np.int32),
    )  # fmt: skip
