"""The doctor looks at the gate: every question that the programme names is one that is asked."""

import re
from pathlib import Path

import pytest

from adapters.app.doctor import diagnose, line_of
from adapters.app.settings import read_settings
from adapters.console.settingsports import Finding
from adapters.console.settingwords import FOUND, PARTS, words_of
from core.shared.values import Language
from core.surveys.actions import publish
from core.surveys.data import questionnaire_data
from core.surveys.model import Questionnaire
from tests.house.test_tree import ROOT
from tests.support.served import SECRET
from tests.support.world import HOUSE_QUESTIONNAIRE, TEXTS, World


async def gate(url: str, folder: Path, *keys: str) -> tuple[bool, str] | None:
    """What the doctor finds of this gate."""
    rules = folder / "rules.toml"
    rules.write_text(f"gate_questions = [{', '.join(repr(key) for key in keys)}]")
    found = await diagnose(read_settings(database_url=url, secret_key=SECRET, programme=str(rules)))
    return next(((one.fine, line_of(one, TEXTS).partition(": ")[2]) for one in found if one.what == "gate"), None)


async def test_a_gate_of_asked_questions_is_fine_and_one_of_others_is_named_with_what_to_do(
    world: World, tmp_path: Path
) -> None:
    assert await gate(world.url, tmp_path) == (True, "spending is open to all")
    assert await gate(world.url, tmp_path, "birthday", "city") == (True, "2 questions open spending")
    fine, says = await gate(world.url, tmp_path, "birthday", "colour", "shoe") or (True, "")
    assert not fine
    for told in ("colour, shoe", "version 0", "rules.toml", "publish a version"):
        assert told in says
    left = Questionnaire(0, tuple(one for one in HOUSE_QUESTIONNAIRE.questions if one.key == "city"))
    world.do(lambda work: publish(work, data=questionnaire_data(left), actor="marketer"))
    fine, says = await gate(world.url, tmp_path, "birthday", "city") or (True, "")
    assert (fine, "names birthday, not asked by version 1" in says) == (False, True)


@pytest.mark.parametrize("name", ["missing/folder/k.db", "empty.db"])
async def test_a_database_that_cannot_be_asked_has_its_own_finding(tmp_path: Path, name: str) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / name}"
    assert await gate(url, tmp_path, "colour") is None
    found = await diagnose(read_settings(database_url=url, secret_key=SECRET))
    assert [one.what for one in found if not one.fine][:1] in (["database"], ["migrations"])


def test_every_finding_has_words_in_every_language_and_no_english_outside_it(tmp_path: Path) -> None:
    code = (ROOT / "adapters/app/doctor.py").read_text()
    codes = set(re.findall(r"\"((?:setting|settings|programme|database|migrations|books|clocks|disk|lake|gate|address"
                           r"|channel)(?:-[a-z]+)+)\"", code))  # fmt: skip
    hooks = {f"channel-{one}" for one in ("here", "none", "other", "error")}
    assert codes | hooks | {"address"} == set(FOUND)
    for what in PARTS:
        assert f'"{what}"' in code, what
    off = Finding("telegram", True, "channel-off", {"setting": "KARTKA_TELEGRAM_TOKEN"})
    told = {language: TEXTS.say(words_of(off), language) for language in Language}
    assert told[Language.UK] == "вимкнено; відкриває його KARTKA_TELEGRAM_TOKEN"
    assert line_of(off, TEXTS) == "ok   telegram: off; KARTKA_TELEGRAM_TOKEN opens it"
