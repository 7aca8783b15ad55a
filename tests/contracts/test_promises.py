"""`kartka db check` finds each kind of broken promise: one is planted, and exactly its line must appear."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, text

from adapters.db import keep
from adapters.db.promises import PROMISES
from adapters.db.sealing import seal
from adapters.db.work import DbWork
from core.ledger.actions import give, hold_points, sell
from core.ledger.model import Kind
from core.ledger.posting import current, operation
from core.shared.values import CustomerId
from tests.support.world import World

OLENA = CustomerId("olena")
_SALE = (
    "insert into sales (id, operation, customer, store, till, receipt, business_date, sold_at, received_at, source, "
    "digest, answer, amount, discount, points_spent, points_paid, total, earned, offline, returned) "
    "select 's', {operation}, 'olena', 'k', 't', '1', '2026-11-26', at, at, 't', '', '', 100, 0, 0, 0, 100, {earned}, "
    "{no}, {returned} from operations limit 1"
)
_LINE = (
    "insert into sale_lines (sale, line, sku, name, category, brand, no_points, milli, unit_price, amount, discount, "
    "points_paid, total, earned, returned_milli) values ('s', 0, 'a', '', '', '', {no}, 1000, 100, 100, 0, 0, 100, 0, "
    "{back})"
)
_VOUCHER = (
    "insert into vouchers (code, offer, state, changed_at, sale) select 'V', 'o', {state}, at, {sale} "
    "from operations limit 1"
)
PLANTS: list[tuple[str, Sequence[str]]] = [
    ("1:", ["update entries set amount = amount + 1 where account = 'issued'"]),
    ("2:", ["delete from entries where account = 'issued'"]),
    ("3, 4:", ["update purses set active = active + 1"]),
    ("5:", ["update purses set active = -1"]),
    ("6:", ["update lots set active = active - 1 where active > 0"]),
    ("7:", ["update lots set earned = 1"]),
    ("8:", ["update lots set active = active - 1 where active > 0"]),
    ("9:", ["insert into once_keys select 't', 'k', '', '', at from operations limit 1"]),
    ("10:", []),
    ("11: a customer", ["update purses set number = number + 1"]),
    ("11: an operation that was", ["update operations set reason = 'forged'"]),
    ("11: an operation that the seals", [
        "insert into operations (id, kind, source, key, at, business_at) select 'late', 'sale', 'x', 'late', "
        "(select min(at) from lots_before), at from operations limit 1",
    ]),
    ("12:", ["update operations set kind = 'return'"]),
    ("13:", [_VOUCHER.format(state="'redeemed'", sale="'none'")]),
    ("14:", ["insert into offer_uses (offer, customer, uses, spent) values ('o', '', 3, 0)"]),
    ("15:", [_SALE, _LINE.format(no="{no}", back=500)]),
    ("16:", [_SALE.replace("{returned}", "{yes}"), _LINE.format(no="{no}", back=0)]),
    ("17:", [_SALE.replace("{operation}", "(select id from operations where kind = 'sale')")]),
    ("18:", ["update holds set state = 'released'"]),
    ("19:", ["update lots set expires_at = issued_at where held > 0"]),
    ("20:", [
        "insert into customers (id, created_at, language, merged_into) select 'x', at, 'uk', null from operations "
        "limit 1",
        "insert into customers (id, created_at, language, merged_into) select 'olena', at, 'uk', 'x' from operations "
        "limit 1",
    ]),
    ("22:", ["update operations set at = (select min(at) from lots_before) where kind = 'hold'"]),
    ("23:", ["update operations set reason = 'call +380671234567'"]),
    ("24:", ["update operation_members set active = active + 1"]),
]  # fmt: skip


def test_every_promise_has_a_plant() -> None:
    planted = (*(number for number, _ in PLANTS), "25:")
    assert all(name.startswith(planted) for name in PROMISES)


@pytest.mark.parametrize(("number", "statements"), PLANTS, ids=[number for number, _ in PLANTS])
def test_a_planted_wrong_is_found(world: World, number: str, statements: Sequence[str]) -> None:
    world.do(lambda work: give(work, Kind.WELCOME, customer=OLENA, points=50, source="w", key="1"))
    world.clock.forward(minutes=30)
    world.do(lambda work: hold_points(work, customer=OLENA, points=20, spendable=50, source="t", key="h"))

    def job(work: DbWork) -> None:
        made = operation(work, Kind.SALE, source="till", key="1")
        sell(work, made, purse=current(work, [OLENA])[OLENA], spent=10, earned=7)

    world.do(job)
    world.do(lambda work: seal(work.connection))
    assert keep.check(world.url) == []
    sqlite = world.engine.dialect.name == "sqlite"
    words = {"no": "0", "yes": "1"} if sqlite else {"no": "false", "yes": "true"}
    with world.owner.connect() as connection:
        if sqlite:
            connection.connection.dbapi_connection.executescript(  # type: ignore[union-attr]
                "pragma foreign_keys=off; pragma ignore_check_constraints=on;"
            )
        with connection.begin():
            _open_up(connection, sqlite)
            for statement in statements:
                filled = statement.replace("{operation}", "null").replace("{earned}", "0")
                filled = filled.replace("{returned}", words["no"]).replace("{no}", words["no"])
                filled = filled.replace("{yes}", words["yes"])
                filled = filled.replace(
                    "(select min(at) from lots_before)",
                    "'2026-01-01T00:00:00.000000Z'" if sqlite else "timestamptz '2026-01-01'",
                )
                connection.execute(text(filled))
    found = keep.check(world.url)
    assert any(line.startswith(number) for line in found), found


def _open_up(connection: Connection, sqlite: bool) -> None:
    """Guards, checks and references are gone: what is planted is what a broken program or disk could leave."""
    run = connection.execute
    if sqlite:
        names = list(run(text("select name from sqlite_master where type = 'trigger'")).scalars())
        for name in names:
            run(text(f"drop trigger {name}"))
        return
    run(text("set session_replication_role = replica"))
    found = run(text(
        "select conrelid::regclass::text, conname from pg_constraint where contype in ('c') "
        "and connamespace = 'public'::regnamespace"
    ))  # fmt: skip
    for table, name in list(found):
        run(text(f"alter table {table} drop constraint {name}"))
    run(text("drop trigger entries_grows on entries"))


def test_counts_of_a_campaign_are_held_against_its_people(world: World) -> None:
    at = "'2026-11-26T09:00:00.000000Z'"
    people = [("a", "'sent'", at, at), ("b", "'sent'", "null", "null"), ("c", "null", "null", "null")]
    made = [
        "insert into campaigns (id, version, state, name, kind, plan, salt, created_by, created_at, changed_by, "
        f"changed_at) values ('c', 1, 'running', 'c', 'promotion', '{{}}', '', 'x', {at}, 'x', {at})",
        "insert into campaign_runs (id, campaign, number, due_at, deliver_by, window_until, frozen_at, figures) "
        f"values (1, 'c', 1, {at}, {at}, {at}, {at}, '{{}}'), (2, 'c', 2, {at}, {at}, {at}, null, '{{}}')",
        *(
            "insert into campaign_people (run, serial, customer, arm, trial, outcome, reason, channel, delivered_at, "
            f"seen_at) values ({run}, {serial}, '{who}', 'A', true, {outcome}, '', 'viber', {delivered}, {seen})"
            for run in (1, 2)
            for serial, (who, outcome, delivered, seen) in enumerate(people)
        ),
        "insert into campaign_counts (run, arm, channel, what, reason, people) values (1, 'A', 'viber', 'sent', '', 2),"
        " (1, 'A', 'viber', 'waiting', '', 1), (1, 'A', 'viber', 'delivered', '', 1), (1, 'A', 'viber', 'seen', '', 1),"
        " (1, 'A', 'viber', 'failed', 'blocked', 0)",
    ]
    wrongs = {
        "seen": ("update campaign_people set seen_at = null", f"update campaign_people set seen_at = {at} "
                 "where customer = 'a'"),
        "waiting": ("update campaign_counts set people = 2 where what = 'waiting'",
                    "update campaign_counts set people = 1 where what = 'waiting'"),
        "delivered": ("delete from campaign_counts where what = 'delivered'",
                      "insert into campaign_counts (run, arm, channel, what, reason, people) "
                      "values (1, 'A', 'viber', 'delivered', '', 1)"),
    }  # fmt: skip

    def write(*statements: str) -> None:
        with world.owner.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    write(*made)
    assert keep.check(world.url) == [], "a run that is not frozen yet has no counts"
    for what, (wrong, right) in wrongs.items():
        write(wrong)
        [line] = keep.check(world.url)
        assert line.startswith("25: ")
        assert f"run 1 {what}" in line
        write(right)
    assert keep.check(world.url) == []
