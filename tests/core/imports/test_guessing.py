"""A file's kind and columns are known by the names in its first line, as shops in three languages write them."""

import pytest

from adapters.imports.history import COLUMNS, REQUIRED
from adapters.imports.rights import import_vouchers
from adapters.imports.rows import KINDS as ROWS
from core.imports.guessing import KINDS, columns_for, guessed, lacking


def test_the_columns_are_those_that_the_importers_read() -> None:
    for name, kind in ROWS.items():
        assert KINDS[name] == (kind.columns, kind.required)
    assert KINDS["sales"] == (COLUMNS, REQUIRED)
    assert import_vouchers.__kwdefaults__ is not None
    assert {*KINDS} == {*ROWS, "sales", "vouchers", "offers"}


@pytest.mark.parametrize("kind", [kind for kind, (columns, _) in KINDS.items() if columns])
def test_a_file_with_the_houses_own_names_is_known(kind: str) -> None:
    columns, needed = KINDS[kind]
    assert guessed(columns).kind == kind
    assert guessed(columns).columns == {one: one for one in columns}
    assert guessed(list(needed)).kind in {kind, "products" if kind == "stores" else kind}


@pytest.mark.parametrize(
    ("header", "kind", "columns"),
    [
        (["Артикул", "Назва", "Ціна", "Колір"], "products",
         {"Артикул": "sku", "Назва": "name", "Ціна": "price", "Колір": ""}),
        (["Телефон", "Имя", "Дата рождения", "Пол"], "customers",
         {"Телефон": "phone", "Имя": "name", "Дата рождения": "birthday", "Пол": "sex"}),
        (["Номер картки", "Телефон", "Бонуси"], "plastic",
         {"Номер картки": "number", "Телефон": "phone", "Бонуси": "points"}),
        (["Чек", "Магазин", "Каса", "Дата", "Артикул", "Кількість", "Ціна", "Картка"], "sales",
         {"Чек": "receipt", "Магазин": "store", "Каса": "till", "Дата": "sold_at", "Артикул": "sku",
          "Кількість": "quantity", "Ціна": "unit_price", "Картка": "card_or_phone"}),
        (["что", "это"], "", {"что": "", "это": ""}),
        ([], "", {}),
    ],
)  # fmt: skip
def test_names_in_three_languages_are_understood(header: list[str], kind: str, columns: dict[str, str]) -> None:
    guess = guessed(header)
    assert (guess.kind, guess.columns) == (kind, columns)


def test_each_column_is_meant_once_and_what_lacks_is_told() -> None:
    twice = columns_for("products", ["sku", "артикул", "name"])
    assert twice == {"sku": "sku", "артикул": "", "name": "name"}
    assert lacking("products", {"a": "sku", "b": ""}) == ["name"]
    assert lacking("promo", {}) == ["week", "sku", "price_was", "price"]
