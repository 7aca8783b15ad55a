"""Where the expressions run: DuckDB inside the house, or a grown retailer's own PostgreSQL, Spark or ClickHouse.

Every engine shows the lake's lines as one table with the columns of `LINES` and runs the same Ibis expressions over
it. Strings are compared by bytes on all of them, days and seconds are whole numbers since 1970 in UTC, so that no
calendar, collation or zone of a server can change a result.
"""

import importlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

LINES = ("owner", "store", "o", "s", "r", "p", "day", "second", "milli", "unit_price", "discount")
"""`o`, `s`, `p` stand for the owner, the store and the sku, `r` for the receipt among those of its owner and day: equal
where those are equal, of whatever type groups fastest on that engine."""
READ = pa.schema(
    [
        *((name, pa.string()) for name in ("store", "till", "receipt", "owner", "sku")),
        ("business_date", pa.date32()),
        ("sold_at", pa.timestamp("us", tz="UTC")),
        *((name, pa.int64()) for name in ("milli", "unit_price", "discount")),
    ]
)
"""What is read of the lake."""
_BETWEEN = "\x1f"
Source = Path | pa.Table


class CouldNotReach(ValueError):
    """The engine's server does not answer; the text says which and what to look at."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lake's lines on an engine: all of them, and a part of them, which is another part after each of the turns.

    A receipt and what came back of it lie in one part. The expressions over a part are made and compiled once.
    """

    table: Any
    part: Any
    turns: Sequence[Callable[[], None]]


class Engine(Protocol):
    """What runs expressions."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    def lines(self, source: Source) -> Lines:
        """The lines of a lake's folder, or of a table in the lake's columns."""
        ...

    def small(self, name: str, data: pa.Table, key: str = "") -> Any:
        """A table of ours is there under this name; with a `key` its column `p` is what `LINES` has for that column."""
        ...

    def keep(self, name: str, expression: Any, *, more: bool = False) -> Any:
        """Its rows are computed, once, and stand under this name until the engine closes; with `more`, beside those
        that stand there."""
        ...

    def fetch(self, expression: Any) -> pa.Table:
        """Its rows in whatever types the engine answers with."""
        ...

    def close(self) -> None:
        """Nothing is left behind on the engine."""
        ...


def engine_of(url: str) -> Engine:
    """The engine that `KARTKA_ANALYTICS` names.

    `duckdb` (or `duckdb://?memory=2GB&threads=2&temp=/folder`), `postgresql://...`, `spark://...` (`spark://local[2]`
    runs inside the process), `clickhouse://...`. Raises ValueError with what to do.
    """
    from adapters.analytics import served  # the servers' drivers are large; DuckDB needs none of them

    scheme = url.partition(":")[0].partition("+")[0]
    if scheme == "duckdb":
        asked = dict(one.partition("=")[::2] for one in filter(None, urlsplit(url).query.split("&")))
        if unknown := asked.keys() - {"memory", "threads", "temp"}:
            raise ValueError(f"KARTKA_ANALYTICS: duckdb has no {', '.join(sorted(unknown))}; memory, threads and temp")
        return DuckDB(**asked)
    if scheme in served.SERVED:
        return served.SERVED[scheme](url)
    raise ValueError(
        f"KARTKA_ANALYTICS: {url.partition('@')[2] or url!r} is none of duckdb, postgresql://…, spark://…, clickhouse://…"
    )


def driver(module: str, package: str) -> Any:
    """The module of an optional driver. Raises ValueError with the package to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ValueError(f"KARTKA_ANALYTICS: this engine needs `pip install {package}` ({error})") from None


def run(engine: Engine, expression: Any, schema: pa.Schema) -> pa.Table:
    """Its rows in these types, ordered by the first column: the same table from every engine."""
    found = engine.fetch(expression).select(schema.names)
    return canonical(found, schema).sort_by([(schema.names[0], "ascending")])


def batches(engine: Engine, expression: Any, schema: pa.Schema, size: int = 100_000) -> Iterator[pa.Table]:
    """The same rows as `run`, so many at a time by ranges of the first column, whose values are distinct."""
    key = schema.names[0]
    kept = engine.keep("ranged", expression)
    numbered = kept.select(kept[key], at=ibis.row_number().over(order_by=kept[key]))
    starts = engine.fetch(numbered.filter(numbered.at % size == 0).select(key))[key].to_pylist()
    starts = sorted(starts)
    for first, after in zip(starts, [*starts[1:], None], strict=True):
        chosen = kept.filter(kept[key] >= first)
        yield run(engine, chosen if after is None else chosen.filter(chosen[key] < after), schema)


def canonical(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """In these types: counts are signed again, 0 and 1 are booleans, days since 1970 are dates."""
    columns = []
    for field in schema:
        column = table[field.name]
        if pa.types.is_date(field.type) and not pa.types.is_date(column.type):
            column = column.cast(pa.int32())
        if pa.types.is_boolean(field.type) and not pa.types.is_boolean(column.type):
            column = pc.not_equal(column, 0)
        if pa.types.is_decimal(column.type):  # PostgreSQL's sums
            column = column.cast(pa.decimal128(38, 0)) if pa.types.is_integer(field.type) else column
        columns.append(column.cast(field.type))
    return pa.table(columns, schema=schema)


def narrowed(expression: Any) -> str:
    """Its columns in SQL, sums as whole numbers of 64 bits: engines make wider ones, which cost in the next grouping."""
    whole = {name for name, kind in expression.schema().items() if kind.is_int64()}
    return ", ".join(f'cast("{name}" as bigint) as "{name}"' if name in whole else f'"{name}"'
                     for name in expression.columns)  # fmt: skip


def plain(lines: pa.Table) -> pa.Table:
    """Lines in the columns of `LINES`, the keys being what they stand for."""
    names = [lines[name].cast(pa.string()) for name in ("store", "till", "receipt")]
    second = lines["sold_at"].cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
    columns = {
        "o": lines["owner"],
        "s": lines["store"],
        "p": lines["sku"],
        "r": pc.binary_join_element_wise(*names, _BETWEEN),
        "day": lines["business_date"].cast(pa.int32()).cast(pa.int64()),
        "second": second,
    }
    return pa.table({name: columns[name] if name in columns else lines[name] for name in LINES})


def months(lake: Path) -> list[Path]:
    """The folders of months that have files."""
    return sorted({path.parent for path in lake.glob("sales/month=*/*.parquet")})


def tables_of(source: Source) -> Iterator[pa.Table]:
    """The lines of either kind of source, some at a time, in the columns of `LINES`; at least one table."""
    if isinstance(source, Path):
        yield plain(READ.empty_table())
        files = [str(path) for month in months(source) for path in sorted(month.glob("*.parquet"))]
        for batch in ds.dataset(files, schema=READ).to_batches(batch_size=1_000_000) if files else ():
            yield plain(pa.Table.from_batches([batch]))
    else:
        yield plain(source)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


class DuckDB:
    """Inside the process; what does not fit into its memory goes to a folder of its own, gone at the end."""

    name = "DuckDB"

    def __init__(self, memory: str = "1500MB", threads: str = "", temp: str = "") -> None:
        """`memory` as DuckDB writes it; all cores without `threads`; the machine's own folder without `temp`."""
        self._folder = tempfile.TemporaryDirectory(prefix="kartka-marts-", dir=temp or None)
        settings = {"memory_limit": memory, "temp_directory": self._folder.name, "preserve_insertion_order": False}
        if threads:
            settings["threads"] = int(threads)
        self.connection = ibis.duckdb.connect(**settings)
        self._compiled: dict[Any, str] = {}

    def lines(self, source: Source) -> Lines:
        """Views: nothing is copied, and strings are hashed once for each of a row group's dictionary; month by month."""
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
        self._say(f'create or replace temporary table {name} as select *{f", hash({key}) as p" if key else ""} from given')
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
