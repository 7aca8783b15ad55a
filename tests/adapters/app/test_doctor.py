"""The doctor looks at the gate: every question that the programme names is one that is asked."""

from pathlib import Path

import pytest

from adapters.app.doctor import diagnose
from adapters.app.settings import read_settings
from core.surveys.actions import publish
from core.surveys.data import questionnaire_data
from core.surveys.model import Questionnaire
from tests.support.served import SECRET
from tests.support.world import HOUSE_QUESTIONNAIRE, World


async def gate(url: str, folder: Path, *keys: str) -> tuple[bool, str] | None:
    """What the doctor finds of this gate."""
    rules = folder / "rules.toml"
    rules.write_text(f"gate_questions = [{', '.join(repr(key) for key in keys)}]")
    found = await diagnose(read_settings(database_url=url, secret_key=SECRET, programme=str(rules)))
    return next(((one.fine, one.says) for one in found if one.what == "gate"), None)


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
