"""How the command starts: what is heavy is loaded by who needs it."""

import subprocess
import sys

HEAVY = ("aiogram", "duckdb", "ibis", "numba", "pandas", "scipy", "telegram")


def test_the_command_loads_nothing_heavy_and_looks_for_garbage_again() -> None:
    script = f"""
import gc, sys
sys.argv = ["kartka", "--help"]
from adapters.app.start import main
try:
    main()
except SystemExit:
    pass
assert gc.isenabled() and gc.get_freeze_count() > 10_000
assert not {{*{HEAVY!r}}} & {{*sys.modules}}, {{*{HEAVY!r}}} & {{*sys.modules}}
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "loyalty card" in done.stdout
