"""Sales history: into the lake once, out of it the same, linked to people, and the tills' sales after it."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow.parquet import read_table
from sqlalchemy import text

from adapters.app.histories import export_sales, follow, import_sales
from adapters.db import keep
from adapters.db.historytables import PHONE
from adapters.imports.files import BadFile
from adapters.imports.run import Report
from adapters.lake.lake import Lake, LakeBusy
from core.cards.actions import forget
from core.imports.reasons import reason
from core.ledger.seeing import seen
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.sales.model import SaleId
from core.sales.returning import give_back, sale_of
from core.shared.values import Phone, StoreId
from core.stores.model import Store
from tests.contracts.test_talk import OLENA, register
from tests.support.world import World

HEADER = "receipt;store;till;sold_at;card_or_phone;sku;quantity;unit_price;discount;points_spent"
GOOD = [
    "r1;s1;1;2025-03-01T12:00:00;067 123 45 67;a;2;10.50;0;0",
    "r1;s1;1;2025-03-01T12:00:00;067 123 45 67;b;0.250;100;1.00;0",
    "r2;s1;1;2025-04-02T09:30:00+03:00;;a;1;10.50;;5",
    "r3;s2;7;2024-12-31T23:30:00;0501112233;c;1;3;0;",
]


def put(folder: Path, *rows: str, name: str = "sales.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    return path


def bring(world: World, lake: Lake, path: Path, **more: bool) -> Report:
    return import_sales(
        path, lake=lake, do=world.do, phones=world.outside.phones.read, dry_run=more.get("dry_run", False),
        earn=more.get("earn", False), progress=lambda rows: None,
    )  # fmt: skip


def rows(lake: Lake) -> list[dict[str, Any]]:
    return list(lake.rows())


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_history_lands_by_month_once_and_again_changes_nothing(world: World, lake: Lake, tmp_path: Path) -> None:
    path = put(tmp_path, *GOOD)
    assert (bring(world, lake, path, dry_run=True).good, rows(lake)) == (4, [])
    assert bring(world, lake, path).rejected == []
    first = rows(lake)
    assert [(row["receipt"], row["sku"], row["milli"], row["unit_price"]) for row in first] == [
        ("r3", "c", 1000, 300), ("r1", "a", 2000, 1050), ("r1", "b", 250, 10000), ("r2", "a", 1000, 1050),
    ]  # fmt: skip
    assert first[1]["sold_at"] == datetime(2025, 3, 1, 10, tzinfo=UTC)
    months = sorted(one.name for one in (tmp_path / "lake" / "sales").iterdir())
    assert months == ["month=2024-12", "month=2025-03", "month=2025-04"]
    bring(world, lake, path)
    more = put(tmp_path, *GOOD, "r9;s1;1;2025-03-01T12:00:00;;a;1;1;0;0", name="more.csv")
    bring(world, lake, more)
    assert len(rows(lake)) == len(first) + 1


def test_a_receipt_that_differs_or_has_a_bad_line_is_rejected_whole(world: World, lake: Lake, tmp_path: Path) -> None:
    bring(world, lake, put(tmp_path, *GOOD))
    other = put(
        tmp_path, "r2;s1;1;2025-04-02T09:30:00+03:00;;a;9;10.50;;5", "r5;s1;1;2025-04-02T10:00:00;;a;1;1;;",
        "r5;s1;1;2025-04-02T10:00:00;;b;-1;1;;", "r6;s1;1;2025-04-02;;a;1;1e3;;", name="other.csv",
    )  # fmt: skip
    report = bring(world, lake, other)
    assert report.good == 0
    assert [line for line, _ in report.rejected] == [2, 3, 4, 5]
    assert len(rows(lake)) == len(GOOD)


def test_a_receipt_that_differs_makes_nobody_a_buyer_and_books_no_points(
    world: World, lake: Lake, tmp_path: Path
) -> None:
    bring(world, lake, put(tmp_path, "r1;s1;1;2026-11-20T12:00:00;;a;2;100;0;0"))
    register(world.person())
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    forged = put(tmp_path, "r1;s1;1;2026-11-20T12:00:00;067 123 45 67;a;9;100;0;0", name="forged.csv")
    report = bring(world, lake, forged, earn=True)
    assert (report.good, report.rejected) == (0, [(2, reason("receipt", "known-otherwise"))])
    assert not world.do(lambda work: work.sales.has_bought([customer.id]))
    assert world.do(lambda work: seen(work, customer.id)[0]).pending == 0


def test_a_file_joined_to_itself_is_the_file(world: World, lake: Lake, tmp_path: Path) -> None:
    report = bring(world, lake, put(tmp_path, *GOOD, *GOOD))
    assert (report.good, report.rejected) == (8, [])
    assert len(rows(lake)) == len(GOOD)
    assert bring(world, lake, put(tmp_path, *GOOD, name="once.csv")).rejected == []
    assert len(rows(lake)) == len(GOOD)


def test_a_bad_line_takes_the_receipt_of_its_own_day(world: World, lake: Lake, tmp_path: Path) -> None:
    lines = [f"r1;s1;1;2025-03-0{day}T12:00:00;;a;{count};1;;" for day, count in ((1, "1"), (2, "0"), (2, "1"))]
    report = bring(world, lake, put(tmp_path, *lines))
    assert (report.good, [line for line, _ in report.rejected]) == (1, [3, 4])
    whenever = bring(world, lake, put(tmp_path, *lines[:1], "r1;s1;1;soon;;a;1;1;;", name="undated.csv"))
    assert (whenever.good, [line for line, _ in whenever.rejected]) == (0, [2, 3])


def test_one_import_at_a_time_and_the_second_says_so(world: World, lake: Lake, tmp_path: Path) -> None:
    path = put(tmp_path, *GOOD)
    (tmp_path / "lake" / ".staging-1").mkdir(parents=True)  # as a killed import leaves it
    with lake.staging(), pytest.raises(LakeBusy, match="another import"):
        bring(world, Lake(tmp_path / "lake"), path)
    assert bring(world, lake, path).good == 4
    assert not list((tmp_path / "lake").glob(".staging*"))


def test_nothing_of_the_past_is_tied_to_a_forgotten_person_again(world: World, lake: Lake, tmp_path: Path) -> None:
    register(world.person())
    bring(world, lake, put(tmp_path, *GOOD))
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    world.do(lambda work: forget(work, customer=customer, channel="telegram"))
    bring(world, lake, put(tmp_path, "r7;s1;1;2025-05-01T12:00:00;067 123 45 67;a;1;1;;", name="later.csv"))
    assert rows(lake)[-1]["owner"] is None
    with world.engine.connect() as connection:
        owners = set(connection.execute(text("select owner from purchases where owner like 'phone:%'")).scalars())
    assert owners == {PHONE + world.outside.hashed(Phone("+380501112233"))}


def test_what_waits_for_a_phone_is_gone_with_its_owner(world: World, lake: Lake, tmp_path: Path) -> None:
    bring(world, lake, put(tmp_path, *GOOD))
    register(world.person())
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    world.do(lambda work: forget(work, customer=customer, channel="telegram"))
    with world.engine.connect() as connection:
        count = connection.execute(text("select count(*) from purchases")).scalar_one()
    assert count == 1


def test_people_are_linked_by_card_and_phone_also_when_they_come_later(
    world: World, lake: Lake, tmp_path: Path
) -> None:
    bring(world, lake, put(tmp_path, *GOOD))
    owners = {row["receipt"]: row["owner"] for row in rows(lake)}
    assert owners["r1"].startswith("phone:")
    assert "671234567" not in str(rows(lake))
    register(world.person())
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    assert world.do(lambda work: work.sales.has_bought([customer.id]))
    bring(world, lake, put(tmp_path, "r8;s1;1;2025-05-01T12:00:00;067 123 45 67;a;1;1;;", name="later.csv"))
    assert rows(lake)[-1]["owner"] == customer.id


def test_points_are_booked_only_when_asked_for_and_once(world: World, lake: Lake, tmp_path: Path) -> None:
    register(world.person())
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    path = put(tmp_path, "r1;s1;1;2026-11-20T12:00:00;067 123 45 67;a;2;100;20;0")
    bring(world, lake, path)
    assert world.do(lambda work: seen(work, customer.id)[0].pending) == 0
    for _ in range(2):
        bring(world, lake, path, earn=True)
    assert world.do(lambda work: seen(work, customer.id)[0].pending) == 9
    assert keep.check(world.url) == []


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_is_exported_and_imported_elsewhere_is_the_same(
    world: World, lake: Lake, tmp_path: Path, suffix: str
) -> None:
    bring(world, lake, put(tmp_path, *(row.replace("0501112233", "") for row in GOOD if not row.startswith("r1"))))
    out = tmp_path / f"out{suffix}"
    count = export_sales(out, lake=lake, do=world.do, first=None, last=None, progress=lambda rows: None)
    assert count == 2
    other = Lake(tmp_path / "other")
    bring(world, other, out)
    assert rows(other) == rows(lake)
    assert export_sales(
        out, lake=lake, do=world.do, first=datetime(2025, 1, 1).date(), last=None, progress=lambda rows: None
    ) == 1  # fmt: skip


def test_sales_and_returns_of_the_tills_follow_once(world: World, lake: Lake, tmp_path: Path) -> None:
    world.do(lambda work: work.shelves.put_stores([Store(StoreId("s1"), "Поділ")]))

    def sell(work: Any) -> str:
        asked = Asked(StoreId("s1"), (Line("a", 2000, 1000), Line("b", 500, 300)))
        wanted = SaleAsked(asked, "1", "1", work.now)
        return settle(work, wanted=wanted, source="t", key="k", tell=lambda one: one.sale.id)[0].answer

    sale = world.do(sell)
    world.clock.forward(hours=1)
    assert world.do(lambda work: follow(work, lake, work.now)) == 2
    assert world.do(lambda work: follow(work, lake, work.now)) == 0
    world.clock.forward(minutes=1)
    found = world.do(lambda work: sale_of(work, sale=SaleId(sale), store=StoreId("s1")))
    world.do(lambda work: give_back(work, sale=found, asked={0: 1000}, source="t", key="r", reason=""))
    world.clock.forward(hours=1)
    assert world.do(lambda work: follow(work, lake, work.now)) == 1
    assert [(row["sku"], row["milli"]) for row in rows(lake)] == [("a", 2000), ("b", 500)]
    files = list((tmp_path / "lake").rglob("till-*.parquet"))
    assert sorted(read_table(one)["milli"].to_pylist() for one in files) == [[-1000], [2000, 500]]
    out = tmp_path / "out.csv"
    assert export_sales(out, lake=lake, do=world.do, first=None, last=None, progress=lambda rows: None) == 2
    assert (bring(world, lake, out).good, len(rows(lake))) == (2, 2)


BROKEN: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("cut in the middle", lambda content: content[: len(content) // 2]),
    ("not text", lambda content: b"\xff\xfe\x00" + content),
    ("no header", lambda content: content.split(b"\n", 1)[1]),
    ("another header", lambda content: b"x;" + content),
    ("empty", lambda content: b""),
    ("a NUL", lambda content: content.replace(b";a;", b";a\x00;")),
]


@pytest.mark.parametrize(("what", "broken"), BROKEN, ids=[what for what, _ in BROKEN])
def test_a_broken_file_leaves_whole_receipts_or_nothing(
    small_world: World, lake: Lake, tmp_path: Path, what: str, broken: Callable[[bytes], bytes]
) -> None:
    del what
    path = put(tmp_path, *(f"r{at};s1;1;2025-03-01T12:00:00;;{sku};1;1;;" for at in range(50) for sku in "ab"))
    path.write_bytes(broken(path.read_bytes()))
    try:
        bring(small_world, lake, path)
    except BadFile:
        assert rows(lake) == []
    assert not list((tmp_path / "lake").glob(".staging*"))


def _many(count: int) -> Iterator[str]:
    for at in range(count):
        day = datetime(2025, 1, 1, 8, tzinfo=UTC) + timedelta(minutes=at // 3 * 7)
        yield f"r{at // 3};s{at % 3 and 1};1;{day.isoformat()};;sku{at % 500};1.5;{at % 90}.90;;"


def test_a_killed_import_begun_again_ends_the_same(small_world: World, tmp_path: Path) -> None:
    path = put(tmp_path, *_many(30_000))
    small_world.close()
    environment = {
        **os.environ, "KARTKA_DATABASE_URL": small_world.url, "KARTKA_SECRET_KEY": "0123456789abcdefghij" * 2,
        "KARTKA_LAKE": str(tmp_path / "lake"),
    }  # fmt: skip
    command = [sys.executable, "-c", "from adapters.app.cli import main; main()", "import", "sales", str(path)]
    for seconds in (0.9, 1.4, 1.9):
        killed = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            killed.wait(seconds)
        except subprocess.TimeoutExpired:
            killed.send_signal(signal.SIGKILL)
            killed.wait()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    fresh = Lake(tmp_path / "fresh")
    bring(World(f"sqlite+aiosqlite:///{tmp_path}/fresh.db"), fresh, path)
    assert rows(Lake(tmp_path / "lake")) == rows(fresh)
    assert len(rows(fresh)) == 30_000


def test_real_purchases_of_a_year_go_in_and_come_out(
    small_world: World, lake: Lake, tmp_path: Path, shared: Path
) -> None:
    table = read_table(shared / "data" / "online_retail_2011.parquet").slice(0, 60_000).to_pylist()
    path = tmp_path / "retail.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER.split(";"))
        good = 0
        for row in table:
            if row["quantity"] > 0 and row["unit_price"] >= 0 and row["quantity"] < 100_000:
                price = f"{float(row['unit_price']):.2f}"
                told = (row["invoice"], "uk", "1", row["invoice_ts"].isoformat(), "", row["stock_code"])
                writer.writerow((*told, row["quantity"], price, "", ""))
                good += 1
    report = bring(small_world, lake, path)
    assert (report.good, report.rejected) == (good, [])
    out = tmp_path / "out.csv"
    assert export_sales(out, lake=lake, do=small_world.do, first=None, last=None, progress=lambda rows: None) == good
