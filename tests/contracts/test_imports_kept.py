"""Imports of the console on both databases: tried, put in the house, taken back as far as that is honest."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.app.importfolders import file_in, folder_of, forget_files
from adapters.app.importing import work_on
from adapters.app.settings import Settings, read_settings
from adapters.imports.files import BadFile, head_of
from core.imports.actions import begin, bring, choose
from core.imports.guessing import Guess, guessed
from core.imports.model import Import, ImportState
from core.imports.reasons import reason
from core.offers.reading import offer_from
from core.shared.refusals import Refusal
from core.shared.values import StoreId
from core.staff.actions import take_on
from core.staff.model import Role
from core.stores.model import Store
from core.vouchers.actions import reserve
from core.vouchers.model import VoucherState
from tests.support.served import SECRET
from tests.support.world import World

GOODS = "Артикул;Назва;Ціна;Відділ\n1;Кава;99,90;coffee\n2;Чай;багато;tea\n3;;10;tea\n4;Хліб;20;bread\n"


class Shop:
    """A shop that brings files."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self._count = world, 0
        self.settings: Settings = read_settings(
            database_url=world.served, secret_key=SECRET, uploads=str(folder / "up"), lake=str(folder / "lake")
        )
        world.do(lambda work: take_on(work, login="anna", role=Role.MARKETER, password_hash="x", store=None))

    def brings(self, name: str, content: bytes) -> Import:
        """The file is here."""
        self._count += 1
        id = f"00000000-0000-0000-0000-{self._count:012d}"
        folder = folder_of(self.settings, id)
        folder.mkdir(parents=True)
        (folder / name).write_bytes(content)
        guess = Guess("offers", {}) if name.endswith(".json") else guessed(head_of(folder / name)[0])
        return self.world.do(
            lambda work: bring(
                work, id=id, name=name, digest=sha256(content).hexdigest(), size=len(content), guess=guess, by="anna"
            )
        )

    def does(self, one: Import, move: str, *, again: bool = False) -> Import:
        """As the console: begun, worked on, as it stands then."""
        self.world.do(lambda work: begin(work, id=one.id, move=move, again=again))
        work_on(self.settings, one.id, move, "anna")
        return self.now(one)

    def does_by_clock(self, one: Import, move: str) -> Import:
        """Begun by the world's clock, which can be years ahead of the one on the wall."""
        return self.world.do(lambda work: begin(work, id=one.id, move=move))

    def now(self, one: Import) -> Import:
        """As it stands."""
        found = self.world.do(lambda work: work.imports.get(one.id))
        assert found is not None
        return found

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What the database has."""
        with self.world.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Shop:
    return Shop(world, tmp_path)


def refused(shop: Shop, job: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        job()
    return caught.value.code


def test_goods_in_cp1251_are_tried_then_imported_then_taken_back_but_for_what_went_on(shop: Shop) -> None:
    shop.world.do(lambda work: work.shelves.put_products([]))
    before = shop.does(shop.brings("old.csv", b"sku,name,price\n1,Coffee,50\n"), "run")
    assert (before.state, before.good) == (ImportState.DONE, 1)
    one = shop.brings("товари.csv", GOODS.encode("cp1251"))
    assert one.kind == "products"
    tried = shop.does(one, "check")
    assert (tried.state, tried.good, tried.rejected) == (ImportState.CHECKED, 2, 2)
    assert tried.first == ((3, reason("price", "not-number")), (4, reason("name", "empty")))
    assert shop.rows("select sku, name from products") == [("1", "Coffee")]
    done = shop.does(one, "run")
    assert (done.state, done.good, done.rejected) == (ImportState.DONE, 2, 2)
    assert shop.rows("select sku, name, price from products order by sku") == [("1", "Кава", 9990), ("4", "Хліб", 2000)]
    assert file_in(folder_of(shop.settings, one.id)) is None
    assert refused(shop, lambda: shop.does(one, "run")) == "import-over"
    same = shop.brings("again.csv", GOODS.encode("cp1251"))
    assert refused(shop, lambda: shop.does(same, "run")) == "imported-already"
    assert shop.does(same, "run", again=True).state is ImportState.DONE
    back = shop.does(one, "undo")
    assert (back.state, back.undone, back.kept, back.undone_by) == (ImportState.UNDONE, 2, 0, "anna")
    assert shop.rows("select sku, name, price from products") == [("1", "Coffee", 5000)]
    lines = shop.rows("select verb, login, role, subject from audit where verb like 'import.%' order by number")
    assert [line[0] for line in lines] == ["import.done", "import.done", "import.done", "import.undone"]
    assert {line[1:3] for line in lines} == {("anna", "marketer")}


def test_what_was_changed_since_or_is_on_promo_stays(shop: Shop) -> None:
    one = shop.brings("a.csv", b"sku,name,price\n1,a,10\n2,b,20\n3,c,30\n")
    shop.does(one, "run")
    shop.does(shop.brings("b.csv", b"sku,name,price\n1,a,15\n"), "run")
    promo = shop.brings("p.csv", b"week,sku,price_was,price\n2026-W48,2,20,15\n")
    assert shop.does(promo, "run").good == 1
    back = shop.does(one, "undo")
    assert (back.undone, back.kept) == (1, 2)
    assert shop.rows("select sku, price from products order by sku") == [("1", 1500), ("2", 2000)]
    changed = shop.brings("p2.csv", b"week,sku,price_was,price\n2026-W48,2,20,12\n")
    shop.does(changed, "run")
    assert (shop.does(promo, "undo").undone, shop.now(promo).kept) == (0, 1)
    assert (shop.does(changed, "undo").undone, shop.now(changed).kept) == (1, 0)
    assert shop.rows("select price, version from promo") == [(1500, 3)]
    late = shop.brings("l.csv", b"sku,name\n7,g\n")
    shop.does(late, "run")
    assert ("7",) in shop.rows("select key from import_changes")
    finished = shop.now(late).finished_at
    assert finished is not None
    shop.world.clock.now = finished + timedelta(days=31)
    assert refused(shop, lambda: shop.does_by_clock(late, "undo")) == "undo-too-late"


def test_plastics_nobody_restored_and_vouchers_nobody_spent_are_taken_back(shop: Shop) -> None:
    cards = shop.brings("c.csv", "Номер картки;Телефон;Бонуси\n00011111;+380671112233;5\n00022222;;7\n".encode())
    assert (cards.kind, shop.does(cards, "run").good) == ("plastic", 2)
    again = shop.brings("c2.csv", b"number;points\n00022222;9\n00033333;1\n")
    shop.does(again, "run")
    assert (shop.does(again, "undo").undone, shop.now(again).kept) == (1, 1)
    assert shop.rows("select number from plastics order by number") == [("00011111",), ("00022222",)]
    assert "+38067" not in str(shop.rows("select * from import_changes"))
    data = {"id": "gift", "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 500}}
    shop.world.do(lambda work: work.offers.put(offer_from(data), data))
    vouchers = shop.brings("v.csv", b"code,offer\nAAAA1111,gift\nBBBB2222,gift\n,gift\nCCCC3333,other\n")
    done = shop.does(vouchers, "run")
    assert (done.good, done.rejected) == (3, 1)

    def hold(work: object) -> None:
        found = work.vouchers.find(["AAAA1111"], (), lock=True)["AAAA1111"]  # type: ignore[attr-defined]
        reserve(work, found, hold="h", until=shop.world.clock.now)  # type: ignore[arg-type]

    shop.world.do(hold)
    back = shop.does(vouchers, "undo")
    assert (back.undone, back.kept) == (2, 1)
    states = {str(code): str(state) for code, state in shop.rows("select code, state from vouchers")}
    assert states["AAAA1111"] == VoucherState.RESERVED
    assert sorted(states.values()) == ["reserved", "void", "void"]


def test_sales_are_taken_back_from_the_lake_and_stores_are_not_taken_back_at_all(shop: Shop) -> None:
    shop.world.do(lambda work: work.shelves.put_stores([Store(StoreId("s1"), "Поділ")]))
    head = "Чек;Магазин;Каса;Дата;Артикул;Кількість;Ціна\n"
    sales = shop.brings("s.csv", (head + "1;s1;t1;2025-03-01T12:00:00;77;2;10\n2;s1;t1;2025-04-01;78;1;5\n").encode())
    assert sales.kind == "sales"
    assert shop.does(sales, "check").good == 2
    assert not list(Path(shop.settings.lake).glob("sales/*/*.parquet"))
    assert shop.does(sales, "run").good == 2
    assert len(list(Path(shop.settings.lake).glob("sales/*/*.parquet"))) == 2
    assert (shop.does(sales, "undo").state, shop.now(sales).undone) == (ImportState.UNDONE, 2)
    assert not list(Path(shop.settings.lake).glob("sales/*/*.parquet"))
    stores = shop.brings("m.csv", b"store,name\ns2,Lviv\n")
    shop.does(stores, "run")
    assert refused(shop, lambda: shop.does(stores, "undo")) == "not-undoable"


def test_broken_files_are_refused_whole_and_columns_can_be_put_right(shop: Shop) -> None:
    for name, content, told in (
        ("cut.csv", b"sku;name;price\n1;a;2\n2;b\n3;c", '["","cut",{"name":"cut.csv","line":4}]'),
        ("wrong.csv", b"phone,name\n+380671234567,a\n", ""),
        ("bad.json", b"{", "not-json"),
    ):
        one = shop.brings(name, content) if name != "cut.csv" else shop.brings(name, content + b";4\n")
        (folder_of(shop.settings, one.id) / name).write_bytes(content)
        if name == "wrong.csv":
            wrong = {"phone": "sku", "name": ""}
            choose_(shop, one.id, "products", wrong)
            assert refused(shop, lambda one=one: shop.does(one, "run")) == "lacks-columns"
            continue
        failed = shop.does(one, "run")
        assert failed.state is ImportState.FAILED
        assert told in failed.why
    assert shop.rows("select * from products") == []
    odd = shop.brings("odd.csv", b"thing,label,cost,more\n1,a,2,x\n")
    assert odd.kind == ""
    assert refused(shop, lambda: shop.does(odd, "run")) == "bad-kind"
    for kind, columns, code in (
        ("goods", {}, "bad-kind"),
        ("products", {"thing": "sku", "label": "sku"}, "bad-columns"),
        ("products", {"thing": "phone"}, "bad-columns"),
    ):
        choice = (odd.id, kind, columns)
        assert refused(shop, lambda choice=choice: choose_(shop, *choice)) == code
    chosen = choose_(shop, odd.id, "products", {"thing": "sku", "label": "name", "cost": "price", "none": "brand"})
    assert chosen.columns == {"thing": "sku", "label": "name", "cost": "price", "more": ""}
    assert shop.does(odd, "run").good == 1
    assert shop.rows("select sku, name, price, brand from products") == [("1", "a", 200, "")]


def choose_(shop: Shop, id: str, kind: str, columns: dict[str, str]) -> Import:
    return shop.world.do(lambda work: choose(work, id=id, kind=kind, columns=columns))


def test_a_file_that_nobody_imported_does_not_lie_about(small_world: World, tmp_path: Path) -> None:
    shop = Shop(small_world, tmp_path)
    one = shop.brings("a.csv", b"sku,name\n1,a\n")
    file = folder_of(shop.settings, one.id) / "a.csv"
    written = file.stat().st_mtime
    root = Path(shop.settings.uploads)
    assert forget_files(root, older_than=written) == 0
    assert forget_files(root, older_than=written + 1) == 1
    gone = shop.does(one, "run")
    assert (gone.state, "gone" in gone.why) == (ImportState.FAILED, True)
    with pytest.raises(BadFile):
        head_of(file)
