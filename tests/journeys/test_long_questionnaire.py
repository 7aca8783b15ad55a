"""The longest questionnaire that a marketer may make, paused in one messenger and finished in another."""

from pathlib import Path
from typing import Any

import pytest

from core.surveys.actions import publish
from core.surveys.data import MOST_OPTIONS
from tests.journeys.test_web import PHONE
from tests.support.voices import Voice, hears, open_stage

LABELS = [f"№ {at:02d} <Ґанок> & їжак під яблунею" for at in range(MOST_OPTIONS)]
TITLE = "Що з цього вам до душі? " * 12


def words(text: str) -> dict[str, str]:
    return dict.fromkeys(("uk", "en", "ru"), text)


def asked(key: str, kind: str, title: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "name": words(key), "title": words(title[:299]), **more}


OPTIONS = [{"key": f"{'option-' * 3}{at:011d}", "label": words(label)} for at, label in enumerate(LABELS)]
QUESTIONS = [
    asked("k" * 32, "choices", TITLE, options=OPTIONS),
    asked("one", "choice", f"Один. {TITLE}", options=OPTIONS),
    asked("score", "rating", "Наскільки ймовірно, що порадите нас?", optional=True),
    asked("why", "text", "Чому саме так?"),
]


@pytest.mark.parametrize(("first", "second"), [("web", "telegram"), ("telegram", "viber"), ("viber", "web")])
async def test_a_questionnaire_paused_here_goes_on_there(
    database_url: str, tmp_path: Path, first: str, second: str
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(f'gate_questions = ["{"k" * 32}", "one", "why"]')
    async with open_stage(database_url, programme=str(rules)) as stage:
        await stage.till.do(lambda work: publish(work, data={"questions": QUESTIONS}, actor="marketer"))
        here = await stage.registered(first)
        await hears(here, here.taps("Анкета"), "Анкета: 0 з 4")
        for label in (LABELS[0], LABELS[19]):
            await hears(here, taps(here, label), "Анкета: 0 з 4")
        await hears(here, taps(here, "Готово"), "Анкета: 1 з 4\nОдин.")
        await hears(here, taps(here, "Пізніше"), "Відповіді збережено")

        there = stage.voice(second)
        await there.meets()
        await hears(there, there.shares(PHONE), "Анкета: 1 з 4\nОдин.")
        await hears(there, taps(there, LABELS[7]), "Наскільки ймовірно")
        await hears(there, taps(there, "10"), "Чому саме так")
        assert (await stage.till.served.lookup(stage.till.number))[1]["spend_blocked_by"] == ["questionnaire"]
        await hears(there, there.says("Бо зручно"), "Тепер бонуси можна витрачати, і ми додали вам 50 бонусів")
        assert (await stage.till.served.lookup(stage.till.number))[1]["spend_blocked_by"] == []
        await hears(here, here.says("картка"), "50 бонусів")


async def taps(voice: Voice, label: str) -> None:
    """The option, ticked or not, as the messenger writes it on its button."""
    shown = [one for one in await voice.labels() if label in plain(one)]
    await voice.taps(shown[0] if shown else label)


def plain(label: str) -> str:
    """A button's words without Viber's markup."""
    return label.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
