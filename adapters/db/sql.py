"""Small helpers over a synchronous connection: one row, put-or-renew on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Executable


def one(connection: Connection, statement: Executable, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
    """The only row of the statement, None when there is none."""
    return connection.execute(statement, values or {}).one_or_none()


def insert_for(connection: Connection, table: Table) -> Any:
    """The INSERT of this database, which knows ON CONFLICT (both dialects spell it alike)."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, keep: Sequence[str] = ()) -> None:
    """Rows are there: new ones added, known ones renewed but for the columns to `keep`."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = insert_for(connection, table)
    renewed = {name: statement.excluded[name] for name in rows[0] if name not in keys and name not in keep}
    if renewed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=renewed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, list(rows))


def renew(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """The row with this primary key is as given.

    The key itself is not written: SQLite would look for rows that refer to it, in tables of a million (63 ms).
    """
    keys = [column.name for column in table.primary_key]
    same = and_(*(table.c[name] == row[name] for name in keys))
    connection.execute(update(table).where(same), {name: value for name, value in row.items() if name not in keys})
