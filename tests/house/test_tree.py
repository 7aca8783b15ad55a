"""The rules of the house that a machine can see: what stands where, how long, what no file may hold."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from adapters.app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TOP = {"pyproject.toml", "README.md", "bot", "core", "adapters", "migrations", "locales", "tests", "docker-compose.yml",
       "Makefile", "requirements.lock", "requirements-dev.lock", "package.json", "package-lock.json", "LICENSE",
       "benchmarks"}  # fmt: skip
LONG = {
    "adapters/db/tables.py": "all tables in one place, read as one page",
    "tests/fakes/telegram.py": "one platform, its API and its people",
    "tests/fakes/viber.py": "one platform, its API and its people",
    "tests/contracts/test_talk.py": "one suite of stories over both databases",
    "migrations/versions/0001_people_cards_the_talk.py": "the first revision, made from the tables",
    "bot/conversation.py": "one turn of a conversation, decided in one class",
    "adapters/app/cli.py": "every command with its words in one place",
}
"""Files over 300 lines, each with its reason."""


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows, as they stand."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=ROOT, capture_output=True,
                            text=True, check=True)  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_the_top_level_holds_only_what_its_owner_fixed() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP


def test_every_room_has_a_sign_on_its_door() -> None:
    for path in tracked("core/*__init__.py", "core/__init__.py", "bot/*__init__.py", "bot/__init__.py",
                        "adapters/*__init__.py", "adapters/__init__.py", "migrations/__init__.py"):  # fmt: skip
        assert ast.get_docstring(ast.parse(path.read_text())), path


def test_no_file_grows_past_three_hundred_lines_without_a_reason() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in tracked("*.py")}
    assert {name for name, lines in long.items() if lines > 320} <= set(LONG)


def test_no_committed_file_names_a_package_host_or_a_machine() -> None:
    hosts = [
        "py" + "pi.org",
        "python" + "hosted",
        "registry." + "npmjs",
        "deb" + "ian.org",
        "/ro" + "ot/",
        "/wo" + "rk/",
    ]
    for path in tracked():
        if path.suffix in {".png", ".jpg"}:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not [host for host in hosts if host in text], path


@pytest.mark.parametrize("floor", ["core", "bot"])
def test_core_and_bot_touch_neither_clock_nor_chance_nor_files(floor: str) -> None:
    wrong = re.compile(
        r"datetime\.(now|utcnow)\(|time\.time\(|import random|import secrets|uuid4\(|[= ]open\(|\.read_text\("
    )
    for path in tracked(f"{floor}/*.py"):
        found = [line for line in path.read_text().splitlines() if wrong.search(line)]
        assert not [line for line in found if "def open(" not in line], path


def test_smells_are_absent() -> None:
    for path in tracked("core/*.py", "bot/*.py", "adapters/*.py"):
        assert path.name not in {"utils.py", "helpers.py"}
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and path.parts[len(ROOT.parts)] in {
                "core",
                "bot",
            }:
                inner = [one for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom)]
                assert not inner, f"{path}: an import inside {node.name}"
    for path in tracked("tests/*.py"):
        assert "pa" + "tch(" not in path.read_text(), path


def test_compose_names_only_settings_that_exist() -> None:
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    known = {f"KARTKA_{name.upper()}" for name in Settings.model_fields}
    named = {name for service in composed["services"].values() for name in service.get("environment", {})}
    assert {name for name in named if name.startswith("KARTKA_")} <= known


def test_the_locks_hold_every_dependency_with_a_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"]
    lock = (ROOT / "requirements.lock").read_text().lower()
    for line in wanted:
        name = re.split(r"[\[<>=!~]", line)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[[a-z]+\])?==.*\\\n    --hash=sha256:", lock, re.M), name
