"""Some people's answers as they count for them, gathered into tables of the connection for whoever judges them.

The planner of PostgreSQL takes a chain of former selves for endless, and would read everybody's answers.
"""

from typing import Any

from sqlalchemy import Column, Connection, MetaData, Select, String, Table, Text, insert, select
from sqlalchemy.schema import CreateTable

from adapters.db.formersql import family_of, said_by
from adapters.db.sql import empty, measure

_DESK = MetaData()
"""Tables that live as long as a connection: where one chunk is worked out."""
PEOPLE = Table(
    "gate_people",
    _DESK,
    Column("holder", String(36), primary_key=True),
    Column("member", String(36), primary_key=True),
    prefixes=["TEMPORARY"],
)
"""Who is judged, and everybody who was merged into them."""
SAID_THERE = Table(
    "gate_answers",
    _DESK,
    Column("customer", String(36), primary_key=True),
    Column("question", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("value", Text, nullable=False),
    prefixes=["TEMPORARY"],
)
"""The answers that count for a holder: their own, else the newest of their other selves."""


def gather(connection: Connection, holders: Select[Any]) -> None:
    """`PEOPLE` and `SAID_THERE` are of these `holder`s alone."""
    for table in (PEOPLE, SAID_THERE):
        connection.execute(CreateTable(table, if_not_exists=True))
        empty(connection, table.name)
    family = family_of(holders)
    connection.execute(insert(PEOPLE).from_select(["holder", "member"], select(family.c.holder, family.c.member)))
    measure(connection, PEOPLE.name)
    connection.execute(insert(SAID_THERE).from_select(["customer", "question", "kind", "value"], said_by(PEOPLE)))
    measure(connection, SAID_THERE.name)
