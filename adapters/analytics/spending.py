"""What some people bought and when, out of the lake: a row for each of their receipts' instants, returns taken off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adapters.analytics.lakelines import by_months
from adapters.analytics.ports import Source
from adapters.analytics.words import Words, dictionary

Longs = npt.NDArray[np.int64]
_READ = ("owner", "sold_at", "milli", "unit_price", "discount")
_APART = timedelta(days=2)
"""A receipt's business day and its instant may lie so far apart, over the change of a month."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Each row: the place of the person, microseconds since 1970, money before discounts and what they took off; those
    of a person in the order of time.

    What came back at a till is taken off where it was sold; what a file brings as returned, where the file says so.
    """

    person: Longs
    at: Longs
    gross: Longs
    discount: Longs


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return int(at.astimezone(UTC).timestamp() * 1_000_000)


def spent(source: Source, people: Sequence[str], since: datetime, until: datetime) -> Spent:
    """By the places of the people, from the instant on and before the other, in the order of people and of time."""
    names = Words(pa.array(people, pa.string()))
    load = partial(_read, names=names, people=len(people), since=micros(since), until=micros(until))
    days = ((since - _APART).date(), (until + _APART).date())
    columns = _together(list(by_months(source, load, columns=_READ, days=days)))
    order = np.lexsort((columns[1], columns[0]))
    for at, column in enumerate(columns):
        columns[at] = column[order]
    return Spent(*_summed(columns))


def _read(parts: Iterator[pa.Table], names: Words, people: int, since: int, until: int) -> list[Longs]:
    return _together([_of(part, names, people, since, until) for part in parts])


def _of(part: pa.Table, names: Words, people: int, since: int, until: int) -> list[Longs]:
    """Lines of one receipt mostly stand together: already here they are one row, and take no more memory than that."""
    words, places = dictionary(part["owner"])
    codes = names.codes(words)  # whoever comes after the people is a stranger
    person = np.append(np.where(codes < people, codes, -1), -1)[places].astype(np.int64)  # the last stands for nobody
    at = part["sold_at"].cast(pa.int64()).to_numpy()
    mine = (person >= 0) & (at >= since) & (at < until)
    milli, price, off = (part[name].fill_null(0).to_numpy()[mine] for name in ("milli", "unit_price", "discount"))
    gross = np.sign(milli) * ((np.abs(milli) * price + 500) // 1000)
    return _summed([person[mine], at[mine], gross, off])


def _summed(rows: list[Longs]) -> list[Longs]:
    """Neighbours of one person and instant are one row."""
    person, at, *money = rows
    if not len(at):
        return rows
    first = np.flatnonzero(np.append(True, (np.diff(person) != 0) | (np.diff(at) != 0)))
    return [person[first], at[first], *(np.add.reduceat(column, first) for column in money)]


def _together(parts: list[list[Longs]]) -> list[Longs]:
    """Column after column, each gone where it was before the next is there: a million people's are hundreds of MB."""
    nothing = np.zeros(0, np.int64)
    return [np.concatenate([nothing, *(columns.pop(0) for columns in parts)]) for _ in Spent.__slots__]


def only(spent: Spent, places: Longs) -> Spent:
    """What those people bought, by their new places; -1: somebody else."""
    person = places[spent.person]
    mine = person >= 0
    return Spent(person[mine], spent.at[mine], spent.gross[mine], spent.discount[mine])
