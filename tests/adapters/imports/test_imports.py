"""Files from the shop: every encoding and kind, rejected rows with their line, nothing half done, run twice is once."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.imports.files import BadFile
from adapters.imports.rows import KINDS
from adapters.imports.run import FORGOTTEN, Report, import_file, write_rejects
from core.cards.actions import forget
from core.customers.model import Purpose, agreed
from core.shared.values import Phone
from tests.contracts.test_talk import OLENA, register
from tests.support.world import World


def load(world: World, kind: str, path: Path) -> Report:
    job = import_file(path, KINDS[kind], phones=world.outside.phones.read, now=world.clock.now)
    return world.do(lambda work: job(work.shelves))


def write(tmp_path: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return path


def rows(world: World, table: str) -> list[Any]:
    with world.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"select * from {table} order by 1"))]


def test_files_run_twice_leave_what_one_run_left(world: World, tmp_path: Path) -> None:
    files = {
        "stores": 'store,name,city,address,lat,lon,group,hours\ns1,Поділ,Київ,"вул. Х, 1",50.45,30.52,a,8-22\n',
        "products": "sku;name;category;brand;price;no_points;image\n1;Кава;coffee;X;129,90;;\n2;Вино;wine;;200;yes;\n",
        "customers": "phone,name,birthday,language,consent_marketing,consent_at\n"
        "0671234567,Олена,1990-12-31,uk,yes,2025-01-01T10:00:00+02:00\n",
        "plastic": "number,symbology,phone,points,points_expire_at,state\n"
        "00012345678,code128,0671234567,250,2027-01-31,\n",
    }
    for kind, content in files.items():
        path = write(tmp_path, f"{kind}.csv", content)
        assert load(world, kind, path).rejected == []
        before = rows(world, "plastics" if kind == "plastic" else kind) + rows(world, "consents")
        assert load(world, kind, path).rejected == []
        assert rows(world, "plastics" if kind == "plastic" else kind) + rows(world, "consents") == before
    assert rows(world, "products")[0][4] == 12990
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    assert customer.phone_verified_at is None
    assert agreed(world.do(lambda work: work.consents.of(customer.id)))[Purpose.MARKETING]


def test_a_file_knows_the_person_who_registers_later_and_changes_nothing_they_said(
    world: World, tmp_path: Path
) -> None:
    path = write(tmp_path, "c.csv", "phone,name,city\n+380671234567,Марія,Київ\n")
    load(world, "customers", path)
    person = world.person()
    from bot.messages import SharedPhone, Started

    person.says(Started())
    person.says(SharedPhone(OLENA, own=True))
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    assert (customer.name, customer.city) == ("Марія", "Київ")
    load(world, "customers", write(tmp_path, "d.csv", "phone,name,city\n+380671234567,Ганна,Львів\n"))
    assert world.do(lambda work: work.customers.by_phone(OLENA)) == customer


def test_a_restored_plastic_keeps_its_card_and_points_through_a_new_file(world: World, tmp_path: Path) -> None:
    load(world, "plastic", write(tmp_path, "p.csv", "number,phone,points\n00012345678,0671234567,250\n"))
    person = world.person()
    from bot.messages import Pressed, SharedPhone, Started

    person.says(Started())
    person.says(SharedPhone(OLENA, own=True))
    person.says(Pressed(person.button("Перенести картку").action))
    person.says(Pressed(person.button("Олена").action))
    load(world, "plastic", write(tmp_path, "q.csv", "number,phone,points\n00012345678,0509998877,1\n"))
    record = world.do(lambda work: work.plastics.get("00012345678"))
    assert record is not None
    assert (record.points, record.card is not None) == (250, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_found_out(
    small_world: World, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    names = "\n".join(f"{number}{delimiter}Кава мелена номер {number}" for number in range(20))
    path = write(tmp_path, "p.csv", f"sku{delimiter}name\n{names}\n", encoding)
    assert load(small_world, "products", path).good == 20
    assert rows(small_world, "products")[0][1] == "Кава мелена номер 0"


def test_xlsx_like_and_parquet_files_read_alike(small_world: World, tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"sku": ["1", "2"], "name": ["Кава", "Чай"], "price": [10.5, 20.0]})
    parquet.write_table(table, tmp_path / "p.parquet")
    assert load(small_world, "products", tmp_path / "p.parquet").good == 2
    assert [row[4] for row in rows(small_world, "products")] == [1050, 2000]


@pytest.mark.parametrize(
    ("kind", "row", "reason"),
    [
        ("plastic", {"number": "4006381333932", "symbology": "ean13"}, "number: bad-ean13"),
        ("plastic", {"number": "12"}, "number"),
        ("plastic", {"number": "12345", "symbology": "itf"}, "number: odd-itf"),
        ("plastic", {"number": "12345678", "points": "-1"}, "points"),
        ("plastic", {"number": "12345678", "points_expire_at": "soon"}, "points_expire_at"),
        ("plastic", {"number": "12345678", "phone": "abc"}, "phone"),
        ("plastic", {"number": "12345678", "state": "odd"}, "state"),
        ("customers", {"phone": "12"}, "phone"),
        ("customers", {"phone": "0671234567", "birthday": "31.02.1990"}, "birthday"),
        ("customers", {"phone": "0671234567", "email": "x"}, "email"),
        ("customers", {"phone": "0671234567", "consent_marketing": "yes"}, "consent_at"),
        ("customers", {"phone": "0671234567", "language": "pl"}, "language"),
        ("stores", {"store": "s 1", "name": "x"}, "store"),
        ("stores", {"store": "s1", "name": "x", "lat": "50"}, "lon: both-or-none"),
        ("stores", {"store": "s1", "name": "x", "lat": "95", "lon": "1"}, "lat: bad-place"),
        ("products", {"sku": "1", "name": ""}, "name"),
        ("products", {"sku": "1", "name": "x", "price": "1.005"}, "price"),
        ("products", {"sku": "1", "name": "x", "price": "NaN"}, "price"),
        ("products", {"sku": "1", "name": "x", "no_points": "maybe"}, "no_points"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_reason(
    small_world: World, tmp_path: Path, kind: str, row: dict[str, str], reason: str
) -> None:
    good = {"plastic": {"number": "99999999"}, "customers": {"phone": "0501112233"},
            "stores": {"store": "ok", "name": "x"}, "products": {"sku": "ok", "name": "x"}}[kind]  # fmt: skip
    names = list(dict.fromkeys([*row, *good]))
    lines = [";".join(names), *(";".join(one.get(name, "") for name in names) for one in (good, row))]
    report = load(small_world, kind, write(tmp_path, "f.csv", "\n".join(lines) + "\n"))
    assert report.good == 1
    [(line, why)] = report.rejected
    assert line == 3
    assert str(why).startswith(reason)
    write_rejects(report, tmp_path / "rejects.csv", str)
    assert (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("3;")


@pytest.mark.parametrize("content", ["", "number\n1\n", "a,b\n1,2\n", "sku,name\n", "sku,name,colour\n1,2,3\n"])
def test_a_file_that_is_no_such_file_is_refused_whole(small_world: World, tmp_path: Path, content: str) -> None:
    with pytest.raises(BadFile):
        load(small_world, "products", write(tmp_path, "f.csv", content))
    assert rows(small_world, "products") == []


def test_a_key_twice_in_a_file_counts_once(small_world: World, tmp_path: Path) -> None:
    report = load(small_world, "products", write(tmp_path, "f.csv", "sku,name\n1,a\n1,b\n2,c\n"))
    assert (report.good, [line for line, _ in report.rejected]) == (2, [3])


def test_a_claimed_phone_proves_nothing(world: World, tmp_path: Path) -> None:
    register(world.person())
    load(world, "customers", write(tmp_path, "c.csv", "phone,name\n0509998877,Петро\n"))
    claimed = world.do(lambda work: work.customers.by_phone(Phone("+380509998877")))
    assert claimed is not None
    assert world.do(lambda work: work.cards.of(claimed.id)) is None


def test_who_asked_to_be_forgotten_does_not_come_back_by_a_file(world: World, tmp_path: Path) -> None:
    register(world.person())
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    world.do(lambda work: forget(work, customer=customer, channel="telegram"))
    report = load(
        world, "customers", write(tmp_path, "customers.csv", "phone;name\n0671234567;Olena\n0509998877;Ivan\n")
    )
    assert (report.good, report.rejected) == (1, [(2, FORGOTTEN)])
    assert world.do(lambda work: work.customers.by_phone(OLENA)) is None
    load(world, "plastic", write(tmp_path, "plastic.csv", "number;phone;name;points\n20000001;0671234567;Olena;50\n"))
    kept = world.do(lambda work: work.plastics.get("20000001"))
    assert kept is not None
    assert (kept.phone, kept.name) == (None, "")
    register(world.person("olena-again"))
    again = load(world, "customers", write(tmp_path, "customers.csv", "phone;city\n0671234567;Lviv\n"))
    assert (again.good, again.rejected) == (1, [])
