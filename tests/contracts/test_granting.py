"""Two roles on PostgreSQL: who migrates owns the tables, who serves can change no book."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from adapters.db import granting, keep, schema
from adapters.db.engines import is_sqlite, sync_engine
from tests.support.command import kartka
from tests.support.points import gift, points
from tests.support.world import World

BOOKS = {"operations", "entries", "operation_members", "seals", "consents", "questionnaires", "question_rewards"}


def test_the_server_s_role_adds_to_books_and_has_no_right_to_change_one(world: World) -> None:
    gift(world, 5, "a")
    assert points(world)[0] == 5
    if is_sqlite(world.url):
        assert granting.changeable_books(world.engine) == []
        return
    with world.owner.connect() as connection:
        names = granting.books(connection)
    assert set(names) >= BOOKS
    assert granting.changeable_books(world.engine) == []
    assert set(granting.changeable_books(world.owner)) == set(names)
    for name in names:
        for verb in (f"delete from {name}", f"truncate {name}", f"alter table {name} disable trigger all"):
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), world.engine.begin() as it:
                it.execute(text(verb))
    assert keep.check(world.url) == []


@pytest.mark.parametrize("served", ["postgresql+psycopg://postgres@/x", "sqlite+aiosqlite:///x.db"])
def test_one_role_for_both_is_refused(postgres_url: str, served: str) -> None:
    with pytest.raises(granting.CannotGrant):
        granting.grant(postgres_url, served)


def test_a_role_that_inherits_from_the_owner_is_refused(postgres_url: str) -> None:
    schema.upgrade(postgres_url)
    owner = sync_engine(postgres_url)
    with owner.begin() as connection:
        connection.execute(text("create role heir login in role postgres"))
    try:
        with pytest.raises(granting.CannotGrant, match="member of the owner"):
            granting.grant(postgres_url, make_url(postgres_url).set(username="heir").render_as_string())
    finally:
        with owner.begin() as connection:
            connection.execute(text("drop role heir"))
        owner.dispose()


def test_db_upgrade_makes_the_role_with_a_password_that_no_log_shows(postgres_url: str, tmp_path: Path) -> None:
    served = make_url(postgres_url).set(username="kartka_made", password="pass-word-1").render_as_string(False)
    settings = {"KARTKA_DATABASE_OWNER_URL": postgres_url, "KARTKA_DATABASE_URL": served}
    owner = sync_engine(postgres_url)
    try:
        for _ in range(2):
            done = kartka(tmp_path, "db", "upgrade", **settings)
            assert done.returncode == 0, done.stderr
        with owner.connect() as connection:
            verifier = connection.scalar(text("select rolpassword from pg_authid where rolname = 'kartka_made'"))
        assert str(verifier).startswith("SCRAM-SHA-256$")
        assert "books: only grow" in kartka(tmp_path, "doctor", **settings).stdout
        owner.dispose()
        for words in (("db", "backup", "copy"), ("db", "restore", "copy"), ("db", "check")):
            done = kartka(tmp_path, *words, **settings)
            assert done.returncode == 0, done.stderr
        assert "books: only grow" in kartka(tmp_path, "doctor", **settings).stdout
        settings["KARTKA_DATABASE_URL"] = postgres_url
        assert "KARTKA_DATABASE_OWNER_URL" in kartka(tmp_path, "doctor", **settings).stdout
        refused = kartka(tmp_path, "db", "upgrade", **settings)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "must name another role" in refused.stderr
    finally:
        with owner.begin() as connection:
            connection.execute(text("drop owned by kartka_made"))
            connection.execute(text("drop role kartka_made"))
        owner.dispose()
