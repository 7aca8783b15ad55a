"""The demo shop's year: what its customers bought, each by a rhythm and a taste of their own, and its promo items.

Whoever comes with one of the demo's phones finds that the shop knows what they buy.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from adapters.app.demopast import plan_past
from adapters.app.histories import import_sales
from adapters.app.settings import Settings
from adapters.db.engines import Engine
from adapters.db.lanes import do_now
from adapters.db.outside import Outside
from adapters.db.work import DbWork
from adapters.imports.history import COLUMNS
from adapters.imports.rows import KINDS
from adapters.imports.run import import_file
from adapters.lake.lake import Lake
from core.offers.weekly import week_of

PHONES = (*range(11, 61), *range(100, 300))
_DAYS = 300
_PROMOTED = 40
_FAITHFUL = 10
"""Every so many customers one buys of a single category, so that the week has somebody to show the next one to."""
_WEEKS = (-1, 0, 1)
"""Weeks with promo items: the last one, this one and the next."""


def remember(settings: Settings, engine: Engine, outside: Outside, files: Path, goods: Sequence[Sequence[str]]) -> None:
    """The year that the shop has behind it is in the lake."""
    path = files / "sales.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_sales(goods, outside.clock().date()))
    import_sales(
        path, lake=Lake(Path(settings.lake)), do=partial(do_now, engine, outside), phones=outside.phones.read,
        dry_run=False, earn=False, progress=lambda rows: None,
    )  # fmt: skip


def look_back(engine: Engine, outside: Outside, goods: Sequence[Sequence[str]]) -> None:
    """Last week was planned, and some of the customers have used its offers."""
    lines = [(int(phone[-4:]), sku, at.date()) for at, _, _, phone, sku, _ in _lines(goods, outside.clock().date())]
    do_now(engine, outside, partial(plan_past, bought=lines))


def promote(engine: Engine, outside: Outside, files: Path, goods: Sequence[Sequence[str]]) -> None:
    """Last week, this week and the next have promo items; those that have them keep them."""
    for ahead in _WEEKS:
        week = week_of(outside.clock().date() + timedelta(weeks=ahead))
        path = files / f"promo-{week}.csv"
        if path.exists():
            continue
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(KINDS["promo"].columns)
            writer.writerows(_promo(week, goods))
        do_now(engine, outside, partial(_put, path=path, outside=outside))


def _put(work: DbWork, path: Path, outside: Outside) -> None:
    import_file(path, KINDS["promo"], phones=outside.phones.read, now=outside.clock())(work.shelves)


def _promo(week: str, goods: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    chance = random.Random(week)
    for sku, price in sorted((row[0], row[4]) for row in chance.sample(list(goods), _PROMOTED)):
        less = float(price) * chance.choice((0.7, 0.75, 0.8, 0.85))
        yield week, sku, price, f"{less:.2f}", "", "", "", "3" if chance.random() < 0.3 else ""


def _sales(goods: Sequence[Sequence[str]], today: date) -> Iterator[tuple[str, ...]]:
    """Receipts of everybody, the oldest first, in the columns of the import."""
    for at, receipt, store, phone, sku, price in _lines(goods, today):
        yield receipt, store, "1", at.isoformat(), phone, sku, "1", price, "0", "0"


def _lines(goods: Sequence[Sequence[str]], today: date) -> list[tuple[datetime, str, str, str, str, str]]:
    """Instant, receipt, store, phone, sku and price of each line."""
    chance = random.Random(20261127)
    categories = sorted({row[2] for row in goods})
    rows = []
    for number in PHONES:
        tastes = chance.sample(categories, 2)
        mine = [row for row in goods if row[2] in tastes]
        favourites = [(row, chance.randrange(7, 29)) for row in chance.sample(mine, 3)]
        store, ago = chance.choice(("s1", "s2", "s3")), _DAYS - chance.randrange(60)
        while ago > 0:
            basket = [row for row, gap in favourites if ago % gap < 7]
            basket += chance.sample(mine if chance.random() < 0.8 else list(goods), 2)
            at = datetime.combine(today - timedelta(days=ago), time(chance.randrange(9, 21), chance.randrange(60)))
            for row in {one[0]: one for one in basket}.values():
                if number % _FAITHFUL == 0 and row[2] != tastes[0]:
                    continue
                rows.append((at, f"{number}-{ago}", store, f"+38067000{number:04d}", row[0], row[4]))
            ago -= chance.randrange(4, 11)
    return sorted(rows)
