"""Replies as Viber messages: a keyboard on every one, limits kept, richer things degraded by the person's level."""

from collections.abc import Sequence
from typing import Any, assert_never

from viberbot.api.messages import FileMessage, KeyboardMessage, PictureMessage, RichMediaMessage, TextMessage

from adapters.viber.limits import CAPTION, CARDS, RICH, SHARE_PHONE, label, level, split
from adapters.viber.parse import ACTION
from bot.messages import Ask, Button, Item, Reply, Rows, Say, SendFile, ShowCard, ShowCodes, ShowPlaces, ShowVoucher
from bot.ports import Letter, Texts
from bot.words import Text
from core.shared.values import Language

Json = dict[str, Any]
_COLUMNS = 6
_BRAND, _PAPER = "#0B6E4F", "#FFFFFF"
PICTURE = "picture:"
"""Stands in `media` until the sender knows the picture's public address."""


class Renderer:
    """Turns letters into the bodies of messages, without receiver and sender."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def bodies(self, letter: Letter) -> list[Json]:
        """The messages of a letter; the keyboard is on the last, and Viber shows only that one's."""
        language, reply, at = letter.language, letter.reply, level(letter.level)
        messages = self._messages(reply, language, at, letter)
        keyboard = self._keyboard(reply, letter.keyboard, language, at)
        for message in messages:
            message["min_api_version"] = at
        if keyboard is not None:
            messages[-1]["keyboard"] = keyboard
        return messages

    def plain(self, letter: Letter) -> Json:
        """The words alone, for a letter that was refused as it was (channels.md 1.5, 1.13)."""
        text = self._words(letter.reply, letter.language)
        return {**_clean(TextMessage(text=split(text)[0]).to_dict()), "min_api_version": 1}

    def _messages(self, reply: Reply, language: Language, at: int, letter: Letter) -> list[Json]:
        text = self._words(reply, language)
        match reply:
            case Say() | Ask():
                return [_clean(TextMessage(text=part).to_dict()) for part in split(text)]
            case ShowCard():
                return self._pictured(text, "card")
            case ShowCodes():
                return self._pictured(text, "codes")
            case ShowVoucher():
                return self._pictured(text, "voucher")
            case ShowPlaces(items=items):
                if at < RICH or not items:
                    return [_clean(TextMessage(text=part).to_dict()) for part in split(text)]
                rich = RichMediaMessage(rich_media=self._cards(items, language), alt_text=split(text)[0])
                lead = TextMessage(text=self._say(reply.text, language))
                return [_clean(lead.to_dict()), _clean(rich.to_dict())]
            case SendFile():
                lead = TextMessage(text=text)
                file = FileMessage(media=PICTURE + "file", size=0, file_name=reply.file_name)
                return [_clean(lead.to_dict()), _clean(file.to_dict())]
            case _:
                assert_never(reply)

    def _pictured(self, text: str, what: str) -> list[Json]:
        if len(text) <= CAPTION:
            return [_clean(PictureMessage(media=PICTURE + what, text=text).to_dict())]
        picture = _clean(PictureMessage(media=PICTURE + what, text="").to_dict())
        return [picture, *(_clean(TextMessage(text=part).to_dict()) for part in split(text))]

    def _words(self, reply: Reply, language: Language) -> str:
        said = self._say(reply.text, language)
        match reply:
            case Ask(reason=reason) if reason is not None:
                return f"{self._say(reason, language)}\n\n{said}"
            case ShowPlaces(items=items):
                lines = ["\n".join([item.title, *(self._say(line, language) for line in item.lines)]) for item in items]
                return "\n\n".join([said, *lines])
            case _:
                return said

    def _cards(self, items: Sequence[Item], language: Language) -> Json:
        """A carousel: each card is a text of 6 x 3 and a button of 6 x 1, so that it fills its grid exactly."""
        buttons: list[Json] = []
        for item in items[:CARDS]:
            lines = "<br>".join(label(self._say(line, language)) for line in item.lines)
            text = f"<b>{label(item.title)}</b><br>{lines}"[:250]
            link = next((one for one in item.buttons if one.kind == "url"), None)
            action = (
                {"ActionType": "open-url", "ActionBody": link.value}
                if link
                else {"ActionType": "none", "ActionBody": "none"}
            )
            words = self._say(link.label, language) if link else " "
            buttons.append(
                {
                    "Columns": _COLUMNS,
                    "Rows": 3,
                    "Text": text,
                    "TextHAlign": "left",
                    "TextVAlign": "top",
                    "Silent": True,
                    **action,
                }
            )
            buttons.append(
                {"Columns": _COLUMNS, "Rows": 1, "Text": label(words), "Silent": True, "BgColor": _PAPER, **action}
            )
        return {
            "Type": "rich_media", "ButtonsGroupColumns": _COLUMNS, "ButtonsGroupRows": 4, "BgColor": _PAPER,
            "Buttons": buttons,
        }  # fmt: skip

    def _keyboard(self, reply: Reply, rows: Rows, language: Language, at: int) -> Json | None:
        """While a question is open its buttons stand first and the card's row last; else the card's row first."""
        own = [button for button in reply.buttons if not (button.kind == "phone" and at < SHARE_PHONE)]
        own = [button for button in own if not (button.kind == "location" and at < SHARE_PHONE)]
        controls = list(reply.controls) if isinstance(reply, Ask) else []
        standing = {button.action for row in rows for button in row}
        own = [button for button in own if button.action not in standing or button.kind != "reply"]
        keys = self._line(own, language) + self._line(controls, language)
        if isinstance(reply, Ask):
            keys += self._row(rows[0], language) if rows else []
        else:
            first = self._row(rows[0], language) if rows else []
            rest = [key for row in rows[1:] for key in self._row(row, language)]
            keys = first + keys + rest
        if not keys:
            return None
        board = KeyboardMessage(keyboard={"Type": "keyboard", "DefaultHeight": False, "Buttons": keys})
        shown: Json = board.to_dict()["keyboard"]
        return shown

    def _line(self, buttons: Sequence[Button], language: Language) -> list[Json]:
        """Wide buttons alone; narrow ones in pairs, the last of an odd count alone."""
        keys, narrow = [], [button for button in buttons if not button.wide]
        for button in buttons:
            columns = 3 if not button.wide and not (button is narrow[-1] and len(narrow) % 2) else _COLUMNS
            keys.append(self._key(button, language, columns))
        return keys

    def _row(self, row: Sequence[Button], language: Language) -> list[Json]:
        return [self._key(button, language, _COLUMNS // len(row)) for button in row]

    def _key(self, button: Button, language: Language, columns: int) -> Json:
        body = {
            "reply": ("reply", ACTION + button.action),
            "copy": ("reply", ACTION + button.action),
            "url": ("open-url", button.value),
            "app": ("open-url", button.value),
            "phone": ("share-phone", button.action),
            "location": ("location-picker", button.action),
        }[button.kind]
        primary = button.style == "primary"
        text = label(self._say(button.label, language))
        colour = {"BgColor": _BRAND} if primary else {"BgColor": "#F4F5F7"}
        shown = f'<font color="{_PAPER}">{text}</font>' if primary else text
        return {
            "Columns": columns, "Rows": 1, "ActionType": body[0], "ActionBody": body[1], "Text": shown,
            "TextSize": "regular", "Silent": True, **colour,
        }  # fmt: skip

    def _say(self, text: Text, language: Language) -> str:
        return self._texts.say(text, language)


def _clean(message: Json) -> Json:
    """What viberbot leaves as None is not sent."""
    return {name: value for name, value in message.items() if value is not None}
