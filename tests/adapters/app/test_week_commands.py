"""`kartka week-report` and `kartka ranking`, as a person types them."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from adapters.app.weekwords import report_json, verdict_line
from adapters.db.lanes import do_now
from core.offers.verdicts import Told, verdict
from core.offers.weekly import week_at
from core.programme.model import Programme
from tests.core.offers.test_verdicts import SWITCH, arm, report
from tests.support.command import kartka
from tests.support.weekly import PICKS, ROWS, load, plan, promo_file, shelve
from tests.support.world import World

LAST = "2026-W46"
MISSING = [
    (["challenge", "best", "--share", "20"], "no ranking of this name; there are kartka, clusters, popular, explorer"),
    (["challenge", "popular", "--share", "60"], "--share: a whole percent from 1 to 50"),
    (["promote"], "there is no challenger; begin with `kartka ranking challenge NAME --share 20`"),
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A house whose week has a plan of three offers for one person."""
    world = World(f"sqlite+aiosqlite:///{tmp_path}/k.db")
    world.do(shelve)
    load(partial(do_now, world.engine, world.outside), promo_file(tmp_path, LAST, *ROWS))
    world.do(lambda work: plan(work, LAST, {"somebody": PICKS}))
    world.close()
    return tmp_path


def test_a_report_is_printed_in_words_and_for_a_spreadsheet(shop: Path) -> None:
    told = kartka(shop, "week-report", "--week", LAST)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert lines[0] == f"{LAST}: over and final; 3 offers for 1 people"
    assert lines[1].startswith("hit rate: 0.0 % (0 of 1 people with offers)")
    assert [line.split()[0] for line in lines if line[:10].strip() in ("due", "together", "chain", "all")] == [
        "due", "together", "chain", "all",
    ]  # fmt: skip
    table = kartka(shop, "week-report", "--week", LAST, "--format", "csv").stdout
    assert [row[1] for row in csv.reader(table.splitlines(), delimiter=";")][1:] == [
        "all", "reason", "reason", "reason", "champion",
    ]  # fmt: skip


def test_as_data_a_report_has_its_verdict_and_not_who_is_drawn() -> None:
    one = report(arm(300, 1000), arm(900, 4000))
    data = json.loads(report_json(one, verdict(one)))
    assert (data["arms"]["challenger"]["bought"], data["verdict"]["challenger"]) == ([300, 300], "better")
    assert "salt" not in data["switch"]


def test_a_week_without_a_plan_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    done = kartka(tmp_path, "week-report")
    week = week_at(datetime.now(UTC), Programme().timezone)
    assert (done.returncode, done.stderr) == (
        1, f"{week} has no plan; make one with `kartka plan-week --week {week}`\n",
    )  # fmt: skip


def test_a_challenge_is_begun_shown_won_and_refused_with_what_would_do(tmp_path: Path) -> None:
    for words, line in MISSING:
        done = kartka(tmp_path, "ranking", *words)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", line + "\n")
    assert kartka(tmp_path, "ranking").stdout.startswith("champion: kartka\nchallenger: none")
    begun = kartka(tmp_path, "ranking", "challenge", "popular", "--share", "20").stdout
    assert begun.startswith("champion: kartka\nchallenger: popular, for 20 % of the people\nsince ")
    assert kartka(tmp_path, "ranking").stdout == begun
    again = kartka(tmp_path, "ranking", "challenge", "explorer", "--share", "20")
    assert again.stderr.startswith("popular is challenger already; ")
    assert kartka(tmp_path, "ranking", "promote").stdout.startswith("champion: popular\nchallenger: none")


@pytest.mark.parametrize(
    ("hits", "told", "says"),
    [
        (300, Told.BETTER, "popular does better than kartka by 1 week; `kartka ranking promote`"),
        (150, Told.WORSE, "popular does worse than kartka by 1 week; `kartka ranking stop`"),
        (258, Told.NOT_YET, "not told yet by 1 week; it takes at least 2 more as large as these"),
        (226, Told.NOT_YET, "more weeks at this share will not tell a difference so small"),
    ],
)
def test_a_verdict_is_a_sentence(hits: int, told: Told, says: str) -> None:
    found = verdict(report(arm(hits, 1000), arm(900, 4000)))
    assert found is not None
    assert found.told is told
    assert says in verdict_line(SWITCH, found)
    assert "none while the week is running" in verdict_line(SWITCH, replace(found, told=Told.RUNNING))
