"""Which kind of file it is and which column is which, by the names in its first line, in three languages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KINDS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "stores": (("store", "name", "city", "address", "lat", "lon", "group", "hours"), ("store", "name")),
    "products": (("sku", "name", "category", "brand", "price", "no_points", "image"), ("sku", "name")),
    "customers": (
        ("phone", "name", "birthday", "sex", "city", "email", "language", "consent_marketing", "consent_at"),
        ("phone",),
    ),
    "plastic": (
        ("number", "symbology", "phone", "name", "birthday", "points", "points_expire_at", "state"),
        ("number",),
    ),
    "sales": (
        ("receipt", "store", "till", "sold_at", "card_or_phone", "sku", "quantity", "unit_price", "discount",
         "points_spent"),
        ("receipt", "store", "till", "sold_at", "sku", "quantity", "unit_price"),
    ),
    "promo": (
        ("week", "sku", "price_was", "price", "title_uk", "title_en", "stores", "limit"),
        ("week", "sku", "price_was", "price"),
    ),
    "vouchers": (("code", "offer", "card_or_phone", "valid_from", "valid_until"), ("offer",)),
    "offers": ((), ()),
}  # fmt: skip
"""Columns of each kind and those that it cannot do without (contract section 5); offers are JSON."""
_ALSO: Mapping[str, str] = {
    "store": "магазин код_магазину код_магазина store_id shop торгова_точка торговая_точка",
    "name": "назва название наименование найменування імя імʼя ім’я имя піб фио title full_name",
    "city": "місто город town",
    "address": "адреса адрес вулиця улица street",
    "lat": "широта latitude",
    "lon": "довгота долгота longitude lng",
    "group": "група группа region регіон регион",
    "hours": "години часы графік график години_роботи часы_работы opening_hours",
    "sku": "артикул код_товару код_товара article item product plu",
    "category": "категорія категория group_name відділ отдел",
    "brand": "бренд марка торгова_марка торговая_марка",
    "price": "ціна цена акційна_ціна акционная_цена",
    "no_points": "без_бонусів без_бонусов",
    "image": "фото зображення изображение picture image_url",
    "phone": "телефон мобільний мобильный номер_телефону номер_телефона mobile",
    "birthday": "день_народження день_рождения дата_народження дата_рождения birthdate date_of_birth",
    "sex": "стать пол gender",
    "email": "пошта почта e-mail mail електронна_пошта",
    "language": "мова язык lang",
    "consent_marketing": "згода согласие згода_на_рекламу согласие_на_рекламу",
    "consent_at": "дата_згоди дата_согласия",
    "number": "номер номер_картки номер_карты картка карта card штрихкод card_number barcode",
    "symbology": "тип_коду тип_кода вид_штрихкоду",
    "points": "бонуси бонусы бали баллы залишок остаток balance",
    "points_expire_at": "термін_бонусів срок_бонусов згорають сгорают",
    "state": "стан состояние статус status",
    "receipt": "чек номер_чека номер_чеку receipt_number",
    "till": "каса касса register pos",
    "sold_at": "дата час время продано дата_продажу дата_продажи date datetime",
    "card_or_phone": "картка карта клієнт клиент картка_або_телефон карта_или_телефон customer card телефон",
    "quantity": "кількість количество кіл_сть qty к-сть кол-во",
    "unit_price": "ціна цена ціна_за_одиницю цена_за_единицу",
    "discount": "знижка скидка",
    "points_spent": "списано_бонусів списано_бонусов сплачено_бонусами",
    "week": "тиждень неделя",
    "price_was": "стара_ціна старая_цена ціна_до цена_до old_price",
    "title_uk": "назва_укр назва название",
    "title_en": "назва_англ название_англ",
    "stores": "магазини магазины",
    "limit": "ліміт лимит",
    "code": "код ваучер voucher",
    "offer": "пропозиція предложение акція акция",
    "valid_from": "діє_з действует_с",
    "valid_until": "діє_до действует_до",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file most likely is. `columns`: the house's name for each of its columns, empty where there is none."""

    kind: str
    columns: Mapping[str, str]


def guessed(header: Sequence[str]) -> Guess:
    """The kind whose columns the header names best; ties go to the kind that needs more columns."""
    best = Guess("", dict.fromkeys(header, ""))
    most: tuple[int, int] = (0, 0)
    for kind, (_, needed) in KINDS.items():
        if not needed:
            continue
        columns = columns_for(kind, header)
        found = {one for one in columns.values() if one}
        fit = len(found) + 2 * len(found & set(needed)) - 4 * len(set(needed) - found)
        if (fit, len(needed)) > most:
            best, most = Guess(kind, columns), (fit, len(needed))
    return best


def columns_for(kind: str, header: Sequence[str]) -> dict[str, str]:
    """The kind's column for each of the header's, each at most once: by its own name first, then by another."""
    known, _ = KINDS[kind]
    plain = {one: _plain(one) for one in header}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for own in (True, False):
        for one in header:
            for column in known:
                fits = plain[one] == column if own else plain[one] in _ALSO.get(column, "").split()
                if one not in found and column not in taken and fits:
                    found[one] = column
                    taken.add(column)
    return {one: found.get(one, "") for one in header}


def lacking(kind: str, columns: Mapping[str, str]) -> list[str]:
    """What the kind needs and no column of the file is."""
    return [one for one in KINDS[kind][1] if one not in columns.values()]


def _plain(name: str) -> str:
    return re.sub(r"[\s.]+", "_", name.strip().lower().strip("."))
