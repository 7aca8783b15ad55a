"""What the suite needs from the machine: PostgreSQL's server, Chromium and Java, installed where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOM = 4 * 2**30
"""Bytes that a run may fill with what its tests make."""


def postgres_bin() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest one."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found and shutil.which("postgres") else None


def chromium() -> str | None:
    """The browser's program."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


def java() -> str | None:
    """Java's runtime, which Spark runs on."""
    return shutil.which("java")


def memory_folder() -> Path | None:
    """A folder in memory with room for a run's databases: there a flush to disk takes no time."""
    folder = Path("/dev/shm")
    return folder if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM else None


def main() -> None:
    """Installs what is missing and says loudly what cannot be had; the suite itself tells what it left out."""
    wanted = {"postgresql": postgres_bin, "chromium": chromium, "default-jre-headless": java}
    missing = [package for package, there in wanted.items() if there() is None]
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *missing]):
            subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
    for name, there in (("PostgreSQL", postgres_bin), ("Chromium", chromium), ("Java", java)):
        if there() is None:
            print(f"LEFT OUT: no {name} on this machine; its tests do not run", file=sys.stderr)


if __name__ == "__main__":
    main()
