"""DuckDB, inside the process."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from adapters.analytics.lakelines import READ, months
from adapters.analytics.ports import Lines, Source
from adapters.analytics.running import narrowed


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


class DuckDB:
    """Inside the process; what does not fit into its memory goes to a folder of its own, gone at the end."""

    name = "DuckDB"

    def __init__(self, memory: str = "1400MB", threads: str = "", temp: str = "") -> None:
        """`memory` as DuckDB writes it; all cores without `threads`; the machine's own folder without `temp`."""
        self._folder = tempfile.TemporaryDirectory(prefix="kartka-marts-", dir=temp or None)
        settings = {"memory_limit": memory, "temp_directory": self._folder.name, "preserve_insertion_order": False}
        if threads:
            settings["threads"] = int(threads)
        self.connection = ibis.duckdb.connect(**settings)
        self._compiled: dict[Any, str] = {}

    def lines(self, source: Source) -> Lines:
        """Views, month by month: nothing is copied, and a string is hashed once for each row group's dictionary."""
        folders = months(source) if isinstance(source, Path) else []
        if not folders:
            self.connection.con.register("made_lines", READ.empty_table() if isinstance(source, Path) else source)
        origins = [f"read_parquet('{_quoted(folder / '*.parquet')}')" for folder in folders] or ["made_lines"]
        whole = f"read_parquet('{_quoted(source / 'sales' / '*' / '*.parquet')}')" if folders else "made_lines"
        self._show("lake_lines", whole)
        self._show("lake_part", origins[0])
        turns = [partial(self._show, "lake_part", origin) for origin in origins]
        return Lines(self.connection.table("lake_lines"), self.connection.table("lake_part"), turns)

    def _show(self, view: str, origin: str) -> None:
        self._say(f"""create or replace temporary view {view} as select owner, store,
            hash(owner) as o, hash(store) as s, hash(store, till, receipt) as r, hash(sku) as p,
            cast(business_date - date '1970-01-01' as integer) as day, epoch_us(sold_at) // 1000000 as second,
            milli, unit_price, discount from {origin}""")

    def small(self, name: str, data: pa.Table, key: str = "") -> Any:
        """A temporary table."""
        self.connection.con.register("given", data)
        self._say(
            f"create or replace temporary table {name} as select *{f', hash({key}) as p' if key else ''} from given"
        )
        self.connection.con.unregister("given")
        return self.connection.table(name)

    def keep(self, name: str, expression: Any, *, more: bool = False) -> Any:
        """A temporary table: uncompressed, since it is read once or twice, in memory as far as that goes."""
        compiled = self._compiled.get(expression.op()) or self.connection.compile(expression)
        self._compiled[expression.op()] = compiled
        query = f"select {narrowed(expression)} from ({compiled}) as rows"
        self._say(f"insert into {name} {query}" if more else f"create or replace temporary table {name} as {query}")
        return self.connection.table(name)

    def fetch(self, expression: Any) -> pa.Table:
        """As Arrow, without a copy of each value."""
        return self.connection.to_pyarrow(expression)

    def close(self) -> None:
        """The folder is gone."""
        self.connection.disconnect()
        self._folder.cleanup()

    def _say(self, statement: str) -> None:
        self.connection.con.execute(statement)
