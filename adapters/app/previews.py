"""How each messenger shows a question, by the renderers that send it. Their rooms are loaded when somebody looks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import unescape
from importlib import import_module
from typing import Any

from adapters.chat.render import Renderer as WebRenderer
from adapters.console.surveyports import Bubble, Preview
from bot.messages import Ask
from bot.ports import Letter, Texts
from bot.previews import previews
from core.shared.values import Address, Language
from core.stores.model import Store
from core.surveys.model import Questionnaire

_NOBODY = Address("preview", "preview", "preview")
_VIBER_LEVEL = 7


class Looks:
    """Satisfies `adapters.console.surveyports.Previews`."""

    def __init__(self, texts: Texts, zone: Any) -> None:
        self._texts, self._zone = texts, zone

    def questions(self, questionnaire: Questionnaire, language: Language, stores: Sequence[Store]) -> Sequence[Preview]:
        """Telegram, Viber, web, for each question."""
        today = datetime.now(UTC).astimezone(self._zone).date()
        asked = previews(questionnaire, language=language, today=today, stores=stores)
        return [Preview(one.key, self._bubbles(ask, language)) for one, ask in asked]

    def _bubbles(self, ask: Ask, language: Language) -> Mapping[str, Bubble]:
        letter = Letter(0, _NOBODY, ask, (), language, _VIBER_LEVEL, True, None, None)
        telegram = import_module("adapters.telegram.render").Renderer(self._texts, "").plan(letter, None).calls
        viber = import_module("adapters.viber.render").Renderer(self._texts).bodies(letter)
        web = WebRenderer(self._texts, "", b"").render(letter)
        keys = [key for call in telegram for key in (call.markup or {}).get("inline_keyboard", ())]
        return {
            "telegram": Bubble(
                "\n".join(unescape(call.text) for call in telegram), [[one["text"] for one in row] for row in keys]
            ),
            "viber": Bubble("\n".join(one.get("text", "") for one in viber), _viber_rows(viber[-1])),
            "web": Bubble(web["text"], [[one["label"]] for one in web["buttons"]]),
        }


def _viber_rows(message: Mapping[str, Any]) -> list[list[str]]:
    """Keys in rows of six columns, as Viber lays them."""
    rows: list[list[str]] = []
    width = 6
    for one in message.get("keyboard", {}).get("Buttons", ()):
        if width + one["Columns"] > 6:
            rows.append([])
            width = 0
        rows[-1].append(unescape(one["Text"]))
        width += one["Columns"]
    return rows
