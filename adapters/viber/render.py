"""Replies as Viber messages: a keyboard on every one, limits kept, richer things degraded by the person's level."""

from collections.abc import Sequence
from typing import Any, assert_never

from viberbot.api.messages import FileMessage, KeyboardMessage, PictureMessage, RichMediaMessage, TextMessage

from adapters.viber.carousel import BRAND, MIST, PAPER, PICTURE, Speak, of_offers, of_places
from adapters.viber.limits import (
    BROWSER,
    BUTTON,
    CAPTION,
    COLUMNS,
    RICH,
    ROWS,
    SHARE_PHONE,
    SILENT,
    label,
    level,
    split,
)
from adapters.viber.parse import ACTION
from bot.messages import (
    Ask,
    Button,
    Reply,
    Rows,
    Say,
    SendFile,
    ShowCard,
    ShowCodes,
    ShowOffers,
    ShowPicture,
    ShowPlaces,
    ShowVoucher,
)
from bot.ports import Letter, Texts
from bot.words import Text
from core.shared.values import Language

Json = dict[str, Any]
_INSIDE = {"OpenURLType": "internal", "InternalBrowser": {"Mode": "fullscreen", "ActionButton": "none"}}
"""Our page opens over the chat; without Viber's button that forwards its address, which is the customer's secret."""


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
            case ShowPicture():
                return self._pictured(text, "kept")
            case ShowPlaces(items=items):
                if at < RICH or not items:
                    return [_clean(TextMessage(text=part).to_dict()) for part in split(text)]
                return self._rich(reply.text, of_places(items, self._speaking(language)), text, language)
            case ShowOffers(items=offers):
                if at < RICH:
                    return [_clean(TextMessage(text=part).to_dict()) for part in split(text)]
                return self._rich(reply.text, of_offers(offers, self._speaking(language), at), text, language)
            case SendFile():
                lead = TextMessage(text=text)
                file = FileMessage(media=PICTURE + "file", size=0, file_name=reply.file_name)
                return [_clean(lead.to_dict()), _clean(file.to_dict())]
            case _:
                assert_never(reply)

    def _rich(self, lead: Text, cards: Json, words: str, language: Language) -> list[Json]:
        """A carousel says nothing by itself: a text goes before it, and all its words are its alternative."""
        rich = RichMediaMessage(rich_media=cards, alt_text=split(words)[0])
        return [_clean(TextMessage(text=self._say(lead, language)).to_dict()), _clean(rich.to_dict())]

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
            case ShowOffers(items=offers):
                parts = [
                    "\n".join(
                        [
                            item.title,
                            f"{self._say(item.price, language)} ({self._say(item.was, language)})",
                            *(self._say(line, language) for line in (item.reason, item.until, item.mark) if line),
                        ]
                    )
                    for item in offers
                ]
                return "\n\n".join([said, *parts])
            case _:
                return said

    def _keyboard(self, reply: Reply, rows: Rows, language: Language, at: int) -> Json | None:
        """While a question is open its buttons stand first and the card's row last; else the card's row first."""
        lacks = {"phone", "location"} if at < SHARE_PHONE else set()
        standing = {button.action for row in rows for button in row}
        own = [*_beside(reply, at), *(one for one in reply.buttons if one.kind not in lacks)]
        own = [one for one in own if one.action not in standing or one.kind != "reply"]
        controls = reply.controls if isinstance(reply, Ask) else ()
        before, after = ((), rows[:1]) if isinstance(reply, Ask) else (rows[:1], rows[1:])
        shown = [*before, *_fitting(own, controls, ROWS - len(before) - len(after)), *after]
        if not shown:
            return None
        keys = [self._key(button, language, COLUMNS // len(row), at) for row in shown for button in row]
        board = KeyboardMessage(keyboard={"Type": "keyboard", "DefaultHeight": False, "Buttons": keys})
        made: Json = board.to_dict()["keyboard"]
        return made

    def _key(self, button: Button, language: Language, columns: int, at: int) -> Json:
        body = {
            "reply": ("reply", ACTION + button.action),
            "copy": ("reply", ACTION + button.action),
            "url": ("open-url", button.value),
            "app": ("open-url", button.value),
            "phone": ("share-phone", button.action),
            "location": ("location-picker", button.action),
        }[button.kind]
        primary = button.style == "primary"
        opens, closes = (f'<font color="{PAPER}">', "</font>") if primary else ("", "")
        text = label(self._say(button.label, language), BUTTON - len(opens + closes))
        return {
            "Columns": columns, "Rows": 1, "ActionType": body[0], "ActionBody": body[1], "Text": opens + text + closes,
            "TextSize": "regular" if columns > 2 else "small", "BgColor": BRAND if primary else MIST,
            **({"Silent": True} if at >= SILENT else {}),
            **(_INSIDE if button.kind == "app" and at >= BROWSER else {}),
        }  # fmt: skip

    def _speaking(self, language: Language) -> Speak:
        return lambda text: self._say(text, language)

    def _say(self, text: Text, language: Language) -> str:
        return self._texts.say(text, language)


def _beside(reply: Reply, at: int) -> Sequence[Button]:
    """What the cards of a carousel could be asked for, where the person's devices show none."""
    if not isinstance(reply, ShowOffers) or at >= RICH:
        return ()
    one = reply.items[0] if len(reply.items) == 1 else None
    return one.buttons if one is not None else [item.opens for item in reply.items]


def _clean(message: Json) -> Json:
    """What viberbot leaves as None is not sent."""
    return {name: value for name, value in message.items() if value is not None}


def _fitting(own: Sequence[Button], controls: Sequence[Button], most: int) -> list[Sequence[Button]]:
    """Wide buttons alone and narrow ones in pairs; where that takes too many rows, two or three of any in each."""
    rows: list[Sequence[Button]] = [*_pairs(own), *_pairs(controls)]
    for several in (2, 3):
        if len(rows) > most:
            rows = [own[at : at + several] for at in range(0, len(own), several)]
            rows += [controls] if controls else []
    return rows


def _pairs(buttons: Sequence[Button]) -> list[list[Button]]:
    rows: list[list[Button]] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and not (button.wide or rows[-1][0].wide):
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows
