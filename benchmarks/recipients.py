"""People of a campaign at size, made by the database itself: each has agreed, and is reached in Telegram.

A freezing is measured at the size of the goals, a million; with `KARTKA_BENCH_RECIPIENTS=1000000` so is sending.
"""

import os

from sqlalchemy import Engine, text

MANY = int(os.environ.get("KARTKA_BENCH_RECIPIENTS", "50000"))
FROZEN = int(os.environ.get("KARTKA_BENCH_RECIPIENTS", "1000000"))
_NUMBERS = {
    "sqlite": "with recursive s(n) as (select 1 union all select n + 1 from s where n < {many}) select n from s",
    "postgresql": "select n from generate_series(1, {many}) n",
}
_ID = {
    "sqlite": "'00000000-0000-7000-8000-' || substr('000000000000' || n, -12)",
    "postgresql": "'00000000-0000-7000-8000-' || lpad(n::text, 12, '0')",
}
_PEOPLE = (
    "insert into customers (id, created_at, language, name, sex, city, email, spend_lock) "
    "select {id}, '2026-01-01 00:00:00.000000+00', 'uk', '', '', '', '', '' from ({numbers}) t",
    "insert into addresses (channel, bot, user_key, first_seen_at, language, chosen_language, customer, profile_name, "
    "subscribed) select 'telegram', 'bot', cast(n as text), '2026-01-01 00:00:00.000000+00', 'uk', {no}, {id}, '', "
    "{yes} from ({numbers}) t",
    "insert into consents (customer, purpose, given, version, language, channel, at) select {id}, 'marketing', {yes}, "
    "'1', 'uk', 'telegram', '2026-01-01 00:00:00.000000+00' from ({numbers}) t",
)


def fill(owner: Engine, many: int = MANY) -> None:
    """So many of them are there, and the database has looked at its tables, as a living house's has."""
    dialect = owner.dialect.name
    flags = {"yes": "1", "no": "0"} if dialect == "sqlite" else {"yes": "true", "no": "false"}
    with owner.begin() as connection:
        if dialect == "postgresql":
            connection.execute(text("set local statement_timeout = 0"))
        for statement in _PEOPLE:
            told = statement.format(id=_ID[dialect], numbers=_NUMBERS[dialect].format(many=many), **flags)
            if dialect == "sqlite":
                told = told.replace("2026-01-01 00:00:00.000000+00", "2026-01-01T00:00:00.000000Z")
            connection.exec_driver_sql(told)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if dialect == "postgresql":
            connection.execute(text("set statement_timeout = 0"))
        connection.execute(text("analyze" if dialect == "sqlite" else "vacuum analyze"))
