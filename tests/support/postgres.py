"""A private PostgreSQL for a test process: its own folder, its own socket, gone at the end, whatever the end is."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.support.machine import postgres_bin

# Its socket is the only way in, so no port can clash. fsync stays on: a house refuses to serve without it.
_OPTIONS = "-c listen_addresses='' -c max_connections=200 -c shared_buffers=64MB"
TEMPLATE, EMPTY = "kartka", "template1"
"""What new databases are copies of: the first is filled by whoever starts the server."""
_WATCHERS: list[subprocess.Popen[bytes]] = []
"""Held for the whole process: a forgotten one would close its pipe, and the server would end in mid-test."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server, reached by its socket."""

    folder: Path
    programs: Path

    def new_database(self, template: str = TEMPLATE) -> str:
        """The URL of a new database, a copy of this one."""
        name = f"t{uuid.uuid4().hex[:16]}"
        with self._open() as connection:
            # By its files: from version 15 on the log is the usual way, and twice as dear for so small a database.
            how = "strategy file_copy" if connection.info.server_version >= 150000 else ""
            connection.execute(f'create database "{name}" template "{template}" {how}'.encode())
        return self.url(name)

    def url(self, name: str) -> str:
        """The URL of the database of this name, for its owner."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def drop_database(self, url: str) -> None:
        """The database is gone, whoever is still connected."""
        name = url.split("@/")[1].split("?")[0]
        with self._open() as connection:
            connection.execute(f'drop database "{name}" with (force)'.encode())

    def stop(self) -> None:
        """This server, and no other, ends; a second time does nothing."""
        if self.folder.exists():
            _run([str(self.programs / "pg_ctl"), "-D", str(self._data), "-m", "immediate", "stop"], check=False)
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """A fresh server answers, its template empty. Raises RuntimeError with PostgreSQL's own words."""
        data = str(self._data)
        _run([str(self.programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])
        log = str(self.folder / "log")
        options = f"-k {self.folder} {_OPTIONS}"
        _run([str(self.programs / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", options, "start"])
        with self._open() as connection:
            connection.execute(f'create database "{TEMPLATE}"'.encode())

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _open(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)


def start_cluster() -> Cluster | None:
    """A fresh server; None where the machine has no PostgreSQL."""
    programs = postgres_bin()
    if programs is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="kartka-pg-"))
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    cluster = Cluster(folder, programs)
    atexit.register(cluster.stop)
    _watch(cluster)
    cluster.start()
    return cluster


def _watch(cluster: Cluster) -> None:
    """The server ends with this process, even a killed one: a child notices that its standard input has closed."""
    watcher = subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres", str(cluster.folder), str(cluster.programs)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[2],
        start_new_session=True,  # Ctrl-C reaches the tests, not the one who tidies up after them
    )
    _WATCHERS.append(watcher)


def _run(command: list[str], *, check: bool = True) -> None:
    """As the user that PostgreSQL insists on: it refuses to run as root."""
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/tmp")
    if check and done.returncode:
        raise RuntimeError(f"{command[-1]}: {done.stderr}")


if __name__ == "__main__":
    sys.stdin.buffer.read()
    Cluster(Path(sys.argv[1]), Path(sys.argv[2])).stop()
