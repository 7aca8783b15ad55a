"""Looking after the data: checks that find what must never be, backups, restores."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL, make_url

from adapters.db.engines import AlreadyServed, is_sqlite, serve_alone, sync_engine
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
    return [table for table in APPEND_ONLY if table not in there]


_CHECKS: dict[str, Check] = {
    "the file itself": _integrity,
    "a table that must only grow has lost its guard": _triggers,
}


def check(url: str) -> list[str]:
    """What is wrong, a line for each: which promise, and the first rows that break it. Empty: nothing is."""
    engine = sync_engine(url, patient=True)
    wrong = []
    try:
        with engine.connect() as connection:
            for what, probe in _CHECKS.items():
                wrong += [f"{what}: {row}" for row in list(probe(connection))[:10]]
            for what, statement in _SQL_CHECKS.items():
                wrong += [f"{what}: {row[0]}" for row in connection.execute(text(statement)).fetchmany(10)]
    finally:
        engine.dispose()
    return wrong


class CannotKeep(Exception):
    """The backup or restore was refused; the text says what to do."""


def backup(url: str, file: Path) -> None:
    """The file holds the whole database as of now; a running `serve` is not disturbed."""
    if file.exists():
        raise CannotKeep(f"{file} exists already; name another file")
    file.parent.mkdir(parents=True, exist_ok=True)
    if is_sqlite(url):
        source = Path(str(make_url(url).database))
        if not source.exists():
            raise CannotKeep(f"{source} does not exist; there is nothing to back up")
        with sqlite3.connect(source) as live, sqlite3.connect(file) as copy:
            live.backup(copy)
        file.chmod(0o600)
        return
    _postgres("pg_dump", url, "--format=custom", f"--file={file}")


def restore(url: str, file: Path) -> None:
    """The database is as the file has it; what was there before is gone. Refused while somebody serves it."""
    if not file.is_file():
        raise CannotKeep(f"{file}: no such file")
    if is_sqlite(url):
        _restore_sqlite(Path(str(make_url(url).database)), file)
        return
    _postgres("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error",
              f"--dbname={_plain(make_url(url))}", str(file), dbname=False)  # fmt: skip


def _restore_sqlite(target: Path, file: Path) -> None:
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as copy:
            if copy.execute("pragma integrity_check").fetchone() != ("ok",):
                raise CannotKeep(f"{file} is damaged; use another backup")
            if copy.execute("select count(*) from sqlite_master where name = 'alembic_version'").fetchone() != (1,):
                raise CannotKeep(f"{file} is no backup of this house")
    except sqlite3.DatabaseError:
        raise CannotKeep(f"{file} is no SQLite database") from None
    try:
        lock = serve_alone(target)
    except AlreadyServed:
        raise CannotKeep(f"{target} is being served; stop `kartka serve` first") from None
    try:
        fresh = target.with_name(target.name + ".restoring")
        shutil.copyfile(file, fresh)
        fresh.chmod(0o600)
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        fresh.replace(target)
    finally:
        os.close(lock)


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
