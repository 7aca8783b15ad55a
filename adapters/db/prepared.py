"""A statement of SQLAlchemy's that is compiled once for each database and then run by the driver itself.

SQLAlchemy's way around one small SELECT takes 22 us, this one 6, the driver 3.5: what a step of the talk asks goes
here. Types, errors and the transaction stay SQLAlchemy's.
"""

import contextlib
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import CompileError, DBAPIError, MultipleResultsFound
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
_Change = Callable[[Any], Any]


class Prepared:
    """One statement, or one for each database by its dialect's name; what changes in it are named parameters.

    Raises what SQLAlchemy raises, and no parameter stands in the error's text.
    """

    def __init__(self, statement: Executable | Mapping[str, Executable]) -> None:
        self._statement = statement
        self._ready: dict[tuple[str, ...], _Ready] = {}

    def run(self, connection: Connection, values: Values) -> int:
        """How many rows it changed."""
        return int(self._for(connection, values).cursor(connection, values).rowcount)

    def each(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Once for every row."""
        together(connection, [(self, values) for values in rows])

    def many(self, connection: Connection, shared: Values, rows: Sequence[Values]) -> None:
        """Once for every row with the values that all of them share; for thousands, by the driver's own loop."""
        if rows:
            self._for(connection, {**shared, **rows[0]}).many(connection, shared, rows)

    def all(self, connection: Connection, values: Values) -> list[Any]:
        """Every row, its columns by name."""
        return self._for(connection, values).rows(connection, values)

    def one(self, connection: Connection, values: Values) -> Any:
        """The only row, None when there is none. Raises MultipleResultsFound."""
        found = self._for(connection, values).rows(connection, values)
        if len(found) > 1:
            raise MultipleResultsFound("at most one row was expected")
        return found[0] if found else None

    def value(self, connection: Connection, values: Values) -> Any:
        """The first column of the only row, None when there is none. Raises MultipleResultsFound."""
        row = self.one(connection, values)
        return None if row is None else row[0]

    def _for(self, connection: Connection, values: Values) -> "_Ready":
        shape = (connection.dialect.name, *values)
        ready = self._ready.get(shape)
        if ready is None:
            given = self._statement
            statement = given[connection.dialect.name] if isinstance(given, Mapping) else given
            ready = self._ready[shape] = _Ready(statement, connection.dialect, frozenset(values))
        return ready


Step = tuple[Prepared, Values]


def together(connection: Connection, steps: Sequence[Step]) -> list[Any]:
    """The statements are done in this order; the rows of the last, its columns by name, none where it gives none.

    PostgreSQL is told all of them at once and answers once: a sale writes ten rows, and each would be a way there and
    back. Raises what the first that failed raises.
    """
    if not steps:
        return []
    driver: Any = connection.connection.dbapi_connection
    ready = [(one._for(connection, values), values) for one, values in steps]
    last = ready[-1][0]
    at_once = len(steps) > 1 and hasattr(driver, "pipeline")
    try:
        with driver.pipeline() if at_once else contextlib.nullcontext():
            cursor = [one.cursor(connection, values) for one, values in ready][-1]
    except last.error as error:
        raise last.fault(error) from error
    return last.named(cursor)


class _Ready:
    """The statement as one database reads it, for one set of named values."""

    def __init__(self, statement: Executable, dialect: Dialect, names: frozenset[str]) -> None:
        # Every statement compiles; the type of what a connection executes does not say so.
        compiled: Any = statement.compile(dialect=dialect, column_keys=sorted(names))  # type: ignore[attr-defined]
        if compiled.post_compile_params or compiled.insert_prefetch or compiled.update_prefetch:
            raise CompileError("a list of values, or a default made in Python, does not fit a prepared statement")
        self._text: str = compiled.string
        self._dialect, self.error = dialect, dialect.loaded_dbapi.Error
        self._by_place = bool(compiled.positional)
        self._keys: list[str] = list(compiled.positiontup if self._by_place else compiled.binds)
        self._binds = [_bound(compiled.binds[key], dialect, names) for key in self._keys]
        columns: Any = getattr(statement, "exported_columns", {})
        self._types: list[TypeEngine[Any]] = [column.type.dialect_impl(dialect) for column in columns.values()]
        kind: Any = namedtuple("Found", list(columns.keys()), rename=True)  # type: ignore[misc]  # columns are data
        self._named: Callable[[Any], Any] = kind._make
        self._changes: list[tuple[int, _Change]] | None = None
        """What is to be done to a row's values; known when the driver has first told the types of its columns."""

    def cursor(self, connection: Connection, values: Values) -> Any:
        """The driver's cursor after the statement."""
        driver: Any = connection.connection.dbapi_connection
        given = [
            constant if name is None else values[name] if change is None else change(values[name])
            for name, change, constant in self._binds
        ]
        try:
            return driver.execute(self._text, given if self._by_place else dict(zip(self._keys, given, strict=True)))
        except self.error as error:
            raise self.fault(error) from error

    def many(self, connection: Connection, shared: Values, rows: Sequence[Values]) -> None:
        """The statement for each of the rows; what they share is changed on its way once."""
        driver: Any = connection.connection.dbapi_connection
        own = [(place, bind[0], bind[1]) for place, bind in enumerate(self._binds) if bind[0] in rows[0]]
        base = [
            constant if name is None or name in rows[0] else shared[name] if change is None else change(shared[name])
            for name, change, constant in self._binds
        ]

        def given() -> Iterable[Any]:
            for row in rows:
                values = base.copy()
                for place, name, change in own:
                    value = row[name or ""]
                    values[place] = value if change is None else change(value)
                yield values if self._by_place else dict(zip(self._keys, values, strict=True))

        try:
            driver.cursor().executemany(self._text, given())
        except self.error as error:
            raise self.fault(error) from error

    def fault(self, error: Exception) -> DBAPIError:
        """The driver's error as SQLAlchemy's."""
        made = DBAPIError.instance(
            self._text, None, error, self.error, hide_parameters=True, dialect=self._dialect
        )  # fmt: skip
        assert isinstance(made, DBAPIError)  # of an error of the driver's nothing else is made
        return made

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        """The rows with their columns named, each value as its column's type says."""
        return self.named(self.cursor(connection, values))

    def named(self, cursor: Any) -> list[Any]:
        """What the statement asked for; an INSERT may answer with a key that nobody did."""
        if not self._types or cursor.description is None:
            return []
        found = cursor.fetchall()
        if self._changes is None:
            told = enumerate(zip(self._types, cursor.description, strict=True))
            changes = [(place, kind.result_processor(self._dialect, column[1])) for place, (kind, column) in told]
            self._changes = [(place, change) for place, change in changes if change is not None]
        if not self._changes:
            return [self._named(row) for row in found]
        return [self._named(self._changed(row, self._changes)) for row in found]

    @staticmethod
    def _changed(row: tuple[Any, ...], changes: list[tuple[int, _Change]]) -> list[Any]:
        values = list(row)
        for place, change in changes:
            values[place] = change(values[place])
        return values


def _bound(bind: Any, dialect: Dialect, names: frozenset[str]) -> tuple[str | None, _Change | None, Any]:
    """The name of its value and how that is changed on its way, or what it always is."""
    change = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.key in names:
        return bind.key, change, None
    if bind.required:
        raise CompileError(f"a value for {bind.key} is missing")
    return None, None, bind.effective_value if change is None else change(bind.effective_value)
