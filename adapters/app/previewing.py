"""Messages as each messenger would show them: made by the messengers' own renderers, then read like a person would."""

import base64
import re
from collections.abc import Sequence
from html import unescape
from importlib import import_module
from typing import Any

from adapters.chat.render import Renderer as WebRenderer
from adapters.console.campaignports import Bubble
from bot.drawing import picture_of
from bot.messages import Answer, Reply, ShowPicture
from bot.ports import Letter, Pictures, Texts
from core.shared.values import Address, Language

_TAGS = re.compile(r"</?(?:b|s|font)[^<>]*>|<br>")
_COLUMNS = 6


class Previewer:
    """Shows an answer in each messenger; rooms of messengers are loaded when they are first shown."""

    def __init__(self, texts: Texts, pictures: Pictures) -> None:
        self._texts, self._pictures = texts, pictures

    def bubbles(self, answer: Answer, channel: str, language: Language) -> Sequence[Bubble]:
        """The messages of the answer in the channel."""
        show = {"telegram": self._telegram, "viber": self._viber, "web": self._web}[channel]
        found: list[Bubble] = []
        for place, reply in enumerate(answer.replies, 1):
            last = place == len(answer.replies)
            letter = Letter(
                0, Address(channel, "", ""), reply, answer.keyboard, language, None, last, None, None
            )  # fmt: skip
            found += show(letter)
        return found

    def _telegram(self, letter: Letter) -> list[Bubble]:
        renderer = import_module("adapters.telegram.render").Renderer(self._texts, "https://example.org")
        found = []
        for call in renderer.plan(letter, renderer.mark(letter)).calls:
            keys = (call.markup or {}).get("inline_keyboard", [])
            picture = self._picture(letter) if call.picture is not None or call.media else ""
            found.append(Bubble(_read(call.text), picture, (), [[key["text"] for key in row] for row in keys]))
        return found

    def _viber(self, letter: Letter) -> list[Bubble]:
        renderer = import_module("adapters.viber.render").Renderer(self._texts)
        found = []
        for body in renderer.bodies(letter):
            grid = body.get("rich_media", {}).get("Buttons", [])
            items = [_read(one["Text"]) for one in grid if one.get("ActionType") == "none" and one["Text"].strip()]
            picture = self._picture(letter) if body["type"] == "picture" else ""
            rows = _rows(body.get("keyboard", {}).get("Buttons", []))
            found.append(Bubble("" if grid else str(body.get("text", "")), picture, items, rows))
        return found

    def _web(self, letter: Letter) -> list[Bubble]:
        said = WebRenderer(self._texts, "", b"").render(letter)
        items = [f"{one['title']}\n{one['subtitle']}" for one in said["items"]]
        picture = self._picture(letter) if said["image"] else ""
        return [Bubble(said["text"], picture, items, [[one["label"]] for one in said["buttons"]])]

    def _picture(self, letter: Letter) -> str:
        """The kept picture's own path, else what is drawn, in the page itself."""
        reply: Reply = letter.reply
        if isinstance(reply, ShowPicture):
            return f"/media/{reply.media}"
        drawn = picture_of(letter, self._pictures, self._texts)
        return f"data:image/png;base64,{base64.b64encode(drawn).decode()}" if drawn else ""


def _read(markup: str) -> str:
    """The words of a text with a messenger's tags."""
    return unescape(_TAGS.sub(lambda tag: "\n" if tag.group() == "<br>" else "", markup))


def _rows(keys: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Keys of a grid of six columns, row by row."""
    rows: list[list[str]] = []
    taken = _COLUMNS
    for key in keys:
        if taken + key["Columns"] > _COLUMNS:
            rows.append([])
            taken = 0
        rows[-1].append(_read(key["Text"]))
        taken += key["Columns"]
    return rows
