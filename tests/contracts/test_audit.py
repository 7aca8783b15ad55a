"""The audit log: each line chained to the one before, whoever writes; one that is changed is found by the check."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.db import keep
from adapters.db.auditrows import broken_audit
from core.audit.model import COMMAND, Actor, Entry
from tests.support.world import World


def noted(world: World, verb: str, **more: Any) -> None:
    world.do(lambda work: work.audit.note(Entry(work.now, Actor("anna", "owner", "ab12"), verb, **more)))


def test_lines_are_chained_and_nobody_changes_one(world: World) -> None:
    noted(
        world, "campaign.start", subject="c1", before={"state": "approved"}, after={"state": "running", "ж": [1, 2.5]}
    )
    noted(world, "staff.add", why="a new shop")
    world.do(lambda work: work.audit.note(Entry(work.now, COMMAND, "db.restore")))
    assert keep.check(world.url) == []
    for statement in ("update audit set verb = 'x'", "delete from audit"):
        with pytest.raises(DBAPIError), world.engine.begin() as connection:
            connection.execute(text(statement))


def test_a_line_that_was_changed_behind_the_log_s_back_is_named(world: World) -> None:
    for number in range(5):
        noted(world, f"verb.{number}", after={"number": number})
    with world.owner.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("alter table audit disable trigger audit_grows"))
        else:
            connection.execute(text("drop trigger audit_no_update"))
        connection.execute(text("update audit set login = 'mallory' where verb = 'verb.2'"))
        number = connection.execute(text("select number from audit where verb = 'verb.2'")).scalar_one()
        assert broken_audit(connection) == [str(number)]


def test_writers_at_the_same_moment_still_make_one_chain(world: World) -> None:
    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(lambda number: noted(world, f"verb.{number}"), range(40)))
    with world.engine.connect() as connection:
        assert connection.execute(text("select count(*) from audit")).scalar_one() == 40
        assert broken_audit(connection) == []


def test_what_was_refused_is_not_noted(world: World) -> None:
    def refused(work: Any) -> None:
        work.audit.note(Entry(work.now, COMMAND, "never"))
        raise KeyError("no")

    with pytest.raises(KeyError):
        world.do(refused)
    with world.engine.connect() as connection:
        assert connection.execute(text("select count(*) from audit")).scalar_one() == 0
