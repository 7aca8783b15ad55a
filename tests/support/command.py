"""The command `kartka`, run as its user would."""

import os
import subprocess
import sys
from pathlib import Path

SECRET = "0123456789abcdef0123456789abcdef-tests"


def kartka(tmp_path: Path, *words: str, give: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """One run in an empty folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KARTKA_")}
    environment |= {
        "KARTKA_SECRET_KEY": SECRET,
        "KARTKA_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/k.db",
        **settings,
    }
    program = str(Path(sys.executable).parent / "kartka")
    return subprocess.run(
        [program, *words],
        cwd=tmp_path,
        env=environment,
        input=give,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
