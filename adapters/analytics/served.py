"""Engines that a grown retailer runs already: PostgreSQL, Spark, ClickHouse. Their drivers are loaded when named."""

import importlib
import io
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import ibis
import pyarrow as pa
import pyarrow.csv as pa_csv

from adapters.analytics.lakelines import READ, broken, files_of, folder_of, moved_of, tables_of, with_key
from adapters.analytics.ports import CouldNotReach, Engine, Lines, Source
from adapters.analytics.running import narrowed


def driver(module: str, package: str) -> Any:
    """The module of an optional driver. Raises ValueError with the package to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ValueError(f"KARTKA_ANALYTICS: this engine needs `pip install {package}` ({error})") from None


def in_one(table: Any, source: Source) -> Lines:
    """An engine that needs no parts."""
    return Lines(table, table, [lambda: None], partial(broken, source))


class Postgres:
    """A PostgreSQL of 14 or later; everything lies in temporary tables, gone with the connection."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        driver("psycopg", "'psycopg[binary]'")
        plain_url = "postgresql:" + url.partition(":")[2]
        asked = urlsplit(plain_url)
        named = dict(one.partition("=")[::2] for one in filter(None, asked.query.split("&")))
        try:
            self.connection = ibis.postgres.connect(
                host=asked.hostname or named.pop("host", None), port=asked.port or 5432, user=asked.username,
                password=asked.password, database=asked.path.strip("/"), **named,
            )  # fmt: skip
        except Exception as error:  # drivers share no base: whatever it was, nobody answers there
            where = f"{asked.hostname or 'the socket'}, database {asked.path.strip('/')!r}"
            raise CouldNotReach(f"KARTKA_ANALYTICS: no PostgreSQL at {where}: {error}") from None
        self._say("set default_transaction_read_only = off")

    def lines(self, source: Source) -> Lines:
        """A copy by COPY, as fast as PostgreSQL takes rows."""
        made = False
        for table in tables_of(source):
            made = made or self._make("lake_lines", table.schema)
            self._copy("lake_lines", table)
        self._say("analyze lake_lines")
        return in_one(self.connection.table("lake_lines"), source)

    def small(self, name: str, data: pa.Table, key: str = "") -> Any:
        """A temporary table."""
        data = with_key(data, key)
        self._make(name, data.schema)
        self._copy(name, data)
        self._say(f"analyze {name}")
        return self.connection.table(name)

    def keep(self, name: str, expression: Any, *, more: bool = False) -> Any:
        """A temporary table that the planner knows the size of."""
        query = f"select {narrowed(expression)} from ({self.connection.compile(expression)}) as rows"
        if not more:
            self._say(f"drop table if exists {name}")
        self._say(f"insert into {name} {query}" if more else f"create temporary table {name} as {query}")
        self._say(f"analyze {name}")
        return self.connection.table(name)

    def fetch(self, expression: Any) -> pa.Table:
        """By the driver's rows."""
        return self.connection.to_pyarrow(expression)

    def close(self) -> None:
        """The temporary tables go with the connection."""
        self.connection.disconnect()

    def _say(self, statement: str) -> None:
        with self.connection.con.cursor() as cursor:
            cursor.execute(statement)
        self.connection.con.commit()

    def _make(self, name: str, schema: pa.Schema) -> bool:
        # The order of strings is that of their bytes, whatever the database's own language is.
        kinds = {pa.string(): 'text collate "C"', pa.int64(): "bigint", pa.int32(): "integer"}
        columns = ", ".join(f'"{field.name}" {kinds[field.type]}' for field in schema)
        self._say(f"drop table if exists {name}")
        self._say(f"create temporary table {name} ({columns})")
        return True

    def _copy(self, name: str, table: pa.Table) -> None:
        text = io.BytesIO()
        pa_csv.write_csv(table, text, pa_csv.WriteOptions(include_header=False, quoting_style="needed"))
        with self.connection.con.cursor() as cursor, cursor.copy(f"copy {name} from stdin (format csv)") as copy:
            copy.write(text.getvalue())
        self.connection.con.commit()


class Spark:
    """Spark 4.0 or earlier (Ibis 12 knows no later one); views of one session, never tables in its warehouse."""

    name = "Spark"

    def __init__(self, url: str) -> None:
        """`spark://host:7077?spark.executor.memory=8g` sets Spark's settings; `spark://local[2]` is this process."""
        sql = driver("pyspark.sql", "'pyspark<4.1'")
        address, _, asked = url.partition("?")
        local = address.startswith("spark://local")
        master = address.removeprefix("spark://") if local else address
        settings = {"spark.sql.shuffle.partitions": "2", "spark.ui.enabled": "false"} if local else {}
        settings |= {"spark.ui.showConsoleProgress": "false", "spark.sql.session.timeZone": "UTC"}
        settings |= {"spark.sql.constraintPropagation.enabled": "false"}  # it stumbles over a union of checkpoints
        settings |= dict(one.partition("=")[::2] for one in filter(None, asked.split("&")))
        builder = sql.SparkSession.builder.master(master).appName("kartka")
        for name, value in settings.items():
            builder = builder.config(name, value)
        try:
            self.session = builder.getOrCreate()
        except Exception as error:  # drivers share no base: whatever it was, nobody answers there
            raise CouldNotReach(f"KARTKA_ANALYTICS: no Spark at {master} (Java 17 is needed here): {error}") from None
        self.connection = ibis.pyspark.connect(self.session)
        self._mine = uuid.uuid4().hex[:8]
        self._names: set[str] = set()
        self._frames: dict[str, Any] = {}

    def lines(self, source: Source) -> Lines:
        """The workers read the lake themselves, from the same path."""
        folder, moved = folder_of(source), moved_of(source)
        files = [str(file) for month in files_of(folder) for file in month] if folder is not None else []
        if files:
            raw = self.session.read.parquet(*files)
        else:
            raw = self.session.createDataFrame(source if isinstance(source, pa.Table) else READ.empty_table())
        if moved is not None:
            raw = raw.join(self.session.createDataFrame(moved), "owner", "left")
            raw = raw.selectExpr("coalesce(now, owner) as owner", *(one for one in READ.names if one != "owner"))
        picked = raw.selectExpr(
            "owner", "store", "xxhash64(owner) as o", "xxhash64(store) as s", "xxhash64(store, till, receipt) as r",
            "xxhash64(sku) as p", "cast(datediff(business_date, date '1970-01-01') as bigint) as day",
            "unix_timestamp(sold_at) as second", "milli", "unit_price", "discount",
        )  # fmt: skip
        return in_one(self._view("lake_lines", picked), source)

    def small(self, name: str, data: pa.Table, key: str = "") -> Any:
        """A view of rows that travel with the query."""
        frame = self.session.createDataFrame(data)
        return self._view(name, frame.selectExpr("*", f"xxhash64({key}) as p") if key else frame)

    def keep(self, name: str, expression: Any, *, more: bool = False) -> Any:
        """Computed once, on the workers' disks."""
        frame = self.session.sql(self.connection.compile(expression)).localCheckpoint()
        self._frames[name] = self._frames[name].unionAll(frame) if more else frame
        return self._view(name, self._frames[name])

    def fetch(self, expression: Any) -> pa.Table:
        """Straight as Arrow: through pandas whole numbers with nulls would become floats."""
        return self.session.sql(self.connection.compile(expression)).toArrow()

    def close(self) -> None:
        """The views are gone; the session is the process's own and stays."""
        for name in self._names:
            self.session.catalog.dropTempView(name)

    def _view(self, name: str, frame: Any) -> Any:
        frame.createOrReplaceTempView(self._own(name))
        return self.connection.table(self._own(name))

    def _own(self, name: str) -> str:
        own = f"kartka_{self._mine}_{name}"  # two of ours can share a session
        self._names.add(own)
        return own


CLICKHOUSE = {"join_use_nulls": 1, "aggregate_functions_null_for_empty": 1}
"""With these ClickHouse answers as SQL does: nothing joined and a sum of nothing are null, not 0 and ''."""


class ClickHouse:
    """A ClickHouse server; tables have names of their own and are dropped at the end."""

    name = "ClickHouse"

    def __init__(self, url: str) -> None:
        driver("clickhouse_connect", "clickhouse-connect")
        asked = urlsplit(url)
        try:
            self.connection = ibis.clickhouse.connect(
                host=asked.hostname or "localhost", port=asked.port or 8123, user=asked.username or "default",
                password=asked.password or "", database=asked.path.strip("/") or "default", settings=CLICKHOUSE,
            )  # fmt: skip
        except Exception as error:  # drivers share no base: whatever it was, nobody answers there
            raise CouldNotReach(f"KARTKA_ANALYTICS: no ClickHouse at {asked.hostname}: {error}") from None
        self._mine = uuid.uuid4().hex[:8]
        self._names: set[str] = set()

    def lines(self, source: Source) -> Lines:
        """A copy, some lines at a time."""
        table = None
        for part in tables_of(source):
            table = self._fill("lake_lines", part, fresh=table is None)
        return in_one(table, source)

    def small(self, name: str, data: pa.Table, key: str = "") -> Any:
        """A table on the server."""
        return self._fill(name, with_key(data, key), fresh=True)

    def keep(self, name: str, expression: Any, *, more: bool = False) -> Any:
        """A table on the server."""
        own = self._own(name)
        if more:
            self.connection.raw_sql(f"insert into {own} {self.connection.compile(expression)}")
        else:
            self.connection.create_table(own, expression, overwrite=True)
        return self.connection.table(own)

    def fetch(self, expression: Any) -> pa.Table:
        """As Arrow."""
        return self.connection.to_pyarrow(expression)

    def close(self) -> None:
        """The tables are gone."""
        for name in self._names:
            self.connection.drop_table(name, force=True)
        self.connection.disconnect()

    def _own(self, name: str) -> str:
        own = f"kartka_{self._mine}_{name}"
        self._names.add(own)
        return own

    def _fill(self, name: str, data: pa.Table, *, fresh: bool) -> Any:
        own = self._own(name)
        if fresh:
            self.connection.create_table(own, data, overwrite=True)
        else:
            self.connection.insert(own, data)
        return self.connection.table(own)


SERVED: Mapping[str, Callable[[str], Engine]] = {
    "postgresql": Postgres,
    "spark": Spark,
    "clickhouse": ClickHouse,
}
