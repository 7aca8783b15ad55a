"""One row of a file becomes one value, or is rejected with a reason that names the column."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from adapters.imports.ports import ImportedCustomer, ImportedPromo
from core.cards.model import SYMBOLOGIES, Plastic
from core.cards.numbers import is_ean13
from core.cards.plastic import plastic_number
from core.imports.reasons import NotTaken, reason
from core.offers.weekly import LONGEST_SKU, monday_of
from core.shared.refusals import Invalid
from core.shared.values import Language, Phone, Place, StoreId, person_name
from core.stores.model import Product, Store

ReadPhone = Callable[[str], Phone | None]
Row = Mapping[str, str]


class BadRow(NotTaken):
    """The row is rejected: its column, what is wrong there, and what would do."""

    def __init__(self, column: str, code: str, **data: str | int) -> None:
        super().__init__(reason(column, code, **data))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its columns, those that must be there, its key, and how a row becomes a value."""

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    key: Callable[[Any], str]
    read: Callable[[Row, ReadPhone], Any]


def _store(row: Row, phones: ReadPhone) -> Store:
    del phones
    lat, lon = _number(row, "lat"), _number(row, "lon")
    if (lat is None) != (lon is None):
        raise BadRow("lat" if lat is None else "lon", "both-or-none")
    try:
        place = Place(float(lat), float(lon)) if lat is not None and lon is not None else None
    except ValueError:
        raise BadRow("lat", "bad-place") from None
    return Store(
        StoreId(_code(row, "store")),
        _needed(row, "name"),
        row.get("city", ""),
        row.get("address", ""),
        place,
        row.get("group", ""),
        row.get("hours", ""),
    )


def _product(row: Row, phones: ReadPhone) -> Product:
    del phones
    return Product(
        _code(row, "sku"),
        _needed(row, "name"),
        row.get("category", ""),
        row.get("brand", ""),
        _minor(row, "price"),
        _yes(row, "no_points") or False,
        row.get("image", ""),
    )


def _customer(row: Row, phones: ReadPhone) -> ImportedCustomer:
    marketing, at = _yes(row, "consent_marketing"), _instant(row, "consent_at")
    if marketing and at is None:
        raise BadRow("consent_at", "undated")
    email = row.get("email", "")
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise BadRow("email", "bad-email")
    return ImportedCustomer(
        _phone(row, "phone", phones, needed=True),  # type: ignore[arg-type]  # needed: never None
        person_name(row.get("name", "")),
        read_date(row, "birthday"),
        _one_of(row, "sex", ("", "f", "m")),
        row.get("city", ""),
        email,
        Language(_one_of(row, "language", ("", *Language))) if row.get("language") else None,
        marketing,
        at,
    )


def _plastic(row: Row, phones: ReadPhone) -> Plastic:
    try:
        number = plastic_number(_needed(row, "number"))
    except Invalid:
        raise BadRow("number", "bad-plastic") from None
    symbology = _one_of(row, "symbology", ("", *SYMBOLOGIES)) or ("ean13" if is_ean13(number) else "code128")
    if symbology == "ean13" and not is_ean13(number):
        raise BadRow("number", "bad-ean13")
    if symbology == "itf" and not (number.isdigit() and len(number) % 2 == 0):
        raise BadRow("number", "odd-itf")
    points = row.get("points", "") or "0"
    if not re.fullmatch(r"\d{1,9}", points):
        raise BadRow("points", "not-whole")
    return Plastic(
        number,
        symbology,
        _phone(row, "phone", phones, needed=False),
        person_name(row.get("name", "")),
        read_date(row, "birthday"),
        int(points),
        read_date(row, "points_expire_at"),
        _one_of(row, "state", ("", "active", "blocked")) == "blocked",
    )


def _promo(row: Row, phones: ReadPhone) -> ImportedPromo:
    del phones
    week, sku = _needed(row, "week").upper(), _code(row, "sku")
    try:
        monday_of(week)
    except Invalid:
        raise BadRow("week", "bad-week") from None
    if len(sku.encode()) > LONGEST_SKU:
        raise BadRow("sku", "too-long", most=LONGEST_SKU)
    was, price = (_minor(row, column) if _needed(row, column) else 0 for column in ("price_was", "price"))
    if not 0 < price < was:
        raise BadRow("price", "not-less")
    limit = row.get("limit", "")
    if limit and not (re.fullmatch(r"\d{1,6}", limit, re.ASCII) and int(limit)):
        raise BadRow("limit", "bad-limit")
    places = tuple(dict.fromkeys(one for one in re.split(r"[\s,|]+", row.get("stores", "")) if one))
    titles = (_title(row, "title_uk"), _title(row, "title_en"))
    return ImportedPromo(week, sku, was, price, *titles, places, int(limit) if limit else None)


def _title(row: Row, column: str) -> str:
    title = " ".join(row.get(column, "").split())
    if len(title) > 200 or not title.isprintable():
        raise BadRow(column, "too-long", most=200)
    return title


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "stores",
            ("store", "name", "city", "address", "lat", "lon", "group", "hours"),
            ("store", "name"),
            lambda one: str(one.id),
            _store,
        ),
        Kind(
            "products",
            ("sku", "name", "category", "brand", "price", "no_points", "image"),
            ("sku", "name"),
            lambda one: str(one.sku),
            _product,
        ),
        Kind(
            "customers",
            ("phone", "name", "birthday", "sex", "city", "email", "language", "consent_marketing", "consent_at"),
            ("phone",),
            lambda one: str(one.phone),
            _customer,
        ),
        Kind(
            "plastic",
            ("number", "symbology", "phone", "name", "birthday", "points", "points_expire_at", "state"),
            ("number",),
            lambda one: str(one.number),
            _plastic,
        ),
        Kind(
            "promo",
            ("week", "sku", "price_was", "price", "title_uk", "title_en", "stores", "limit"),
            ("week", "sku", "price_was", "price"),
            lambda one: f"{one.week} {one.sku}",
            _promo,
        ),
    )
}
"""Every kind of file by its name (contract section 5)."""


def _needed(row: Row, column: str) -> str:
    if not row.get(column):
        raise BadRow(column, "empty")
    return row[column]


def _code(row: Row, column: str) -> str:
    code = _needed(row, column)
    if not re.fullmatch(r"[^\s/]{1,64}", code):
        raise BadRow(column, "bad-code")
    return code


def _one_of(row: Row, column: str, allowed: tuple[str, ...]) -> str:
    value = row.get(column, "").lower()
    if value not in allowed:
        raise BadRow(column, "not-one-of", allowed=", ".join(one for one in allowed if one))
    return value


def _yes(row: Row, column: str) -> bool | None:
    value = row.get(column, "").lower()
    if value in {"", "yes", "true", "1", "no", "false", "0"}:
        return None if not value else value in {"yes", "true", "1"}
    raise BadRow(column, "not-yes-or-no")


def _number(row: Row, column: str) -> Decimal | None:
    text = row.get(column, "").replace(",", ".")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise BadRow(column, "not-number") from None
    if not value.is_finite():
        raise BadRow(column, "not-number")
    return value


def _minor(row: Row, column: str) -> int:
    """Decimals of the file (`129.90`) in minor units."""
    value = _number(row, column) or Decimal(0)
    minor = value * 100
    if value < 0 or value > 10**7 or minor != minor.to_integral_value():
        raise BadRow(column, "bad-money")
    return int(minor)


def read_date(row: Row, column: str) -> date | None:
    text = row.get(column, "")
    if not text:
        return None
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            day = datetime.strptime(text[:10], pattern).date()
        except ValueError:
            continue
        if date(1900, 1, 1) <= day <= date(2100, 1, 1):
            return day
    raise BadRow(column, "bad-date")


def _instant(row: Row, column: str) -> datetime | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow(column, "bad-instant") from None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _phone(row: Row, column: str, phones: ReadPhone, *, needed: bool) -> Phone | None:
    text = row.get(column, "")
    if not text and not needed:
        return None
    phone = phones(text)
    if phone is None:
        raise BadRow(column, "bad-phone")
    return phone
