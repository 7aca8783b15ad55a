"""The demo shop's year: what its customers bought, each by a rhythm and a taste of their own, and its promo items.

Whoever comes with one of the demo's phones finds that the shop knows what they buy.
"""

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from adapters.app.demopast import plan_past
from adapters.app.demopeople import Past, phone_of
from adapters.app.histories import follow, import_sales
from adapters.app.settings import Settings
from adapters.db.engines import Engine
from adapters.db.lanes import do_now
from adapters.db.outside import Outside
from adapters.db.work import DbWork
from adapters.imports.history import COLUMNS
from adapters.imports.rows import KINDS
from adapters.imports.run import import_file
from adapters.lake.lake import Lake
from adapters.pos.receiptanswers import sale_json, text_of
from core.offers.weekly import week_of
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.shared.values import StoreId

PHONES = (*range(11, 61), *range(100, 300))
DAYS = 420
_PROMOTED = 40
_SHOWN = 0.5
"""Of the receipts of whoever has a voucher, those at which they show it."""
_RARE, _LATELY = 8, 25
"""Of so many customers one began to buy lately, in days, and one is silent since some time."""
_PACES = (*3 * [(4, 11)], (8, 22), (15, 41))
"""Days from one visit to the next, at least and before: most come weekly."""
_AWAY, _BACK = 0.02, (45, 120)
"""The chance at each visit that they are away for so many days, and nobody knows whether they come back."""
_FAITHFUL = 10
"""Every so many customers one buys of a single category, so that the week has somebody to show the next one to."""
WITHOUT = range(130, 250)
"""Of those who have cards, those who leave them at home."""
_TILL = "demo"
"""The source of its receipts: no till that anybody could miss when it falls silent."""
_WEEKS = (-1, 0, 1)
"""Weeks with promo items: the last one, this one and the next."""


class Bought(NamedTuple):
    """A line of somebody's receipt: by the shop's clock, in a store, at a price."""

    at: datetime
    receipt: str
    store: str
    number: int
    sku: str
    price: str


def remember(
    settings: Settings, engine: Engine, outside: Outside, files: Path, year: Sequence[Bought],
    came: Mapping[int, datetime],
) -> None:  # fmt: skip
    """The year that the shop has behind it is in the lake, up to the day on which each of them came to the chat."""
    path = files / "sales.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_sales(year, came))
    import_sales(
        path, lake=Lake(Path(settings.lake)), do=partial(do_now, engine, outside), phones=outside.phones.read,
        dry_run=False, earn=False, progress=lambda rows: None,
    )  # fmt: skip


def sell(settings: Settings, past: Past, year: Sequence[Bought], came: Mapping[int, datetime]) -> None:
    """From then on each shows the card at the till, if they have one; what the tills sold is in the lake too."""
    zone, now = past.outside.programme.timezone, past.now
    receipts: dict[tuple[datetime, int, str], list[Line]] = {}
    for one in year:
        if one.number in came and came[one.number].date() < one.at.date():
            line = Line(one.sku, 1000, round(float(one.price) * 100))
            receipts.setdefault((one.at.replace(tzinfo=zone), one.number, one.store), []).append(line)
    for (at, number, store), lines in sorted(receipts.items(), key=lambda pair: pair[0]):
        past.do(at, partial(_sold, number=number, store=StoreId(store), lines=tuple(lines), at=at))
    lake = Lake(Path(settings.lake))
    past.do(now, lambda work: follow(work, lake, now))


def _sold(work: DbWork, number: int, store: StoreId, lines: tuple[Line, ...], at: datetime) -> None:
    customer = work.customers.by_phone(phone_of(number))
    card = work.cards.of(customer.id) if customer is not None else None
    receipt = f"{number}-{at:%m%d%H%M}"
    shows = card is not None and random.Random(receipt).random() < _SHOWN
    held = [one.code for one in work.vouchers.of([card.customer])] if card is not None and shows else []
    asked = Asked(store, lines, card.number if card is not None else None, tuple(held[:1]))
    settle(
        work, wanted=SaleAsked(asked, receipt, "1", at), source=_TILL, key=receipt,
        tell=lambda one: text_of(sale_json(one)),
    )  # fmt: skip


def look_back(engine: Engine, outside: Outside, year: Sequence[Bought]) -> None:
    """Last week was planned, and some of the customers have used its offers."""
    do_now(engine, outside, partial(plan_past, bought=[(one.number, one.sku, one.at.date()) for one in year]))


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


def _sales(year: Sequence[Bought], came: Mapping[int, datetime]) -> Iterator[tuple[str, ...]]:
    """Receipts in the columns of the import, the oldest first; without those at which a card was shown."""
    for one in year:
        if one.number not in came or one.at.date() <= came[one.number].date():
            at, phone = one.at.isoformat(), str(phone_of(one.number))
            yield one.receipt, one.store, "1", at, phone, one.sku, "1", one.price, "0", "0"


def bought_within(days: int, goods: Sequence[Sequence[str]], today: date) -> Sequence[Bought]:
    """What everybody bought in so many days up to yesterday, the oldest first; the same for the same day."""
    chance = random.Random(20261127)
    categories = sorted({row[2] for row in goods})
    rows = []
    for number in PHONES:
        tastes = chance.sample(categories, 2)
        mine = [row for row in goods if row[2] in tastes]
        favourites = [(row, chance.randrange(7, 29)) for row in chance.sample(mine, 3)]
        store, ago = chance.choice(("s1", "s2", "s3")), days - chance.randrange(60)
        if number % _RARE == 3:
            ago = _LATELY
        silent, pace = chance.randrange(50, days - 70) if number % _RARE == 5 else 0, chance.choice(_PACES)
        while ago > silent:
            basket = [row for row, gap in favourites if ago % gap < 7]
            basket += chance.sample(mine if chance.random() < 0.8 else list(goods), 2)
            at = datetime.combine(today - timedelta(days=ago), time(chance.randrange(9, 21), chance.randrange(60)))
            for row in {one[0]: one for one in basket}.values():
                if number % _FAITHFUL == 0 and row[2] != tastes[0]:
                    continue
                rows.append(Bought(at, f"{number}-{ago}", store, number, row[0], row[4]))
            ago -= chance.randrange(*(_BACK if chance.random() < _AWAY else pace))
    return sorted(rows)
