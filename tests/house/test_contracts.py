"""Each import contract breaks on a planted bad import: a rule that cannot fail is no rule."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_tree import ROOT

PLANTED = {
    "Floors: adapters over bot over core": ("core/shared/values.py", "import bot.words"),
    "Stairs inside the core": ("core/customers/model.py", "import core.cards.model"),
    "The app above its siblings, the siblings strangers, HTTP manners below them": (
        "adapters/chat/channel.py",
        "import adapters.db.sql",
    ),
    "No technology in core and bot": ("bot/words.py", "import aiohttp"),
    "SQL only in the database's room and the migrations": ("adapters/pos/models.py", "import sqlalchemy"),
    "aiogram only in Telegram's room": ("adapters/delivery/desk.py", "import aiogram"),
    "viberbot only in Viber's room": ("adapters/pos/models.py", "import viberbot"),
}


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_breaks_its_contract(contract: str, tmp_path: Path) -> None:
    for room in ("core", "bot", "adapters", "migrations"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, line = PLANTED[contract]
    path = tmp_path / file
    path.write_text(path.read_text() + f"\n{line}\n")
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    broken = {one.removesuffix(" BROKEN") for one in done.stdout.splitlines() if one.endswith(" BROKEN")}
    assert done.returncode == 1, done.stdout + done.stderr
    assert contract in broken
