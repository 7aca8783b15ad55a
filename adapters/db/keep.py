"""Looking after the data: checks that find what must never be, backups, restores."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL, make_url

from adapters.db import ledgertables, saletables, schema, situationtables, surveytables, weektables
from adapters.db.auditrows import broken_audit
from adapters.db.engines import AlreadyServed, is_sqlite, serve_alone, sync_engine
from adapters.db.promises import OUT_OF_ORDER, PASSED_BY, PROMISES
from adapters.db.restored import hold_campaigns
from adapters.db.sealing import broken_seals
from adapters.db.tables import APPEND_ONLY

Check = Callable[[Connection], Sequence[str]]
_SQL_CHECKS = {
    "a card without exactly one current number": (
        "select c.id from cards c left join card_numbers n on n.card = c.id and n.kind = 'current' "
        "where c.state in ('issued', 'active', 'blocked') and not exists (select 1 from card_numbers a "
        "where a.number = c.number and a.kind = 'alias') group by c.id having count(n.number) <> 1"
    ),
    "a current number that its card does not show": (
        "select n.number from card_numbers n join cards c on c.id = n.card "
        "where n.kind = 'current' and n.number <> c.number and c.state <> 'deleted'"
    ),
    "a restored plastic that its card does not know": (
        "select p.number from plastics p where p.card is not null and not exists "
        "(select 1 from card_numbers n where n.number = p.number)"
    ),
    "a card of a customer who was merged away, still current": (
        "select c.id from cards c join customers p on p.id = c.customer join card_numbers n on n.card = c.id "
        "and n.kind = 'current' where p.merged_into is not null"
    ),
    "a merge that goes round in a circle": (
        "select a.id from customers a join customers b on b.id = a.merged_into where b.merged_into = a.id"
    ),
    "a forgotten customer who still has a name, phone or address": (
        "select p.id from customers p where p.forgotten_at is not null and (p.name <> '' or p.phone is not null "
        "or exists (select 1 from addresses a where a.customer = p.id))"
    ),
    "a letter or event in no known state": (
        "select 'inbox ' || id from inbox where state not in ('new', 'done', 'parked') union all "
        "select 'outbox ' || id from outbox where state not in ('new', 'sent', 'unreachable', 'failed', 'unknown')"
    ),
    "an event that nobody handles: parked after three tries": "select id from inbox where state = 'parked'",
}


def _integrity(connection: Connection) -> Sequence[str]:
    if connection.dialect.name != "sqlite":
        return ()
    found = [row[0] for row in connection.execute(text("pragma integrity_check"))]
    broken = [] if found == ["ok"] else found
    return broken + [f"{row[0]} {row[1]}" for row in connection.execute(text("pragma foreign_key_check"))]


def _triggers(connection: Connection) -> Sequence[str]:
    if connection.dialect.name == "sqlite":
        there = {
            row[0] for row in connection.execute(text("select tbl_name from sqlite_master where type = 'trigger'"))
        }
    else:
        there = {
            row[0] for row in connection.execute(text("select event_object_table from information_schema.triggers"))
        }
    growing = (ledgertables, saletables, surveytables, situationtables, weektables)
    grows = (*APPEND_ONLY, *(name for one in growing for name in one.GROWS))
    return [table for table in grows if table not in there]


def _out_of_order(connection: Connection) -> Sequence[str]:
    return [row[0] for row in connection.execute(text(OUT_OF_ORDER[connection.dialect.name]))]


def _passed_by(connection: Connection) -> Sequence[str]:
    return [row[0] for row in connection.execute(text(PASSED_BY[connection.dialect.name]))]


_CHECKS: dict[str, Check] = {
    "the file itself": _integrity,
    "10: a table that must only grow has lost its guard": _triggers,
    "11: an operation that was changed after it was sealed": broken_seals,
    "25: a line of the audit log that was changed": broken_audit,
    "11: an operation that the seals have passed by": _passed_by,
    "22: operations of one customer that stand in another order than they happened": _out_of_order,
}


class CannotKeep(Exception):
    """The check, backup or restore was refused; the text says what to do."""


def check(url: str) -> list[str]:
    """What is wrong, a line for each: which promise, and the first rows that break it. Empty: nothing is.

    Raises CannotKeep when there is no database of this version to look at.
    """
    _must_exist(url)
    if not schema.is_current(url):
        raise CannotKeep("the database is of another version; run `kartka db upgrade`")
    engine = sync_engine(url, patient=True)
    wrong = []
    try:
        with engine.connect() as connection:
            for what, probe in _CHECKS.items():
                wrong += [f"{what}: {row}" for row in list(probe(connection))[:10]]
            for what, statement in {**_SQL_CHECKS, **PROMISES}.items():
                wrong += [f"{what}: {row[0]}" for row in connection.execute(text(statement)).fetchmany(10)]
    finally:
        engine.dispose()
    return wrong


def backup(url: str, file: Path) -> None:
    """The file holds the whole database as of now, or is not there; a running `serve` is not disturbed."""
    if file.exists():
        raise CannotKeep(f"{file} exists already; name another file")
    _must_exist(url)
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(file.name + ".part")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    try:
        if is_sqlite(url):
            with closing(_opened(_path(url))) as live, closing(sqlite3.connect(half)) as copy:
                live.backup(copy)
                copy.execute("pragma journal_mode=delete")  # one file, without a log beside it
        else:
            _postgres("pg_dump", url, "--format=custom", f"--file={half}")
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """The database is as the file has it; what was there before is gone. Refused while somebody uses it.

    Its campaigns wait until somebody resumes them.
    """
    if not file.is_file():
        raise CannotKeep(f"{file}: no such file")
    if is_sqlite(url):
        _restore_sqlite(_path(url), file)
        hold_campaigns(url)
        return
    _must_be_alone(url)
    _postgres("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--no-acl", "--single-transaction",
              "--exit-on-error", f"--dbname={_plain(make_url(url))}", str(file), dbname=False)  # fmt: skip
    hold_campaigns(url)


def _restore_sqlite(target: Path, file: Path) -> None:
    """One transaction of SQLite itself: a crash in the middle leaves the old database whole."""
    try:
        lock = serve_alone(target)
    except AlreadyServed:
        raise CannotKeep(f"{target} is being served; stop `kartka serve` first") from None
    try:
        with closing(_opened(file)) as copy:
            _must_be_a_backup(copy, file)
            try:
                with closing(sqlite3.connect(target)) as live:
                    copy.backup(live)
            except sqlite3.OperationalError as error:
                raise CannotKeep(f"{target}: {error}; end the other commands that use it") from None
            except sqlite3.DatabaseError:
                _set_aside(target)
                with closing(sqlite3.connect(target)) as live:
                    copy.backup(live)
        target.chmod(0o600)
    finally:
        os.close(lock)


def _must_be_a_backup(copy: sqlite3.Connection, file: Path) -> None:
    try:
        if copy.execute("pragma integrity_check").fetchone() != ("ok",):
            raise CannotKeep(f"{file} is damaged; use another backup")
        if copy.execute("select count(*) from sqlite_master where name = 'alembic_version'").fetchone() != (1,):
            raise CannotKeep(f"{file} is no backup of this house")
    except sqlite3.DatabaseError:
        raise CannotKeep(f"{file} is no SQLite database") from None


def _set_aside(target: Path) -> None:
    """A file so damaged that SQLite does not know it any more is kept beside, with its log."""
    for suffix in ("", "-wal", "-shm"):
        part = target.with_name(target.name + suffix)
        if part.exists():
            part.replace(target.with_name(f"{target.name}.damaged{suffix}"))


def _must_exist(url: str) -> None:
    if is_sqlite(url) and not _path(url).exists():
        raise CannotKeep(f"{_path(url)} does not exist; `kartka db upgrade` makes it")


def _must_be_alone(url: str) -> None:
    """Nobody else is connected; those who have just left get two seconds to be gone."""
    engine = sync_engine(url, patient=True)
    others = text(
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
        "and backend_type = 'client backend'"
    )
    until = time.monotonic() + 2
    try:
        while True:
            with engine.connect() as connection:
                count = connection.execute(others).scalar_one()
            if not count:
                return
            if time.monotonic() > until:
                raise CannotKeep(f"{count} others use this database; stop `kartka serve` and its commands first")
            time.sleep(0.1)  # somebody who is closing needs a moment; after that they are named
    finally:
        engine.dispose()


def _path(url: str) -> Path:
    return Path(str(make_url(url).database))


def _opened(path: Path) -> sqlite3.Connection:
    """The file, which is there and is only read."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)


def _postgres(tool: str, url: str, *arguments: str, dbname: bool = True) -> None:
    path = shutil.which(tool) or next((str(one) for one in Path("/usr/lib/postgresql").glob(f"*/bin/{tool}")), None)
    if path is None:
        raise CannotKeep(f"{tool} is not installed; install the PostgreSQL client programs")
    target = make_url(url)
    named = [f"--dbname={_plain(target)}"] if dbname else []
    environment = {**os.environ, **({"PGPASSWORD": str(target.password)} if target.password else {})}
    done = subprocess.run([path, *named, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotKeep(f"{tool}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}")


def _plain(url: URL) -> str:
    """The address without driver and password, fit for a command line."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
