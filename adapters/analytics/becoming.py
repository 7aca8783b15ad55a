"""Owners of a history become who they are now: what several of them bought is one person's."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.history import BEGIN, History
from adapters.analytics.joining import Fresh, Joined, Kept, Turn, ordered
from adapters.analytics.purchases import Ints, Longs
from adapters.analytics.reading import Part
from adapters.analytics.slipping import Slipping
from adapters.analytics.slips import LAST, Rows, Slipped
from adapters.analytics.words import Words

_PHONE = "phone:"


def become(history: History, torn: Part, into: Mapping[str, str]) -> History:
    """The same by who each owner is now, with the receipts that several owners have (`torn`, their lines): one person's
    are one receipt."""
    names = _named(history.owners, into)
    if names is None and not len(torn.o):
        return history.filled()
    words = Words()
    codes = words.codes(history.owners if names is None else names)
    owners, rank = ordered(words.names())
    now = rank[codes]
    main, others = _mains(now, np.diff(history.starts), len(owners))
    fresh = Fresh(0)
    if len(others):
        some = history.at(others)
        rows = Rows(some.items, (some.days - BEGIN).astype(np.uint16), some.money, some.times)
        whose = now[others]
        fresh.add(
            Slipped(np.repeat(whose, np.diff(some.receipts)), some.slips, np.repeat(whose, np.diff(some.starts)), rows,
                    np.zeros(0, np.int32)), len(owners),
        )  # fmt: skip
    if len(torn.o):
        part = torn._replace(o=now[torn.o])
        fresh.add(Slipping(BEGIN).slipped(part, len(history.skus), whole=True), len(owners))
    parts = fresh.whole(len(owners))
    made = Joined(len(owners), len(history.items) + len(parts[1].item), len(history.slips.day) + len(parts[3].day))
    days: Any = history.days
    kept = Kept(history.starts, Rows(history.items, days, history.money, history.times), history.receipts,
                history.slips)  # fmt: skip
    skus, stores = (np.arange(len(names), dtype=np.int32) for names in (history.skus, history.stores))
    turn = Turn(main, np.ones(LAST + 1, bool), skus, stores)
    code = np.arange(len(owners), dtype=np.int32)
    made.add_rows(0, len(owners), kept, turn, BEGIN, BEGIN, code, parts[0], parts[1], skus)
    made.add_slips(0, len(owners), kept, turn, code, parts[2], parts[3], stores)
    return History(
        owners, history.skus, history.stores, made.starts, *made.rows, made.receipts, made.slips,
        made.repeated,
    ).filled()  # fmt: skip


def _named(owners: pa.Array, into: Mapping[str, str]) -> pa.Array | None:
    """Who they are now; None: nobody of them is another."""
    if not into:
        return None
    # Phones are known by their beginning, merged customers are few: the rest costs no look-up in Python.
    few = pa.array([one for one in into if not one.startswith(_PHONE)], pa.string())
    asked = pc.or_(pc.starts_with(owners, _PHONE), pc.is_in(owners, value_set=few))
    once = owners.filter(asked).to_pylist()
    found = [into.get(one, one) for one in once]
    return None if found == once else pc.replace_with_mask(owners, asked, pa.array(found, pa.string()))


def _mains(now: Ints, sizes: Longs, owners: int) -> tuple[Longs, Longs]:
    """Of each owner the one who bought most, and all the others."""
    order = np.lexsort((-sizes, now))
    first = np.ones(len(order), bool)
    first[1:] = now[order[1:]] != now[order[:-1]]
    main = np.full(owners, -1, np.int64)
    main[now[order[first]]] = order[first]
    return main, np.sort(order[~first])
