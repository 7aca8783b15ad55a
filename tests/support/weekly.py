"""A week on offer in tests: products, promo items by file, and plans by hand."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.imports.rows import KINDS
from adapters.imports.run import Report, import_file
from adapters.texts.phones import PhoneReader
from core.offers.weekly import Because, Pick, picks_text
from core.sales.actions import SaleAsked, Settled, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.shared.values import StoreId
from core.stores.model import Product, Store
from tests.support.world import NOON, World

GOODS = {"milk": "Молоко", "coffee": "Кава мелена", "bread": "Хліб житній", "cheese": "Сир твердий"}
HEADER = "week,sku,price_was,price,title_uk,title_en,stores,limit\n"
WEEK, NEXT = "2026-W48", "2026-W49"
ROWS = ("milk,50.00,39.90,Молоко свіже,Fresh milk,,1", "coffee,200,149.90,,,s1,", "bread,30,25,,,centre,")
PICKS = (
    Pick("milk", Because.DUE, "", 9, 21),
    Pick("coffee", Because.TOGETHER, "bread"),
    Pick("bread", Because.CHAIN),
)
"""What most tests plan for somebody; of these `bread` alone looks at nothing personal."""


def shelve(work: Any) -> None:
    """Two stores of a group, one alone, and the goods."""
    stores = (("s1", "centre"), ("s2", "centre"), ("s3", ""))
    work.shelves.put_stores([Store(StoreId(store), store.upper(), "Київ", group=group) for store, group in stores])
    work.shelves.put_products([Product(sku, name, price=5000) for sku, name in GOODS.items()])


def promo_file(tmp_path: Path, week: str, *rows: str) -> Path:
    """A file of promo items: `sku,price_was,price,title_uk,title_en,stores,limit`."""
    path = tmp_path / "promo.csv"
    path.write_text(HEADER + "".join(f"{week},{row}\n" for row in rows), encoding="utf-8")
    return path


def load(do: Callable[[Any], Any], path: Path) -> Report:
    """As `kartka import promo` does."""
    job = import_file(path, KINDS["promo"], phones=PhoneReader("UA").read, now=NOON)
    done: Report = do(lambda work: job(work.shelves))
    return done


def plan(work: Any, week: str, picks: Mapping[Any, Sequence[Pick]], **figures: Any) -> int:
    """The plan of the week has these picks by owner, and is the current one."""
    begun = work.plans.begin(week, work.now)
    work.plans.add(begun.id, [(owner, picks_text(some)) for owner, some in picks.items()])
    work.plans.finish(begun.id, figures)
    return int(begun.id)


def asked(number: str | None, *goods: str, store: str = "s1") -> Asked:
    """A receipt of one piece each, at the prices of `price_was`."""
    lines = tuple(Line(sku, 1000, {"milk": 5000, "coffee": 20000, "bread": 3000}.get(sku, 1000)) for sku in goods)
    return Asked(StoreId(store), lines, code=number)


def sell(world: World, number: str, *goods: str, key: str = "k", **more: Any) -> Settled:
    """The receipt is in the books."""
    wanted = SaleAsked(asked(number, *goods), key, "1", more.pop("sold_at", world.clock.now), **more)
    settled = world.do(lambda work: settle(work, wanted=wanted, source="till", key=key, tell=lambda made: "{}"))[1]
    assert settled is not None
    return settled
