"""Column types that mean the same on both databases."""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

Id = BigInteger().with_variant(Integer(), "sqlite")
"""A growing key: SQLite counts only in a column that is INTEGER to the letter."""


class Instant(TypeDecorator[datetime]):
    """A UTC instant: timestamptz on PostgreSQL, on SQLite a text of fixed width, so that order is the order of time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, the real thing elsewhere."""
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Raises ValueError for an instant without a zone: it would be anybody's."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant carries its zone")
        utc = value.astimezone(UTC)
        return f"{utc.replace(tzinfo=None).isoformat(timespec='microseconds')}Z" if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value)
        instant: datetime = value
        return instant.astimezone(UTC)


class Strings(TypeDecorator[Collection[str]]):
    """A list of texts as one parameter, so that a statement stays the same however many there are: see `among`."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array on PostgreSQL, JSON in a text on SQLite."""
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else ARRAY(String))

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        """Any collection."""
        found = list(value or ())
        return json.dumps(found) if dialect.name == "sqlite" else found


def among(column: ColumnElement[str], name: str) -> dict[str, ColumnElement[bool]]:
    """For each database: the column is one of the texts of the parameter called `name`."""
    given: BindParameter[Any] = bindparam(name, type_=Strings)
    return {
        "sqlite": column.in_(select(func.json_each(given).table_valued("value").c.value)),
        "postgresql": column == func.any(given),
    }


def is_among(column: ColumnElement[str], values: Collection[str], dialect: str) -> ColumnElement[bool]:
    """Of any number of ids, which are one parameter: on PostgreSQL a text, read four times as fast as an array."""
    if dialect == "sqlite":
        given: Any = bindparam(None, list(values), type_=Strings, unique=True)
        return column.in_(select(func.json_each(given).table_valued("value").c.value))
    joined: Any = bindparam(None, ",".join(values), type_=Text, unique=True)
    return column.in_(select(func.unnest(func.string_to_array(joined, ","))))


def any_of(rows: Select[Any]) -> ColumnElement[Any]:
    """To be equal to: for PostgreSQL, which takes them for few and looks each up in an index."""
    return func.any(func.array(rows.scalar_subquery()))


def by_bytes(column: ColumnElement[str], dialect: str) -> ColumnElement[str]:
    """The text, compared as SQLite does it whatever language the database sorts in."""
    return column if dialect == "sqlite" else column.collate("C")


class Numbers(TypeDecorator[Collection[int]]):
    """A list of whole numbers as one parameter."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array on PostgreSQL, JSON in a text on SQLite."""
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else ARRAY(BigInteger))

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        """Any collection."""
        found = list(value or ())
        return json.dumps(found) if dialect.name == "sqlite" else found


def among_numbers(column: ColumnElement[int], name: str, dialect: str) -> ColumnElement[bool]:
    """On that database: the column is one of the numbers of the parameter called `name`."""
    given: BindParameter[Any] = bindparam(name, type_=Numbers)
    if dialect == "sqlite":
        return column.in_(select(func.json_each(given).table_valued("value").c.value))
    return column == func.any(given)
