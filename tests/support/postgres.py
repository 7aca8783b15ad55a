"""A private PostgreSQL for a test session: its own folder, its own socket, gone at the end."""

import atexit
import os
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from tests.support.machine import postgres_bin

_OPTIONS = "-c listen_addresses='' -c max_connections=200 -c shared_buffers=64MB"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server, reached by its socket."""

    folder: Path
    programs: Path

    def new_database(self) -> str:
        """An empty database's URL."""
        name = f"t{uuid.uuid4().hex[:16]}"
        _run([str(self.programs / "createdb"), "-h", str(self.folder), "-U", "postgres", name])
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def drop_database(self, url: str) -> None:
        """The database is gone, whoever is still connected."""
        name = url.split("@/")[1].split("?")[0]
        _run([str(self.programs / "dropdb"), "--force", "-h", str(self.folder), "-U", "postgres", name])

    def stop(self) -> None:
        """This server, and no other, ends."""
        if self.folder.exists():
            _run(
                [str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-m", "immediate", "stop"], check=False
            )
            shutil.rmtree(self.folder, ignore_errors=True)


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
    data = str(folder / "data")
    _run([str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])
    atexit.register(cluster.stop)
    log = str(folder / "log")
    _run([str(programs / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", f"-k {folder} {_OPTIONS}", "start"])
    return cluster


def _run(command: list[str], *, check: bool = True) -> None:
    """As the user that PostgreSQL insists on: it refuses to run as root."""
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/tmp")
    if check and done.returncode:
        raise RuntimeError(f"{command[-1]}: {done.stderr}")
