"""The history of a lake: what was kept of it, and what came, went or changed since, read anew.

    history = history_of(Moved(lake, into), shy=forgotten | unprofiled)

A month is kept as long as its files are those that were read; what few months came to since stands beside the rest,
which is not written again for it. What is kept is that of owners as the lake has them, so
that merges and proofs, which come every day, cost no reading; owners become who they are now at the end.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import structlog

from adapters.analytics.becoming import become
from adapters.analytics.beside import NOTHING, New, alone, history, parts_of
from adapters.analytics.history import BEGIN, History
from adapters.analytics.joining import Fresh, Joined, Turn, merged, ordered
from adapters.analytics.keeping import Found, Unfit, found_beside, found_in, keep
from adapters.analytics.marts import EARLIEST
from adapters.analytics.ports import Moved, Source
from adapters.analytics.purchases import Ints
from adapters.analytics.reading import COLUMNS, STORE, Part, Reading
from adapters.analytics.slipping import Slipping
from adapters.analytics.slips import LAST, Slipped, each, rows_for
from adapters.analytics.words import Bools, Keys, dictionary, keys_of
from adapters.lake.files import Files, LakeFile

log = structlog.get_logger(__name__)
_MOST = 4
"""One of so many rows may be another than in what was kept whole before all of it is written anew."""


def history_of(source: Source, *, shy: Collection[str] = (), keeps: bool = False) -> History:
    """Everything that was bought, by who the owners are now. What was kept is used; with `keeps` this is kept for next
    week, but for what the `shy` have."""
    into = source.into if isinstance(source, Moved) else {}
    if isinstance(source, pa.Table):
        gathered = _Gathering(None).of_table(source)
    else:
        files = Files(source.lake if isinstance(source, Moved) else source)
        hidden = {*shy, *(once for once, now in into.items() if now in shy)} if shy else set[str]()
        gathered = _gathered(files, hidden)
        if keeps and gathered.regular:
            gathered.keep(files, hidden)
    return become(gathered.history, gathered.torn, into)


def _gathered(files: Files, hidden: Collection[str]) -> "_Gathering":
    try:
        found = found_in(files.folder, files.version)
        more = found_beside(files.folder, files.version, found) if found is not None else None
        return _Gathering(found, more).of_lake(files, hidden)
    except Unfit as why:
        log.warning("lake.history_unfit", reason=str(why))
        return _Gathering(None).of_lake(files, hidden)


class _Gathering:
    """Texts as numbers and parts as they come, beside what was kept."""

    def __init__(self, found: Found | None, more: Found | None = None) -> None:
        self._found, self._more = found, more
        known = (found.skus, found.stores) if found is not None else (None, None)
        self._reading = Reading(known[0], stores=known[1])
        self._slipping = Slipping(BEGIN)
        self._torn = [self._reading.part(iter([]))]
        self.stamps = dict[str, str]()
        self.regular = True
        """Whether each month has days of its own alone; else what is kept could not be told apart by days."""

    def of_table(self, lines: pa.Table) -> "_Gathering":
        """The lines of a table in the lake's columns."""
        self._fresh = Fresh(lines.num_rows)
        self._fresh.add(self._taken(self._reading.part(iter([lines.select(COLUMNS)]))), len(self._reading.owners))
        return self._joined(np.ones(LAST + 1, bool), np.zeros(0, np.uint64))

    def of_lake(self, files: Files, hidden: Collection[str]) -> "_Gathering":
        """Of each month what was kept or, if its files are others by now, what they have. Raises Unfit."""
        counting = {month: files.counting(month) for month in files.months()}
        stamps = {month: _stamp(some) for month, some in counting.items()}
        whole, more = (
            {month for month, told in stamps.items() if found is not None and found.stamps.get(month) == told}
            for found in (self._found, self._more)
        )
        more -= whole
        sought = self._sought(hidden)
        lines = sum(one.rows for month, some in counting.items() if month not in whole | more for one in some)
        self._fresh = Fresh(lines + (self._more.rows if self._more is not None and more else 0))
        for month in counting:
            if month in whole | more and (not len(sought) or self._look(files, month, sought, stamps[month])):
                self.stamps[month] = stamps[month]
            else:
                self._read(files, month)
        self._whole, more = ({month for month in some if self.stamps[month] == stamps[month]} for some in (whole, more))
        stands, beside = _days_of(self._whole), _days_of(more)
        if self._more is not None and beside.any():
            self._take(self._more, beside, sought)
        return self._joined(stands, sought)

    def keep(self, files: Files, hidden: Collection[str]) -> None:
        """It is kept but for what the hidden have: beside what was kept whole while that is most of it and has nothing
        of the hidden, else whole."""
        out = pc.is_in(self.history.owners, value_set=pa.array(sorted(hidden), pa.string()))
        without, stays = out.to_numpy(zero_copy_only=False), self._stays(hidden)
        if not stays:
            keep(files.folder, files.version, self.history, self.torn, self.stamps, without)
            return
        stamps = {month: told for month, told in self.stamps.items() if month not in self._whole}
        since = alone(self._new, self.history)
        keep(files.folder, files.version, since, self._new.torn, stamps, without, self._found)

    def _sought(self, hidden: Collection[str]) -> Keys:
        """Keys of owners whose lines are looked for, since they are not kept, or are not to be kept any more."""
        told = [np.zeros(0, np.uint64)]
        for found in (self._found, self._more):
            if found is not None:
                some = found.owners.filter(pc.is_in(found.owners, value_set=pa.array(sorted(hidden), pa.string())))
                told += [found.without, keys_of(some)]
        return np.unique(np.concatenate(told))

    def _read(self, files: Files, month: str) -> None:
        def load(some: Sequence[LakeFile]) -> tuple[str, Slipped]:
            told = _stamp(some)
            return told, self._taken(self._reading.part(files.groups(some, COLUMNS)), month)

        self.stamps[month], part = files.reading(month, load)
        self._fresh.add(part, len(self._reading.owners))

    def _look(self, files: Files, month: str, sought: Keys, stamp: str) -> bool:
        """The lines of those owners are there, unless the month is another one by now."""

        def load(some: Sequence[LakeFile]) -> tuple[str, Part]:
            told = _stamp(some)
            groups = files.groups(some, COLUMNS, wanted=lambda owners: bool(_among(owners, sought).any()))
            theirs = (group.filter(pa.array(_among(group["owner"], sought))) for group in groups)
            return told, each(self._reading.part(theirs), np.copy)

        told, part = files.reading(month, load)
        if told != stamp:
            return False
        self._keep_lines(part)
        return True

    def _take(self, more: Found, stands: Bools, sought: Keys) -> None:
        """What stood beside the rest is a part like those that were read."""
        reading = self._reading
        code = reading.owners.codes(more.owners)
        code[np.isin(keys_of(more.owners), sought)] = -1
        skus, stores = reading.skus.codes(more.skus), reading.stores.codes(more.stores)
        part, torn = parts_of(more, code, stands, skus, stores)
        self._fresh.add(part, len(reading.owners))
        self._torn.append(torn)

    def _taken(self, part: Part, month: str = "") -> Slipped:
        found = self._slipping.slipped(part, len(self._reading.skus))
        lines = each(part, lambda column: column[found.torn])
        self._keep_lines(lines)
        if month:
            first, after = _days(month)
            days = np.concatenate([found.slips.day.astype(np.int64), lines.day - BEGIN])
            self.regular &= not len(days) or (first <= days.min() and days.max() < after)
        return found

    def _keep_lines(self, lines: Part) -> None:
        """Their receipts' keys are those of names, which are the same next week."""
        codes = lines.s.astype(np.int64)
        keys = np.append(keys_of(self._reading.stores.names()), np.uint64(0))[codes]
        r = lines.r ^ ((codes + 1).astype(np.uint64) * STORE) ^ (keys * STORE)
        self._torn.append(lines._replace(r=r))

    def _joined(self, stands: Bools, sought: Keys) -> "_Gathering":
        self._reading.forget_lines()
        pa.default_memory_pool().release_unused()  # of a hundred million lines half a gigabyte would lie idle
        found, reading = self._found, self._reading
        skus, sku = ordered(reading.skus.names())
        stores, store = ordered(reading.stores.names())
        names = found.owners if found is not None else pa.array([], pa.string())
        owners, kept_place, fresh_place = merged(names, reading.owners.names())
        code, place = np.full(len(owners), -1, np.int32), np.full(len(owners), -1, np.int64)
        code[fresh_place] = np.arange(len(fresh_place), dtype=np.int32)
        place[kept_place] = np.arange(len(kept_place))
        place[kept_place[np.isin(keys_of(names), sought)]] = -1
        starts, rows, receipts, slips = self._fresh.whole(len(fresh_place))
        del self._fresh
        more = (found.rows, found.slips) if found is not None else (0, 0)
        made = Joined(len(owners), more[0] + len(rows.item), more[1] + len(slips.day))
        here = 0
        for first, after, kept in found.blocks() if found is not None else iter([(0, 0, NOTHING)]):
            end = int(kept_place[after]) if after < len(kept_place) else len(owners)
            some = place[here:end]
            turn = Turn(np.where(some >= 0, some - first, -1), stands, sku, store)
            made.add_rows(here, end, kept, turn, 0, BEGIN, code, starts, rows, sku)
            if found is None:
                rows = rows_for(0)  # they were all of them: there is no room for them beside the receipts
            made.add_slips(here, end, kept, turn, code, receipts, slips, store)
            here = end
        new = [one._replace(o=fresh_place[one.o]) for one in self._torn]
        self._new = New(code, starts, rows, receipts, slips, sku, store, self._together(new, sku, store))
        if found is not None:
            old = found.torn
            still = stands[np.clip(old.day - BEGIN, 0, LAST)] & (place[kept_place[old.o]] >= 0)
            new.append(each(old, lambda column: column[still])._replace(o=kept_place[old.o[still]]))
        self.torn = self._together(new, sku, store)
        self.history = history(owners, skus, stores, made)
        return self

    def _together(self, torn: Sequence[Part], sku: Ints, store: Ints) -> Part:
        whole = Part(*(np.concatenate(columns) for columns in zip(*torn, strict=True)))
        return whole._replace(s=np.append(store, np.int32(-1))[whole.s], p=sku[whole.p])

    def _stays(self, hidden: Collection[str]) -> bool:
        """Whether what was kept whole may stand as it is."""
        found, now = self._found, len(self.history.items)
        if found is None or _MOST * (now - len(self._new.rows.item)) < (_MOST - 1) * max(now, found.rows):
            return False
        names = pa.array(sorted(hidden), pa.string())
        return not pc.any(pc.is_in(found.owners, value_set=names)).as_py() and bool(
            np.isin(found.without, keys_of(names)).all()
        )


def _among(owners: pa.ChunkedArray, sought: Keys) -> Bools:
    words, places = dictionary(owners)
    return np.asarray(np.append(np.isin(keys_of(words), sought) & ~_nothing(words), False)[places])


def _nothing(words: pa.Array) -> Bools:
    return np.asarray(words.is_null().to_numpy(zero_copy_only=False))


def _stamp(files: Sequence[LakeFile]) -> str:
    """Another one whenever a file came, went or was replaced."""
    told = []
    for one in files:
        stat = one.path.stat()
        told.append(f"{one.path.name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}")
    return "\n".join(told)


def _days_of(months: Collection[str]) -> Bools:
    stands = np.zeros(LAST + 1, bool)
    for month in months:
        first, after = _days(month)
        stands[first:after] = True
    return stands


def _days(month: str) -> tuple[int, int]:
    """Its first day and the one after its last, from the earliest on; none where nothing can be kept."""
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=32)).replace(day=1)
    begun, ended = (min(max(0, (day - EARLIEST).days), LAST + 1) for day in (first, after))
    return begun, ended
