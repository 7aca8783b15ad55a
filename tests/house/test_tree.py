"""The rules of the house that a machine can see: what stands where, how long, what no file may hold."""

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from adapters.app.house import ROLES
from adapters.app.settings import Settings
from adapters.codes.fonts import Weight, font

ROOT = Path(__file__).resolve().parents[2]
TOP = {"pyproject.toml", "README.md", "bot", "core", "adapters", "migrations", "locales", "tests", "docker-compose.yml",
       "Makefile", "requirements.lock", "requirements-dev.lock", "package.json", "package-lock.json", "LICENSE",
       "benchmarks"}  # fmt: skip
LONG = {
    "tests/support/engine.py": "the engine beside its model, one method an operation",
    "migrations/versions/0001_people_cards_the_talk.py": "the first revision, made from the tables",
    "migrations/versions/0002_points_sales_offers_vouchers.py": "a revision, made from the tables",
}
"""Files over 300 lines, each with its reason."""

CHANNELS = {
    "adapters/app/hooks.py": "the operator names the hook, or all of them",
    "adapters/db/readers.py": "codes that went by SMS are read for the demo's page",
    "adapters/db/outboxrows.py": "what the web chat was told is kept, since its pages read it back",
    "adapters/db/purging.py": "letters to the web chat are its history and stay longer than others",
    "adapters/db/erasing.py": "letters by SMS carry the phone that is forgotten",
}
"""Places outside the channels that ask for one by name, each with its reason."""

OUTSIDE = re.compile(
    r"\b(datetime|date)\.(now|utcnow|today)\(|\btime\.\w+\(|^\s*(import|from) (random|secrets|uuid|time|os|pathlib)\b"
    r"|\buuid[147]\(|\burandom\(|(?<!def )(?<![\w.])open\(|\.(read|write)_(text|bytes)\(|\benviron\b"
)
"""What no line of core and bot may do: look at a clock, draw lots, touch a file or the environment."""


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
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in tracked("*.py", "*.js", "*.css", "*.html")
    }
    assert {name for name, lines in lengths.items() if lines > 300} <= set(LONG)
    assert set(LONG) <= lengths.keys()


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
    for path in tracked(f"{floor}/*.py"):
        assert not [line for line in path.read_text().splitlines() if OUTSIDE.search(line)], path


@pytest.mark.parametrize(
    "line",
    [
        "at = datetime.now(UTC)", "at = datetime.utcnow()", "day = date.today()", "at = time.time()", "import random",
        "from random import choice", "import secrets", "from uuid import uuid4", "key = uuid4()", "os.urandom(8)",
        "with open(path) as file:", "path.read_text()", "os.environ['X']", "time.sleep(1)",
    ],
)  # fmt: skip
def test_each_way_to_the_outside_is_recognised(line: str) -> None:
    assert OUTSIDE.search(line)


def test_no_file_is_named_after_nothing() -> None:
    assert not [path for path in tracked("*.py") if path.stem in {"utils", "util", "helpers", "common", "misc"}]


@pytest.mark.parametrize("floor", ["core", "bot"])
def test_no_import_hides_inside_a_function(floor: str) -> None:
    for path in tracked(f"{floor}/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                hidden = [one for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom)]
                assert not hidden, f"{path}: an import inside {node.name}"


def test_only_a_channel_knows_its_own_name() -> None:
    asked = re.compile(r"""\bchannel\s*(==|!=|in)\s*[("'{\[]|\bmatch [\w.]*channel\b""")
    places = {
        str(path.relative_to(ROOT))
        for path in tracked("core/*.py", "bot/*.py", "adapters/*.py")
        if any(asked.search(line) for line in path.read_text().splitlines())
    }
    assert {place for place in places if place.split("/")[1] not in {"telegram", "viber", "chat", "sms"}} <= set(
        CHANNELS
    )


def test_tests_use_fakes_and_replace_nothing_from_outside() -> None:
    wrong = re.compile("unittest.mo" + r"ck|\bpa" + r"tch\(")
    for path in tracked("tests/*.py"):
        assert not wrong.search(path.read_text()), path


OWN = {"LAKE", "UPLOADS", "PORT", "VIBER_API", "TELEGRAM_API"}
"""Settings that are the same in every container, as they are by default."""


def test_compose_gives_every_setting_that_a_retailer_makes_and_no_other() -> None:
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    known = {f"KARTKA_{name.upper()}" for name in Settings.model_fields}
    named = {name for service in composed["services"].values() for name in service.get("environment", {})}
    assert {name for name in named if name.startswith("KARTKA_")} == known - {f"KARTKA_{name}" for name in OWN}


def test_compose_runs_every_role_once() -> None:
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    commands = [service.get("command", []) for service in composed["services"].values()]
    roles = [command[command.index("--only") + 1] for command in commands if "--only" in command]
    assert sorted(roles) == sorted(ROLES)


@pytest.mark.parametrize(("lock", "extras"), [("requirements.lock", ()), ("requirements-dev.lock", ("dev",))])
def test_the_locks_hold_every_dependency_with_a_hash(lock: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    text = (ROOT / lock).read_text().lower()
    for line in wanted:
        name = re.split(r"[\[<>=!~]", line)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[[a-z]+\])?==.*\\\n    --hash=sha256:", text, re.M), name


def test_front_end_packages_are_pinned_and_the_scanner_gets_the_reader_it_was_made_for() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for name, package in locked.items() if name)
    assert locked["node_modules/barcode-detector"]["dependencies"]["zxing-wasm"] == wanted["zxing-wasm"]


def test_every_font_of_the_house_has_latin_and_ukrainian_letters_in_one_file() -> None:
    weights: tuple[Weight, ...] = ("Regular", "SemiBold", "Bold")
    for weight in weights:
        face = font(weight, 32)
        nothing = bytes(face.getmask("\uffff"))
        drawn = [bytes(face.getmask(letter)) for letter in "ЇїЄєҐґІіЩщЫыÄß"]
        assert nothing not in drawn, weight
        assert len(set(drawn)) == len(drawn), weight
