"""`kartka`, the command, as a person types it."""

import os
from pathlib import Path

import pytest

from tests.support.command import kartka


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["demo"],
        ["serve"],
        ["talk"],
        ["db"],
        ["db", "backup"],
        ["import"],
        ["staff", "add"],
        ["till", "add"],
        ["webhook"],
        ["doctor"],
    ],
)
def test_every_command_explains_itself(tmp_path: Path, words: list[str]) -> None:
    done = kartka(tmp_path, *words, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize(
    "words", [["fly"], ["import", "cats", "x.csv"], ["serve", "--only", "cook"], ["webhook", "wave"]]
)
def test_wrong_usage_exits_with_two(tmp_path: Path, words: list[str]) -> None:
    assert kartka(tmp_path, *words).returncode == 2


def test_a_shop_is_set_up_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "stores.csv").write_text("store,name\ns1,Поділ\ns 2,bad\n")
    dry = kartka(tmp_path, "import", "stores", "stores.csv", "--dry-run")
    assert dry.stdout == "1 stores would be imported, 1 rejected\n"
    assert kartka(tmp_path, "till", "add", "--store", "s1", "--name", "Каса").returncode == 1
    done = kartka(tmp_path, "import", "stores", "stores.csv", "--rejects", "rejects.csv")
    assert done.stdout == "1 stores imported, 1 rejected\n"
    assert "line 3: store" in done.stderr
    assert (tmp_path / "rejects.csv").exists()
    (tmp_path / "products.csv").write_text("sku;name\nmilk;Молоко\n")
    (tmp_path / "promo.csv").write_text("week;sku;price_was;price\n2026-W48;milk;50,00;39,90\n2026-W48;tea;50;40\n")
    kartka(tmp_path, "import", "products", "products.csv")
    for words, verb in ((["--dry-run"], "would be imported"), ([], "imported"), ([], "imported")):
        done = kartka(tmp_path, "import", "promo", "promo.csv", *words)
        assert done.stdout == f"1 promo {verb}, 1 rejected\n"
        assert "line 3: sku: no product" in done.stderr
    key = kartka(tmp_path, "till", "add", "--store", "s1", "--name", "Каса").stdout.splitlines()[-1]
    assert key.startswith("ktill_")
    password = kartka(tmp_path, "staff", "add", "Ann", "--role", "owner").stdout.splitlines()[-1]
    assert len(password) == 20
    again = kartka(tmp_path, "staff", "add", "ann", "--role", "owner")
    assert (again.returncode, again.stderr) == (1, "refused: login-taken (login: ann)\n")
    assert kartka(tmp_path, "db", "check").stdout == "all promises hold\n"
    assert kartka(tmp_path, "db", "backup", "copy.db").returncode == 0
    assert kartka(tmp_path, "db", "backup", "copy.db").returncode == 1
    assert kartka(tmp_path, "db", "restore", "copy.db").returncode == 0
    assert kartka(tmp_path, "doctor").returncode == 0


def test_the_bot_talks_in_a_terminal_and_shows_the_code_and_the_card(tmp_path: Path) -> None:
    first = kartka(tmp_path, "talk", "--phone", "0671234567")
    assert "(SMS)" in first.stdout
    assert "Напишіть його тут" in first.stdout


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"KARTKA_SECRET_KEY": ""}, "KARTKA_SECRET_KEY: missing"),
        ({"KARTKA_DATABASE_URL": "oracle:1"}, "KARTKA_DATABASE_URL: "),
        ({"KARTKA_PROGRAMME": "/none"}, "KARTKA_PROGRAMME: cannot read"),
        ({"KARTKA_TELEGRAM_TOKEN": "x"}, "KARTKA_TELEGRAM_TOKEN: "),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line(tmp_path: Path, settings: dict[str, str], line: str) -> None:
    done = kartka(tmp_path, "serve", **settings)
    assert done.returncode == 1
    assert done.stderr.startswith(line)
    assert len(done.stderr.splitlines()) == 1


def test_a_second_serve_on_one_file_refuses(tmp_path: Path) -> None:
    from adapters.db.engines import serve_alone

    lock = serve_alone(tmp_path / "k.db")
    done = kartka(tmp_path, "serve", "--port", "1")
    os.close(lock)
    assert done.returncode == 1
    assert "served by another process" in done.stderr


def test_hooks_are_off_without_tokens_and_say_what_to_set(tmp_path: Path) -> None:
    assert kartka(tmp_path, "webhook", "show").stdout.splitlines() == [
        "telegram: off; set KARTKA_TELEGRAM_TOKEN",
        "viber: off; set KARTKA_VIBER_TOKEN",
    ]
