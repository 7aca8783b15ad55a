"""What the suite needs from the machine: PostgreSQL's server and Chromium, installed where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


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


def main() -> None:
    """Installs what is missing and says loudly what cannot be had; the suite itself tells what it left out."""
    missing = [
        package for package, there in (("postgresql", postgres_bin()), ("chromium", chromium())) if there is None
    ]
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *missing]):
            subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
    for name, there in (("PostgreSQL", postgres_bin()), ("Chromium", chromium())):
        if there is None:
            print(f"LEFT OUT: no {name} on this machine; its tests do not run", file=sys.stderr)


if __name__ == "__main__":
    main()
