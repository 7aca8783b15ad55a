"""Small helpers over a synchronous connection: one row, add, put, renew, on both databases.

A statement is built once and kept: building one anew takes 75 us, running it 6 (`adapters.db.prepared`). Rooms keep
theirs as constants with parameters named `p_...`; what depends on a table's columns is kept here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Row, Table, and_, bindparam, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable

from adapters.db.prepared import Prepared
from core.shared.values import Address


def one(connection: Connection, statement: Executable, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
    """The only row of the statement, None when there is none."""
    return connection.execute(statement, values or {}).one_or_none()


def insert_for(connection: Connection, table: Table) -> Any:
    """The INSERT of this database, which knows ON CONFLICT (both dialects spell it alike)."""
    return _insert_of(connection.dialect.name, table)


def both(table: Table, made: Callable[[Any], Any]) -> Prepared:
    """What is made of the table's INSERT, for either database."""
    return Prepared({dialect: made(_insert_of(dialect, table)) for dialect in ("sqlite", "postgresql")})


def add(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """One more row; a key of the database's own counting is not told."""
    _plain_insert(table).run(connection, row)


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, keep: Sequence[str] = ()) -> None:
    """Rows are there: new ones added, known ones renewed but for the columns to `keep`."""
    if not rows:
        return
    statement = _upsert(connection.dialect.name, table, tuple(rows[0]), tuple(keep))
    if len(rows) == 1:
        _prepared(statement).run(connection, rows[0])
    else:
        connection.execute(statement, list(rows))


def fill(connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """New rows are there, given as columns, in the fastest way of the database: values go to the driver as they are,
    but for days, which SQLite keeps as texts.
    """
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.dbapi_connection
        statement, fault = f"copy {table.name} ({names}) from stdin", connection.dialect.loaded_dbapi.Error
        try:
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in zip(*columns.values(), strict=True):
                    copy.write_row(row)
        except fault as error:
            raise DBAPIError.instance(
                statement, None, error, fault, hide_parameters=True, dialect=connection.dialect
            ) from error
        return
    given = [
        [None if one is None else one.isoformat() for one in values] if isinstance(table.c[name].type, Date) else values
        for name, values in columns.items()
    ]
    if rows := list(zip(*given, strict=True)):
        connection.exec_driver_sql(f"insert into {table.name} ({names}) values ({', '.join('?' * len(columns))})", rows)


def renew(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """The row with this primary key is as given.

    The key itself is not written: SQLite would look for rows that refer to it, in tables of a million (63 ms).
    """
    keys = _keys(table)
    values = {f"p_{name}" if name in keys else name: value for name, value in row.items()}
    _update_by_key(table).run(connection, values)


def flat(value: Any) -> dict[str, Any]:
    """A dataclass as a row: its fields by name, none of them looked into (`asdict` does, and copies what it finds)."""
    return {name: getattr(value, name) for name in _fields(value.__class__)}


def belongs(table: Table) -> ColumnElement[bool]:
    """Rows of the address that the parameters `to(address)` name."""
    row = table.c
    mine = (row.channel == bindparam("p_channel"), row.bot == bindparam("p_bot"))
    return and_(*mine, row.user_key == bindparam("p_user"))


def to(address: Address) -> dict[str, str]:
    """The parameters of `belongs`."""
    return {"p_channel": address.channel, "p_bot": address.bot, "p_user": address.user}


def columns_of(address: Address) -> dict[str, str]:
    """The address as columns of a row."""
    return {"channel": address.channel, "bot": address.bot, "user_key": address.user}


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


@cache
def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


@cache
def _insert_of(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _plain_insert(table: Table) -> Prepared:
    return Prepared(table.insert().inline())


@cache
def _prepared(statement: Any) -> Prepared:
    return Prepared(statement)


@cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...], keep: tuple[str, ...]) -> Any:
    statement, keys = _insert_of(dialect, table).inline(), _keys(table)
    renewed = {name: statement.excluded[name] for name in columns if name not in keys and name not in keep}
    if renewed:
        return statement.on_conflict_do_update(index_elements=keys, set_=renewed)
    return statement.on_conflict_do_nothing(index_elements=keys)


@cache
def _update_by_key(table: Table) -> Prepared:
    return Prepared(update(table).where(*(table.c[name] == bindparam(f"p_{name}") for name in _keys(table))))


def empty(connection: Connection, table: str) -> None:
    """Nothing is in the temporary table; nobody vacuums it, and what is only deleted every later chunk still reads."""
    verb = "truncate" if connection.dialect.name == "postgresql" else "delete from"
    connection.execute(text(f"{verb} {table}"))


def measure(connection: Connection, table: str) -> None:
    """PostgreSQL plans by what it knows of a table, and of a temporary one nobody else tells it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"analyze {table}"))
