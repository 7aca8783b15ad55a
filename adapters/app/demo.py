"""The demo shop: three stores, some hundred products, plastic records, customers, two logins."""

import csv
import json
import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from adapters.app.democampaigns import show_campaigns
from adapters.app.demopeople import KNOWN, Past, came, come
from adapters.app.demoweeks import DAYS, WITHOUT, bought_within, look_back, promote, remember, sell
from adapters.app.settings import Settings
from adapters.console.passwords import hash_now
from adapters.db.engines import Engine
from adapters.db.lanes import do_now
from adapters.db.outside import Outside
from adapters.db.work import DbWork
from adapters.imports.ports import Shelves
from adapters.imports.rights import import_offers, import_vouchers
from adapters.imports.rows import KINDS
from adapters.imports.run import Report, import_file
from adapters.texts.questionnaire import house_questionnaire
from core.cards.numbers import ean13_check_digit
from core.offers.situations import Rule
from core.offers.switching import switch
from core.shared.values import StoreId
from core.staff.actions import choose_password, take_on
from core.staff.model import Role
from core.surveys.actions import publish
from core.surveys.data import questionnaire_data

LOGINS = {Role.OWNER: "owner", Role.CASHIER: "cashier"}
_SEED = 20261126
"""The same shop for everybody, so that its words can be relied on."""
_STORES = (
    ("s1", "Kartka Поділ", "Київ", "вул. Сагайдачного, 12", "50.4596", "30.5241", "щодня 8:00–22:00"),
    ("s2", "Kartka Центр", "Львів", "пл. Ринок, 5", "49.8419", "24.0315", "щодня 9:00–21:00"),
    ("s3", "Kartka Приморський", "Одеса", "вул. Дерибасівська, 20", "46.4846", "30.7326", "щодня 9:00–22:00"),
)
_GOODS = {
    "Кава": ("Кава мелена", "Кава в зернах", "Кава розчинна"),
    "Чай": ("Чай чорний", "Чай зелений", "Чай трав’яний"),
    "Хліб": ("Хліб житній", "Батон", "Лаваш"),
    "Молочне": ("Молоко", "Кефір", "Сметана", "Сир кисломолочний"),
    "Фрукти": ("Яблука", "Банани", "Груші"),
    "Солодощі": ("Шоколад", "Печиво", "Вафлі"),
    "Для дому": ("Порошок пральний", "Засіб для посуду", "Серветки"),
}
_STANDS_FOR = {
    "coffee": ["Кава", "Чай"], "bread": ["Хліб"], "dairy": ["Молочне"], "fruit": ["Фрукти"], "sweets": ["Солодощі"],
    "household": ["Для дому"],
}  # fmt: skip
"""The interests of the questionnaire, by the shop's own names of its categories."""
_BRANDS = ("Ранок", "Господар", "Світанок", "Карпати", "Дім", "Зірка", "Берегиня", "Лан")
_NAMES = ("Олена", "Андрій", "Марія", "Іван", "Наталія", "Юрій", "Софія", "Тарас", "Їжак", "Ґалина")


def secret_of(folder: Path) -> str:
    """The demo's secret key: made once, kept beside the data, readable by its owner alone."""
    path = folder / "secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


def programme_of(folder: Path) -> Path:
    """The demo's rules, in a file to look at and change: spending opens once the questionnaire is answered."""
    path = folder / "programme.toml"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        keys = ", ".join(f'"{key}"' for key in house_questionnaire().required)
        path.write_text(f"gate_questions = [{keys}]\n")
    return path


def prepare(settings: Settings, engine: Engine, outside: Outside, folder: Path) -> dict[str, str]:
    """The shop is there, and the answer names its logins with their passwords. What was there before stays."""
    password_file = folder / "logins"
    files = folder / "demo"
    goods = _products(random.Random(_SEED))
    if not password_file.exists():
        _fill(engine, outside, files, goods)
        past, people = Past.of(engine, outside), came(outside)
        year = bought_within(DAYS, goods, past.now.astimezone(outside.programme.timezone).date())
        come(past, {number: at for number, at in people.items() if number in KNOWN})
        shoppers = {number: at for number, at in people.items() if number not in WITHOUT}
        remember(settings, engine, outside, files, year, shoppers)
        promote(engine, outside, files, goods)
        show_campaigns(settings, engine, outside)
        come(past, {number: at for number, at in people.items() if number not in KNOWN})
        sell(settings, past, year, shoppers)
        look_back(engine, outside, year)
        passwords = {role.value: f"{login} {secrets.token_urlsafe(12)}" for role, login in LOGINS.items()}
        for role, login in LOGINS.items():
            stored = hash_now(passwords[role.value].split()[1])
            do_now(engine, outside, partial(_login, login=login, role=role, stored=stored))
        password_file.touch(mode=0o600)
        password_file.write_text("\n".join(f"{role} {line}" for role, line in passwords.items()))
    promote(engine, outside, files, goods)
    lines = (line.partition(" ") for line in password_file.read_text().splitlines())
    return {role: login for role, _, login in lines}


def _put(job: Callable[[Shelves], Report], work: DbWork) -> None:
    job(work.shelves)


def _login(work: DbWork, login: str, role: Role, stored: str) -> None:
    store = StoreId("s1") if role is Role.CASHIER else None
    member = work.staff.by_login(login) or take_on(work, login=login, role=role, password_hash=stored, store=store)
    choose_password(work, staff=member.id, password_hash=stored)


def _fill(engine: Engine, outside: Outside, files: Path, goods: list[tuple[str, ...]]) -> None:
    """The files are written where a newcomer can look at them, then imported like anybody's."""
    files.mkdir(parents=True, exist_ok=True)
    chance = random.Random(_SEED)
    _write(files / "stores.csv", KINDS["stores"].columns, [(*store[:6], "", store[6]) for store in _STORES])
    _write(files / "products.csv", KINDS["products"].columns, goods)
    _write(files / "customers.csv", KINDS["customers"].columns, _customers(chance))
    _write(files / "plastic.csv", KINDS["plastic"].columns, _plastic(chance))
    opened = outside.clock() - timedelta(days=DAYS)
    then = replace(outside, clock=lambda: opened)
    for kind in ("stores", "products", "customers", "plastic"):
        job = import_file(files / f"{kind}.csv", KINDS[kind], phones=outside.phones.read, now=opened)
        do_now(engine, then, partial(_put, job))
    do_now(engine, then, _ask)
    (files / "offers.json").write_text(json.dumps({"offers": _OFFERS}, ensure_ascii=False, indent=1), encoding="utf-8")
    until = outside.clock().date() + timedelta(days=_VOUCHER_DAYS)
    _write(files / "vouchers.csv", ("code", "offer", "card_or_phone", "valid_from", "valid_until"), _vouchers(until))
    do_now(engine, outside, import_offers(files / "offers.json", phones=outside.phones.read))
    do_now(engine, outside, import_vouchers(files / "vouchers.csv", phones=outside.phones.read, made=[]))
    do_now(engine, outside, _switch)


def _ask(work: DbWork) -> None:
    """The house's questionnaire, in which an interest names the shop's categories."""
    data = questionnaire_data(work.questionnaires.newest())
    for question in data["questions"]:
        for option in question.get("options", ()):
            if question["key"] == "interests" and option["key"] in _STANDS_FOR:
                option["categories"] = _STANDS_FOR[option["key"]]
    publish(work, data=data, actor=LOGINS[Role.OWNER])


def _switch(work: DbWork) -> None:
    switch(work, rule=Rule.BIRTHDAY, on=True, offer="birthday-50", actor=LOGINS[Role.OWNER])


_OFFERS = [
    {"id": "coffee-20", "title": {"uk": "Кава −20 %", "en": "Coffee −20 %", "ru": "Кофе −20 %"},
     "benefit": {"kind": "percent_off", "percent": "20", "match": {"category": ["Кава", "Чай"]}}},
    {"id": "double-500", "title": {"uk": "Подвійні бонуси від 500 ₴", "en": "Double points from 500 ₴",
                                   "ru": "Двойные бонусы от 500 ₴"},
     "condition": {"kind": "min_basket", "amount": 50000}, "benefit": {"kind": "points_times", "times": "2"}},
    {"id": "gift-100", "title": {"uk": "100 ₴ у подарунок", "en": "A gift of 100 ₴", "ru": "100 ₴ в подарок"},
     "audience": "voucher", "condition": {"kind": "min_basket", "amount": 30000},
     "benefit": {"kind": "amount_off", "amount": 10000}},
    {"id": "birthday-50", "title": {"uk": "50 ₴ на день народження", "en": "50 ₴ for your birthday",
                                    "ru": "50 ₴ на день рождения"},
     "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 5000}},
    {"id": "three-15", "title": {"uk": "Три товари −15 %", "en": "Three goods −15 %", "ru": "Три товара −15 %"},
     "audience": "voucher", "condition": {"kind": "items", "match": {}, "quantity": "3"},
     "benefit": {"kind": "percent_off", "percent": "15"}},
]  # fmt: skip
"""What the demo's tills apply: a line percent, a multiplier, and the offers behind its vouchers."""
_VOUCHER_DAYS = 21


def _vouchers(until: date) -> list[tuple[str, ...]]:
    """A voucher for each demo phone that has an old card: it waits until somebody proves the phone."""
    return [("", "gift-100", f"+38067000{number:04d}", "", until.isoformat()) for number in range(11, 61)]


def _products(chance: random.Random) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for category, names in _GOODS.items():
        for name in names:
            for brand in _BRANDS:
                price = f"{chance.randrange(1500, 30000) / 100:.2f}"
                rows.append((str(1000 + len(rows)), f"{name} «{brand}»", category, brand, price, "", ""))
    return rows


def _customers(chance: random.Random) -> list[tuple[str, ...]]:
    return [
        (f"+38067000{number:04d}", chance.choice(_NAMES),
         f"{1960 + number % 45}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
         chance.choice("fm"), chance.choice(("Київ", "Львів", "Одеса")), "", "uk", "", "")
        for number in range(100, 300)
    ]  # fmt: skip


def _plastic(chance: random.Random) -> list[tuple[str, ...]]:
    """Records 11 to 60 have the phones +380670000011 .. 060; three symbologies; one is blocked, one has no phone."""
    rows: list[tuple[str, ...]] = []
    for number in range(11, 61):
        phone = f"+38067000{number:04d}"
        if number % 3 == 0:
            code, symbology = f"0001{number:06d}", "code128"
        elif number % 3 == 1:
            body = f"48200000{number:04d}"
            code, symbology = body + ean13_check_digit(body), "ean13"
        else:
            code, symbology = f"0002{number:06d}", "itf"
        state = "blocked" if number == 60 else ""
        name = chance.choice(_NAMES)
        points = str(chance.randrange(10, 900))
        rows.append((code, symbology, "" if number == 59 else phone, name, "1985-05-20", points, "2027-12-31", state))
    return rows


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
