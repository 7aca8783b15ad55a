"""A receipt that the tills and a file both tell of is in the lake once, and what came back meets its sale."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from adapters.analytics.engines import engine_of
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.app.histories import compact, follow
from adapters.app.scheduling import Tidier, night
from adapters.lake.columns import SCHEMA as LAKE
from adapters.lake.lake import KNOWN_OTHERWISE, Lake
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.sales.model import SaleId
from core.sales.returning import give_back, sale_of
from core.shared.values import StoreId
from core.stores.model import Store
from tests.adapters.app.test_histories import bring, put, rows
from tests.adapters.lake.made import lines
from tests.support.command import kartka
from tests.support.served import serve
from tests.support.world import World

S1 = StoreId("s1")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def shop(world: World) -> World:
    world.do(lambda work: work.shelves.put_stores([Store(S1, "Поділ")]))
    return world


def sell(world: World, receipt: str = "1", goods: Sequence[str] = ("a", "b")) -> str:
    asked = Asked(S1, tuple(Line(sku, 2000, 1000) for sku in goods))

    def job(work: Any) -> str:
        wanted = SaleAsked(asked, receipt, "1", work.now)
        return settle(work, wanted=wanted, source="t", key=receipt, tell=lambda one: one.sale.id)[0].answer

    return str(world.do(job))


def comes_back(world: World, sale: str, what: dict[int, int], key: str = "r") -> None:
    found = world.do(lambda work: sale_of(work, sale=SaleId(sale), store=S1))
    world.do(lambda work: give_back(work, sale=found, asked=what, source="t", key=key, reason=""))


def followed(world: World, lake: Lake) -> int:
    world.clock.forward(hours=1)
    return int(world.do(lambda work: follow(work, lake, work.now)))


def exported(world: World, tmp_path: Path, *, receipt: str = "1", sku: str = "a", owner: str = "") -> Path:
    """The till's own receipt as its programme writes it into a file."""
    at = world.clock.now.astimezone(ZoneInfo("Europe/Kyiv")).replace(tzinfo=None).isoformat()
    told = [f"{receipt};s1;1;{at};{owner};{one};2;10.00;0;0" for one in (sku, "b")]
    return put(tmp_path, *told, name=f"till-{receipt}-{sku}.csv")


def counted(lake: Lake) -> list[tuple[Any, ...]]:
    names = ["receipt", "sku", "milli", "source", "owner"]
    return [
        tuple(row.values())
        for month in lake.files.months()
        for row in lake.files.table(lake.files.counting(month), names).sort_by("source").to_pylist()
    ]


def test_a_file_that_comes_before_the_till_s_sale_has_followed_is_its_only_trace(
    shop: World, lake: Lake, tmp_path: Path
) -> None:
    path = exported(shop, tmp_path)
    sell(shop)
    sell(shop, "2")
    assert bring(shop, lake, path).good == 2
    assert followed(shop, lake) == 2
    assert sorted(row["receipt"] for row in rows(lake)) == ["1", "1", "2", "2"]
    assert followed(shop, lake) == 0


def test_a_file_that_comes_after_it_adds_nothing(shop: World, lake: Lake, tmp_path: Path) -> None:
    path = exported(shop, tmp_path)
    sell(shop)
    assert followed(shop, lake) == 2
    assert bring(shop, lake, path).rejected == []
    report = bring(shop, lake, exported(shop, tmp_path, sku="c"))
    assert len(rows(lake)) == 2
    assert {reason for _, reason in report.rejected} == {KNOWN_OTHERWISE}


def test_it_is_once_as_well_when_files_were_merged_in_between(shop: World, lake: Lake, tmp_path: Path) -> None:
    path = exported(shop, tmp_path)
    sell(shop)
    bring(shop, lake, path)
    for at in range(40):
        lake.follow(lines(at, receipts=2, day=shop.clock.now.date()), f"{at:020d}")
    shop.clock.forward(hours=1)
    mark = shop.clock.now
    assert compact(lake, mark, mark).files == 41
    many = len(rows(lake))
    assert followed(shop, lake) == 0
    assert len(rows(lake)) == many


def test_what_came_back_of_an_imported_sale_is_the_owner_s_that_the_file_named(
    shop: World, lake: Lake, tmp_path: Path
) -> None:
    path = exported(shop, tmp_path, owner="067 123 45 67")
    sale = sell(shop)
    bring(shop, lake, path)
    comes_back(shop, sale, {0: 2000})
    assert followed(shop, lake) == 1
    (back, *sold) = sorted(counted(lake), key=lambda row: row[2])
    assert back[:4] == ("1", "a", -2000, "return")
    assert back[4] == sold[0][4]
    assert str(back[4]).startswith("phone:")
    (customer,) = customers(lake, shop.clock.now)
    assert (customer["receipts"], customer["money"], customer["returns"]) == (1, 2000, 1)


def test_a_return_is_known_by_its_sale_also_when_that_was_followed_and_merged_before(
    shop: World, lake: Lake, tmp_path: Path
) -> None:
    sale = sell(shop)
    followed(shop, lake)
    for at in range(1, 41):
        lake.follow(lines(at, receipts=1, day=shop.clock.now.date()), f"{at:020d}")
    mark = shop.do(lambda work: work.lake_mark())
    assert compact(lake, mark, shop.clock.now).files == 41
    shop.clock.forward(minutes=1)
    comes_back(shop, sale, {0: 500}, "r1")
    comes_back(shop, sale, {0: 1500}, "r2")
    assert followed(shop, lake) == 2
    back = [row for row in counted(lake) if row[3] == "return"]
    assert [row[2] for row in back] == [-500, -1500]


@pytest.mark.parametrize("merged", [True, False])
def test_what_comes_back_after_its_buyer_was_merged_into_another_is_still_the_sale_s(
    tmp_path: Path, merged: bool
) -> None:
    lake = Lake(tmp_path)
    sold = [{**row, "owner": "before"} for row in lines(1, receipts=1)]
    for at in range(1, 41):
        lake.follow(sold if at == 1 else lines(at), f"{at:020d}")
    if merged:
        assert lake.compact(followed="9", now=datetime.now(UTC)).files == 40
    back = [{**row, "milli": -1000, "owner": "after", "source": "return"} for row in sold]
    stranger = {**back[0], "receipt": "of no sale here"}
    lake.follow([*back, stranger], "9")
    found = {(row[0], row[4]) for row in counted(lake) if row[3] == "return"}
    assert found == {(sold[0]["receipt"], "before"), ("of no sale here", "after")}


@pytest.mark.parametrize("source", ["return", "import"])
def test_what_came_back_of_either_source_nets_its_sale_and_never_counts_as_bought(tmp_path: Path, source: str) -> None:
    at = datetime(2026, 11, 3, 9, tzinfo=UTC)

    def line(sku: str, milli: int, source: str, day: int = 0) -> dict[str, Any]:
        return {"store": "s1", "till": "1", "receipt": "1", "business_date": at.date(), "owner": "somebody",
                "sold_at": at + timedelta(days=day), "sku": sku, "milli": milli, "unit_price": 1000, "discount": 0,
                "points_spent": 0, "line": 0, "source": source}  # fmt: skip

    lake = Lake(tmp_path)
    lake.follow([line("a", 2000, "till"), line("b", 1000, "till")], f"{1:020d}")
    for stretch, rest in ((2, -500), (3, -1500)):
        lake.follow([line("a", rest, "return")] if source == "return" else [], f"{stretch:020d}")
        if source == "import":
            half = lake.files.month("2026-11") / "half"
            with lake.files.writer(half) as writer:
                writer.write_table(table_of([line("a", rest, "import", stretch)]))
            half.rename(half.with_name(f"import-{stretch}.parquet"))
        (customer,) = customers(lake, at)
        # Half a litre less is still bought; when the rest has come back too, only the other good is.
        assert (customer["money"], customer["items_per_receipt"]) == ((2500, 2.0) if stretch == 2 else (1000, 1.0))
        assert customer["returns"] == stretch - 1
    assert {row["sku"] for row in rows(lake) if row["source"] != "import"} == {"a", "b"}


def table_of(found: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(found, schema=LAKE)


def customers(lake: Lake, now: datetime) -> list[dict[str, Any]]:
    engine = engine_of("duckdb")
    nobody = pa.table({name: pa.array([], pa.string()) for name in ("sku", "category", "brand")})
    try:
        seen = engine.lines(lake.files.folder)
        made = features(engine, seen, Around(nobody), as_of=now.date(), zone=ZoneInfo("Europe/Kyiv"))
        found: list[dict[str, Any]] = run(engine, made, SCHEMA).to_pylist()
        return found
    finally:
        engine.close()


async def test_the_scheduler_merges_a_month_of_many_files_once_a_day_and_waits_for_an_import(tmp_path: Path) -> None:
    now = [datetime.now(UTC)]
    async with serve(
        f"sqlite+aiosqlite:///{tmp_path}/k.db", roles=frozenset({"scheduler"}), lake=str(tmp_path / "lake")
    ) as served:
        lake = Lake(Path(served.house.settings.lake))
        await night(served.house)  # the mark is set: what was followed before is final
        for at in range(40):
            lake.follow(lines(at), f"{at:020d}")
        tidier = Tidier(served.house, lambda: now[0])
        with lake._alone(".door", "somebody"):
            assert await tidier() == {}
            assert (await night(served.house))["lines"] == 0
        found = len(list(lake.rows()))
        assert await tidier() == {"files": 40, "merged": found, "removed": 0, "broken": 0}
        assert await tidier() == {}
        now[0] += timedelta(days=2)
        assert await tidier() == {"files": 0, "merged": 0, "removed": 40, "broken": 0}
        assert len(list(lake.rows())) == found


def test_a_broken_file_is_told_by_every_command_that_reads_the_lake(tmp_path: Path) -> None:
    path = tmp_path / "var" / "lake" / "sales" / "month=2026-11" / "import-x.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no Parquet")
    done = kartka(tmp_path, "export", "sales", "out.csv")
    assert (done.returncode, done.stdout) == (0, "0 lines exported\n")
    told = "import-x.parquet.broken cannot be read and is left out: put it back from a backup"
    assert told in done.stderr
    assert told in kartka(tmp_path, "doctor").stdout
    put(tmp_path, "r1;s1;1;2025-03-01T12:00:00;;a;1;1;;")
    assert told in kartka(tmp_path, "import", "sales", "sales.csv").stderr
