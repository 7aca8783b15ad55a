"""Where the expressions run: DuckDB inside the house, or a grown retailer's own PostgreSQL, Spark or ClickHouse.

Every engine shows the lake's lines as one table and runs the same Ibis expressions over it. Strings are compared by
bytes on all of them.
"""

from urllib.parse import urlsplit

from adapters.analytics.duck import DuckDB
from adapters.analytics.ports import Engine
from adapters.analytics.served import SERVED


def engine_of(url: str) -> Engine:
    """The engine that `KARTKA_ANALYTICS` names.

    `duckdb` (or `duckdb://?memory=2GB&threads=2&temp=/folder`), `postgresql://...`, `spark://...` (`spark://local[2]`
    runs inside the process), `clickhouse://...`. Raises ValueError with what to do.
    """
    scheme = url.partition(":")[0].partition("+")[0]
    if scheme == "duckdb":
        asked = dict(one.partition("=")[::2] for one in filter(None, urlsplit(url).query.split("&")))
        if unknown := asked.keys() - {"memory", "threads", "temp"}:
            raise ValueError(f"KARTKA_ANALYTICS: duckdb has no {', '.join(sorted(unknown))}; memory, threads and temp")
        return DuckDB(asked.get("memory", DuckDB.MEMORY), asked.get("threads", ""), asked.get("temp", ""))
    if scheme in SERVED:
        return SERVED[scheme](url)
    raise ValueError(
        f"KARTKA_ANALYTICS: {url.partition('@')[2] or url!r} is none of duckdb, postgresql://…, spark://…, clickhouse://…"
    )
