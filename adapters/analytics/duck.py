"""DuckDB, inside the process."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from ibis.expr.operations import DatabaseTable

from adapters.analytics.history import History
from adapters.analytics.lakelines import READ, broken, files_of, folder_of, moved_of
from adapters.analytics.ports import Lines, Source
from adapters.analytics.running import narrowed

_BATCH = 122_880
"""Rows of ours that one core looks at, at a time."""


def _read(files: Sequence[Path]) -> str:
    return "read_parquet([{}])".format(", ".join("'" + str(file).replace("'", "''") + "'" for file in files))


def _renamed(origin: str) -> str:
    return (f"(select sold.* replace (coalesce(moved.now, sold.owner) as owner) "
            f"from {origin} as sold left join moved on moved.owner = sold.owner)")  # fmt: skip


def _coded(source: Source) -> Source:
    """With texts as dictionaries, made once however often it is read."""
    if not isinstance(source, pa.Table):
        return source
    columns = [
        source[name].dictionary_encode() if pa.types.is_string(source[name].type) else source[name]
        for name in source.column_names
    ]
    return pa.table(columns, names=source.column_names)


class DuckDB:
    """Inside the process; what does not fit into its memory goes to a folder of its own, gone at the end."""

    name = "DuckDB"
    MEMORY = "1000MB"
    """Beside what the loops hold of the owners, which is gone from memory when the sorting begins."""

    def __init__(self, memory: str = MEMORY, threads: str = "", temp: str = "", *, loops: bool = True) -> None:
        """`memory` as DuckDB writes it; all cores without `threads`; the machine's own folder without `temp`.

        Without `loops` it runs the expressions over lines as a server would, for comparison.
        """
        self._loops = loops
        self._source: Source = READ.empty_table()
        self._since = ""
        self._folder = tempfile.TemporaryDirectory(prefix="kartka-marts-", dir=temp or None)
        settings = {"memory_limit": memory, "temp_directory": self._folder.name, "preserve_insertion_order": False}
        if threads:
            settings["threads"] = int(threads)
        self.connection = ibis.duckdb.connect(**settings)
        self._compiled: dict[Any, str] = {}

    def lines(self, source: Source | History, since: date | None = None) -> Lines:
        """Views, month by month: nothing is copied, and a string is hashed once for each row group's dictionary.

        Without months that ended before `since`. A history has no lines.
        """
        if isinstance(source, History):
            return replace(self.lines(READ.empty_table()), here=source)
        self._source, self._since = source, f"{since:%Y-%m}" if since else ""
        origins = self._look(sound=not self._loops)
        turns = [partial(self._show, "lake_part", origin) for origin in origins]
        table, part = self.connection.table("lake_lines"), self.connection.table("lake_part")
        return Lines(table, part, turns, partial(broken, source), _coded(source) if self._loops else None)

    def _look(self, *, sound: bool) -> list[str]:
        source = self._source
        folder, moved = folder_of(source), moved_of(source)
        months = files_of(folder, sound=sound, since=self._since) if folder is not None else []
        if not months:
            self.connection.con.register("made_lines", READ.empty_table() if folder is not None else source)
        origins = [_read(files) for files in months] or ["made_lines"]
        whole = _read([file for files in months for file in files]) if months else "made_lines"
        if moved is not None:
            self.connection.con.register("moved", moved)
            whole, *origins = (_renamed(origin) for origin in (whole, *origins))
        self._show("lake_lines", whole)
        self._show("lake_part", origins[0])
        return origins

    def _show(self, view: str, origin: str) -> None:
        self._say(f"""create or replace temporary view {view} as select owner, store,
            hash(owner) as o, hash(store) as s, hash(store, till, receipt) as r, hash(sku) as p,
            cast(business_date - date '1970-01-01' as integer) as day, epoch_us(sold_at) // 1000000 as second,
            milli, unit_price, discount from {origin}""")

    def small(self, name: str, data: pa.Table, key: str = "") -> Any:
        """A temporary table; without a key the data as they lie there, of which nothing is copied."""
        if not key:
            self.connection.con.register(name, pa.Table.from_batches(data.to_batches(_BATCH), data.schema))
            return self.connection.table(name)
        self.connection.con.register("given", data)
        self._say(f"create or replace temporary table {name} as select *, hash({key}) as p from given")
        self.connection.con.unregister("given")
        return self.connection.table(name)

    def keep(self, name: str, expression: Any, *, more: bool = False) -> Any:
        """A temporary table: uncompressed, since it is read once or twice, in memory as far as that goes. A table that
        stands there already is not copied."""
        if isinstance(expression.op(), DatabaseTable) and not more:
            return expression
        compiled = self._compiled.get(expression.op()) or self.connection.compile(expression)
        self._compiled[expression.op()] = compiled
        query = f"select {narrowed(expression)} from ({compiled}) as rows"
        self._say(f"insert into {name} {query}" if more else f"create or replace temporary table {name} as {query}")
        return self.connection.table(name)

    def fetch(self, expression: Any) -> pa.Table:
        """As Arrow, without a copy of each value. A file that turns out broken is set aside, and it is asked again."""
        try:
            return self.connection.to_pyarrow(expression)
        except duckdb.Error:
            if isinstance(self._source, pa.Table):
                raise
            self._look(sound=True)
            return self.connection.to_pyarrow(expression)

    def close(self) -> None:
        """The folder is gone."""
        self.connection.disconnect()
        self._folder.cleanup()

    def _say(self, statement: str) -> None:
        self.connection.con.execute(statement)
