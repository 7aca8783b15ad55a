"""The command `kartka`, run as its user would."""

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

SECRET = "0123456789abcdef0123456789abcdef-tests"


def kartka(tmp_path: Path, *words: str, give: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """One run in an empty folder: a process of its own, forked from one that has loaded the command already.

    Without words it is the installed program itself.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KARTKA_")}
    environment |= {
        "KARTKA_SECRET_KEY": SECRET,
        "KARTKA_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/k.db",
        **settings,
    }
    if words in ((), ("--help",)):
        program = str(Path(sys.executable).parent / "kartka")
        return subprocess.run(
            [program, *words], cwd=tmp_path, env=environment, input=give, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip
    with TemporaryDirectory() as name:
        given, out, err = (Path(name, stream) for stream in ("in", "out", "err"))
        for path in (given, out, err):
            path.write_text(give if path is given else "")
        asked = {"words": words, "folder": str(tmp_path), "environment": environment,
                 "streams": [str(path) for path in (given, out, err)]}  # fmt: skip
        loaded = _loaded()
        assert loaded.stdin is not None
        assert loaded.stdout is not None
        loaded.stdin.write(json.dumps(asked) + "\n")
        loaded.stdin.flush()
        code = int(loaded.stdout.readline())
        return subprocess.CompletedProcess(["kartka", *words], code, out.read_text(), err.read_text())


@cache
def _loaded() -> "subprocess.Popen[str]":
    """One for each process of the tests."""
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.support.forked"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    atexit.register(made.kill)
    return made
