"""Prepared statements say what SQLAlchemy's own way says, on both databases."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import CompileError, IntegrityError, MultipleResultsFound

from adapters.db.ledgertables import entries, operations
from adapters.db.prepared import Prepared, Step, together
from adapters.db.sql import add, put, renew
from adapters.db.tables import counters, customers, media, merges, plastics, stores
from tests.support.world import World

AT = datetime(2026, 11, 26, 12, 0, 0, 123456, tzinfo=UTC)
PERSON = {"id": "c1", "created_at": AT, "name": "Олена", "phone": "+380671234567", "language": "uk"}
STORES = Prepared(select(stores).order_by(stores.c.id))


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (stores, {"id": "s1", "name": "Нова", "lat": 50.45, "lon": None}),
        (media, {"name": "m", "mime": "x", "content": b"\x00\xff", "owner": "", "digest": "", "created_at": AT}),
        (
            plastics,
            {
                "number": "1",
                "symbology": "ean13",
                "birthday": date(1990, 2, 28),
                "points": 2**31 - 1,
                "blocked": True,
            },
        ),
        (counters, {"name": "cards", "value": 2**40}),
    ],
    ids=lambda given: given.name if isinstance(given, Table) else "",
)
def test_every_type_comes_back_as_sqlalchemy_reads_it(world: World, table: Table, row: dict[str, Any]) -> None:
    with world.engine.begin() as connection:
        add(connection, table, row)
        read = Prepared(select(table)).one(connection, {})
        assert tuple(read) == tuple(connection.execute(select(table)).one())
        assert {name: getattr(read, name) for name in row} == row


def test_json_and_foreign_keys_are_those_of_the_table(world: World) -> None:
    merge = {"id": "m", "survivor": "c1", "absorbed": "c1", "actor": "till", "at": AT, "card": "k"}
    told = {"addresses": [{"user": "Ольга"}], "agreed_before": {"terms": True}}
    with world.engine.begin() as connection:
        add(connection, customers, PERSON)
        add(connection, merges, merge | told)
        read = Prepared(select(merges)).one(connection, {})
    assert (read.addresses, read.agreed_before, read.undone_at) == (told["addresses"], told["agreed_before"], None)


def test_a_taken_key_is_an_integrity_error_as_ever(world: World) -> None:
    with world.engine.begin() as connection:
        add(connection, customers, PERSON)
    with pytest.raises(IntegrityError), world.engine.begin() as connection:
        add(connection, customers, PERSON | {"id": "c2"})


def test_what_a_statement_always_says_is_said_and_rows_are_counted(world: World) -> None:
    close = Prepared(update(stores).where(stores.c.city == bindparam("p_city")).values(hours="зачинено"))
    with world.engine.begin() as connection:
        put(connection, stores, [{"id": name, "name": name, "city": "Київ"} for name in ("a", "b")])
        assert close.run(connection, {"p_city": "Київ"}) == 2
        assert close.run(connection, {"p_city": "Львів"}) == 0
        assert [row.hours for row in STORES.all(connection, {})] == ["зачинено", "зачинено"]


def test_one_means_at_most_one(world: World) -> None:
    with world.engine.begin() as connection:
        assert STORES.one(connection, {}) is None
        assert STORES.value(connection, {}) is None
        put(connection, stores, [{"id": name, "name": name} for name in ("a", "b")])
        with pytest.raises(MultipleResultsFound):
            STORES.one(connection, {})


def test_put_and_renew_write_only_the_columns_they_are_given(world: World) -> None:
    with world.engine.begin() as connection:
        put(connection, stores, [{"id": "a", "name": "one", "city": "Київ", "street": "Хрещатик"}])
        put(connection, stores, [{"id": "a", "name": "two", "city": "Львів"}], keep=["city"])
        renew(connection, stores, {"id": "a", "hours": "9-21"})
        row = STORES.one(connection, {})
    assert (row.name, row.city, row.street, row.hours) == ("two", "Київ", "Хрещатик", "9-21")


def test_a_value_that_is_missing_and_a_list_of_values_are_refused(small_world: World) -> None:
    listed = Prepared(select(stores).where(stores.c.id.in_(["a", "b"])))
    named = Prepared(select(stores).where(stores.c.id == bindparam("p_id")))
    with small_world.engine.begin() as connection:
        with pytest.raises(CompileError, match="list of values"):
            listed.all(connection, {})
        with pytest.raises(CompileError, match="p_id is missing"):
            named.one(connection, {})


def test_statements_told_together_answer_with_the_last_and_a_failed_one_leaves_the_connection_usable(
    world: World,
) -> None:
    add_store, name = Prepared(stores.insert()), Prepared(select(stores.c.name).where(stores.c.id == bindparam("p_id")))
    with world.engine.begin() as connection:
        one, other = ({"id": key, "name": key.upper()} for key in ("a", "b"))
        assert together(connection, []) == []
        assert together(connection, [(add_store, one), (add_store, other)]) == []
        third = {"id": "c", "name": "C"}
        assert [row.name for row in together(connection, [(add_store, third), (name, {"p_id": "b"})])] == ["B"]
        entry = {"operation": "o", "account": "issued", "customer": None, "lot": None, "amount": 0}
        operation = {"id": "o", "kind": "sale", "source": "s", "key": "k", "at": AT, "business_at": AT}
        steps: list[Step] = [(Prepared(operations.insert()), operation), (Prepared(entries.insert()), entry)]
        assert together(connection, steps) == []  # although the table makes a key of its own
        wrong: list[Step] = [(add_store, {"id": "d", "name": "D"}), (add_store, one), (name, {"p_id": "d"})]
        inner = connection.begin_nested()
        with pytest.raises(IntegrityError):
            together(connection, wrong)
        inner.rollback()
        assert [row.id for row in STORES.all(connection, {})] == ["a", "b", "c"]
