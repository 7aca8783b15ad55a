"""A house of so many customers for the console's pages, each table filled by one statement of the database.

Secondary indexes are made once, after their rows, and nothing waits for the disk: a house that is not finished is no
house.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from adapters.db.engines import is_sqlite
from tests.support.world import as_served

CUSTOMERS = int(os.environ.get("KARTKA_BENCH_CUSTOMERS", "1000000"))
_ID = "substr(cast(10000000000 + n as text), 2)"
_INSTANT = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', '-' || (n % 400) || ' days', "
    "'-' || (n % 86400) || ' seconds')",
    "postgresql": "now() - (n % 400) * interval '1 day' - (n % 86400) * interval '1 second'",
}
_TIME = {"sqlite": "text", "postgresql": "timestamptz"}
_JSON = {"sqlite": "{0}", "postgresql": "cast({0} as json)"}
_SECRET = {"sqlite": "x'00'", "postgresql": "'\\x00'::bytea"}
_MADE = (
    "create table bench (n integer primary key, id text, at {time})",
    "insert into bench select n, " + _ID + ", {instant} from (with recursive r (n) as (select 1 union all select n + 1 "
    "from r where n < {customers}) select n from r) s",
    "insert into customers (id, created_at, name, phone, phone_verified_at, language, source, last_seen_at) "
    "select id, at, case n % 1009 when 0 then 'Ґалина' else case n % 5 when 0 then 'Олена' when 1 then 'Андрій' "
    "when 2 then 'Марія' when 3 then 'Юрій' else 'Софія' end end, '+38067' || "
    " substr(cast(10000000 + n as text), 2), at, "
    "case n % 10 when 0 then 'en' else 'uk' end, 'poster-' || (n % 9), at from bench",
    "insert into cards (id, customer, number, symbology, state, secret, issued_at) "
    "select id, id, '29' || id, 'ean13', case n % 50 when 0 then 'blocked' else 'active' end, {secret}, at from bench",
    "insert into card_numbers (number, card, kind) select '29' || id, id, 'current' from bench",
    "insert into addresses (channel, bot, user_key, first_seen_at, language, chosen_language, customer, subscribed) "
    "select case n % 3 when 0 then 'viber' else 'telegram' end, 'b', id, at, 'uk', false, id, n % 20 <> 0 from bench",
    "insert into consents (customer, purpose, given, version, language, channel, at) "
    "select id, 'terms', true, '1', 'uk', 'telegram', at from bench",
    "insert into purses (customer, active, pending, held, debt, number) select id, 100, 10, 0, 0, 1 from bench",
    "insert into operations (id, kind, source, key, at, business_at) select id, 'sale', 's1', id, at, at from bench",
    "insert into operation_members (customer, number, operation, active, pending, held, debt) "
    "select id, 1, id, 100, 10, 0, 0 from bench",
    "insert into lots (id, customer, operation, source, earned, issued_at, activates_at, expires_at, pending, active, "
    "held) select id, id, id, 'sale', 110, at, at, {instant}, 10, 100, 0 from bench",
    "insert into entries (operation, account, customer, lot, amount) select id, 'active', id, id, 100 from bench",
    "insert into entries (operation, account, customer, lot, amount) select id, 'issued', null, null, -100 from bench",
    "insert into sales (id, operation, customer, store, till, receipt, business_date, sold_at, received_at, source, "
    "digest, amount, discount, points_spent, points_paid, total, earned, offline) select id, id, id, 's1', 'k1', id, "
    "'2026-11-01', at, at, 't1', '', 10000, 0, 0, 0, 10000, 110, false from bench",
    "insert into sale_lines (sale, line, sku, name, category, brand, no_points, milli, unit_price, amount, discount, "
    "points_paid, total, earned) select id, 1, 'a', 'Кава', 'coffee', '', false, 1000, 10000, 10000, 0, 0, 10000, 110 "
    "from bench",
    "insert into events (name, at, customer, data) select 'person.met', at, null, {met} from bench",
    "insert into events (name, at, customer, data) select 'phone.proven', at, id, {met} from bench",
    "insert into events (name, at, customer, data) select 'card.issued', at, id, {met} from bench",
    "insert into answers (customer, question, kind, value, version, at) select id, 'sex', 'choice', 'f', 0, at "
    "from bench",
    "insert into answers (customer, question, kind, value, version, at) select id, 'city', 'city', 'Київ', 0, at "
    "from bench where n % 2 = 0",
    "insert into customer_features (owner, week, lifecycle, receipts_365d, money_365d, cluster) "
    "select id, '2026-W48', case n % 3 when 0 then 'regular' when 1 then 'lapsing' else 'new' end, 5, 50000, n % 8 "
    "from bench",
    "insert into campaigns (id, version, state, name, kind, plan, salt, created_by, created_at, changed_by, "
    "changed_at, why) select 'c' || n, 1, case n when 1 then 'running' else 'finished' end, 'Осінь', 'promotion', "
    "{empty}, 's', 'a', at, 'a', at, '' from bench where n <= 2",
    "insert into campaign_runs (id, campaign, number, due_at, deliver_by, window_until, frozen_at, figures) "
    "select n, 'c' || n, 1, at, at, at, at, {empty} from bench where n <= 2",
    "insert into campaign_people (run, serial, customer, arm, trial, outcome, at) "
    "select 1, n, id, 'A', true, case when n % 2 = 0 then 'sent' end, at from bench",
    "drop table bench",
)
_INDEXES = {
    "sqlite": "select name, sql from sqlite_master where type = 'index' and sql is not null",
    "postgresql": "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i "
    "join pg_class c on c.oid = i.indrelid where c.relnamespace = 'public'::regnamespace "
    "and not exists (select * from pg_constraint k where k.conindid = i.indexrelid)",
}
_HASTE = {
    "sqlite": (
        "pragma journal_mode = off", "pragma synchronous = off", "pragma foreign_keys = off",
        "pragma cache_size = -500000",
    ),
    "postgresql": (
        "set statement_timeout = 0", "set maintenance_work_mem = '512MB'", "set synchronous_commit = off",
        "set session_replication_role = replica",
    ),
}  # fmt: skip
"""Made rows need no guards."""


def fill(url: str) -> None:
    """The house is there, and the database has looked at its tables."""
    as_served(url)
    target = make_url(url)
    engine = create_engine(target.set(drivername="sqlite") if is_sqlite(url) else target, hide_parameters=True)
    kind = engine.dialect.name
    data = """'{"channel": "telegram", "source": "poster-' || (n % 9) || '"}'"""
    told = {
        "time": _TIME[kind], "instant": _INSTANT[kind], "secret": _SECRET[kind], "customers": CUSTOMERS,
        "met": _JSON[kind].format(data), "empty": _JSON[kind].format("'{}'"),
    }  # fmt: skip
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting in _HASTE[kind]:
            connection.execute(text(setting))
        with _without_indexes(connection):
            for statement in _MADE:
                connection.exec_driver_sql(statement.format(**told).replace("%", "%%" if kind == "postgresql" else "%"))
        connection.execute(text("analyze" if kind == "sqlite" else "vacuum analyze"))
        if kind == "sqlite":
            connection.execute(text("pragma journal_mode = wal"))
    engine.dispose()


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """But those of keys and constraints."""
    found: Sequence[tuple[str, str]] = [
        (row[0], row[1]) for row in connection.execute(text(_INDEXES[connection.dialect.name]))
    ]
    for name, _ in found:
        connection.execute(text(f"drop index {name}"))
    yield
    for _, made in found:
        connection.exec_driver_sql(made.replace("%", "%%" if connection.dialect.name == "postgresql" else "%"))
