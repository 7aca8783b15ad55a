"""The floor plan: each forbidden way between rooms, walked in a copy of the tree, breaks its contract and no other."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.test_tree import ROOT, tracked

FLOORS = ("core", "bot", "adapters", "migrations")
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
BAD = [
    ("core/shared/planted.py", "import bot", "Floors"),
    ("bot/planted.py", "import adapters", "Floors"),
    ("core/customers/planted.py", "import core.cards", "Stairs"),
    ("core/cards/planted.py", "import core.surveys", "Stairs"),
    ("core/programme/planted.py", "import core.customers", "Stairs"),
    ("core/staff/planted.py", "import core.stores", "Stairs"),
    ("core/stores/planted.py", "import core.staff", "Stairs"),
    ("core/planted/__init__.py", "", "Stairs"),
    ("adapters/db/planted.py", "import adapters.app", "The app above"),
    ("adapters/chat/planted.py", "import adapters.pos", "The app above"),
    ("adapters/viber/planted.py", "import adapters.telegram", "The app above"),
    ("adapters/http/planted.py", "import adapters.db", "The app above"),
    ("adapters/planted/__init__.py", "", "The app above"),
    ("core/cards/planted.py", "import zxingcpp", "No technology"),
    ("bot/flows/planted.py", "from pydantic import BaseModel", "No technology"),
    ("adapters/console/planted.py", "from sqlalchemy import select", "SQL only"),
    ("adapters/app/planted.py", "import psycopg", "SQL only"),
    ("adapters/app/planted.py", "from aiogram import Bot", "aiogram only"),
    ("adapters/telegram/planted.py", "import viberbot", "viberbot only"),
    ("adapters/lake/planted.py", "import adapters.analytics", "The app above"),
    ("adapters/lake/planted.py", "import numpy", "Models and marts"),
    ("core/offers/planted.py", "import ibis", "No technology"),
]
"""(file, what it holds, the beginning of the name of the contract that it breaks)"""


@pytest.fixture(scope="session")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The floors as they stand, somewhere else."""
    copy = tmp_path_factory.mktemp("planted")
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, copy / floor, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def broken_contracts(tree: Path) -> set[str]:
    """Names of the contracts that import-linter finds broken in this tree."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return set(re.findall(r"^(.+) BROKEN\b", done.stdout, re.M))


@pytest.mark.parametrize(("file", "content", "contract"), BAD, ids=[f"{file}: {content}" for file, content, _ in BAD])
def test_a_planted_bad_import_breaks_exactly_its_contract(
    copied_tree: Path, file: str, content: str, contract: str
) -> None:
    planted = copied_tree / file
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(content + "\n")
    try:
        broken = broken_contracts(copied_tree)
    finally:
        planted.unlink()
        if planted.name == "__init__.py":
            planted.parent.rmdir()
    assert [name[: len(contract)] for name in broken] == [contract], broken


def test_each_contract_has_a_bad_import_that_breaks_it() -> None:
    names = {contract["name"] for contract in LINTER["contracts"]}
    assert {name for name in names if not name.startswith(tuple(contract for _, _, contract in BAD))} == set()


def test_what_one_room_may_import_is_forbidden_to_every_other_room() -> None:
    rooms = {f"adapters.{path.relative_to(ROOT).parts[1]}" for path in tracked("adapters/*/__init__.py")}
    for contract in LINTER["contracts"]:
        if " only in " in contract["name"]:
            free = rooms - set(contract["source_modules"])
            assert len(free) == 1, (contract["name"], free)


def test_the_core_needs_the_standard_library_alone_and_the_talk_only_the_core() -> None:
    for floor, allowed in (("core", {"core"}), ("bot", {"core", "bot"})):
        for path in tracked(f"{floor}/*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Import(names):
                        modules = [alias.name for alias in names]
                    case ast.ImportFrom(module=str(module)):
                        modules = [module]
                    case _:
                        continue
                foreign = {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - allowed
                assert not foreign, f"{path}: {foreign}"
