"""ClickHouse's own engine without a server: Ibis writes its SQL, chdb runs it in this process."""

import tempfile
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from chdb.session import Session
from ibis.backends.sql.compilers import ClickHouseCompiler

from adapters.analytics.lakelines import tables_of, with_key
from adapters.analytics.ports import Lines, Source
from adapters.analytics.served import CLICKHOUSE, in_one

_SETTINGS = ", ".join(f"{name} = {value}" for name, value in CLICKHOUSE.items())


class Chdb:
    """An `Engine`; tables live in the session's memory."""

    name = "ClickHouse (chdb)"

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kartka-chdb-")
        self._session = Session(f"{self._folder.name}/tables")
        self._compiler = ClickHouseCompiler()

    def lines(self, source: Source) -> Lines:
        """A table of them."""
        return in_one(self.small("lake_lines", pa.concat_tables(tables_of(source))), source)

    def small(self, name: str, data: pa.Table, key: str = "") -> Any:
        """Through a Parquet file, which ClickHouse reads into nullable columns."""
        data = with_key(data, key)
        file = Path(self._folder.name) / f"{name}.parquet"
        pq.write_table(data, file)
        return self._made(name, f"select * from file('{file}', Parquet)", ibis.schema(data.schema))

    def keep(self, name: str, expression: Any, *, more: bool = False) -> Any:
        """A table."""
        query = self._sql(expression)
        if more:
            self._session.query(f"insert into {name} {query} settings {_SETTINGS}")
            return ibis.table(expression.schema(), name=name)
        return self._made(name, query, expression.schema())

    def fetch(self, expression: Any) -> pa.Table:
        """As Arrow, in ClickHouse's own types."""
        answer = self._session.query(f"{self._sql(expression)} settings {_SETTINGS}", "Arrow")
        return pa.ipc.open_file(pa.py_buffer(answer.bytes())).read_all()

    def close(self) -> None:
        """The session and its folder are gone."""
        self._session.close()
        self._folder.cleanup()

    def _sql(self, expression: Any) -> str:
        return str(self._compiler.to_sqlglot(expression).sql("clickhouse"))

    def _made(self, name: str, query: str, schema: Any) -> Any:
        self._session.query(f"drop table if exists {name}")
        self._session.query(f"create table {name} engine = Memory as {query} settings {_SETTINGS}")
        return ibis.table(schema, name=name)
