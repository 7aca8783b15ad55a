"""Replies as Telegram calls: an exhaustive match, every limit kept, richer things degraded as channels.md 6.4 says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from adapters.telegram.limits import CALLBACK_BYTES, CAPTION, COPY, html, label, split, units
from bot.messages import (
    Ask,
    Button,
    OfferItem,
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
from bot.words import Text, say
from core.shared.values import Language

Markup = dict[str, Any]
CONTACT = "contact"
"""The keyboard mark while the chat shows the button that shares the phone."""


@dataclass(frozen=True, slots=True)
class Call:
    """One message to send. `picture` and `media` name what travels with it; `card`: this is the card's message.

    `photo`: an address where Telegram may find the picture, else it is drawn. `kept`: `media` is a picture.
    """

    text: str
    markup: Markup | None = None
    picture: ShowCard | ShowCodes | ShowVoucher | ShowOffers | None = None
    photo: str = ""
    media: str = ""
    file_name: str = ""
    card: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls of a letter, in order, and the mark of the standing keyboard after them (None: unchanged)."""

    calls: Sequence[Call]
    keyboard: str | None = field(default=None)


class Renderer:
    """Plans letters; knows nothing of sending."""

    def __init__(self, texts: Texts, mini_app: str) -> None:
        """`mini_app`: where Telegram opens the live card, without the token of `Button.value`; empty: nowhere."""
        self._texts, self._mini_app = texts, mini_app

    def plan(self, letter: Letter, shown: str | None) -> Plan:
        """`shown` is the mark of the standing keyboard that the chat shows now.

        Keys under the chat change with the last letter of a burst: inline buttons and keys cannot share a message.
        """
        language, reply = letter.language, letter.reply
        inline = self._inline(reply, language)
        if isinstance(reply, Ask) and reply.wants == "phone":
            share = next((one for one in reply.buttons if one.kind == "phone"), None)
            if share is not None:
                markup = self._contact(share, letter.keyboard, language)
                return Plan(self._calls(letter, markup), CONTACT)
        mark = self.mark(letter) if letter.keyboard and letter.last else shown
        if mark == shown:
            return Plan(self._calls(letter, inline))
        standing = self._keyboard(letter.keyboard, language)
        if inline is None:
            return Plan(self._calls(letter, standing), mark)
        if isinstance(reply, Ask):
            return Plan(self._calls(letter, self._options(reply, letter.keyboard, language)), f"{mark}:{letter.id}")
        keys = Call(html(self._say(say("telegram.keys"), language)), standing)
        return Plan([keys, *self._calls(letter, inline)], mark)

    def mark(self, letter: Letter) -> str:
        """What tells one standing keyboard from another: its labels."""
        return "|".join(self._say(button.label, letter.language) for row in letter.keyboard for button in row)

    def _calls(self, letter: Letter, markup: Markup | None) -> list[Call]:
        reply, language = letter.reply, letter.language
        match reply:
            case Say(text):
                return self._texts_of(self._say(text, language), markup)
            case Ask(text, reason):
                before = f"{self._say(reason, language)}\n\n" if reason is not None else ""
                return self._texts_of(before + self._say(text, language), markup)
            case ShowCard(text=text):
                return self._pictured(self._say(text, language), markup, reply, card=True)
            case ShowCodes(text=text) | ShowVoucher(text=text):
                return self._pictured(self._say(text, language), markup, reply)
            case ShowPlaces(text, items):
                lines = [html(self._say(text, language))]
                for item in items:
                    said = "\n".join(html(self._say(line, language)) for line in item.lines)
                    lines.append(f"<b>{html(item.title)}</b>\n{said}")
                return [*(Call(part) for part in split("\n\n".join(lines))[:-1]),
                        Call(split("\n\n".join(lines))[-1], markup)]  # fmt: skip
            case ShowOffers():
                return self._offers(reply, markup, language)
            case ShowPicture(media, text):
                said = self._say(text, language)
                if units(html(said)) <= CAPTION:
                    return [Call(html(said), markup, media=media, kept=True)]
                return [Call("", None, media=media, kept=True), *self._texts_of(said, markup)]
            case SendFile(media, file_name, _, text):
                caption = html(self._say(text, language))
                return [Call(caption, markup, media=media, file_name=file_name)]
            case _:
                assert_never(reply)

    def _offers(self, reply: ShowOffers, markup: Markup | None, language: Language) -> list[Call]:
        """One offer as a photo with its own buttons; of several a list in words, each opened by a button."""
        lead, told = html(self._say(reply.text, language)), [self._offer(item, language) for item in reply.items]
        parts = split("\n\n".join([lead, *told]))
        if len(told) == 1:
            photo = reply.items[0].image
            if units(parts[0]) <= CAPTION:
                return [Call(parts[0], markup, reply, photo)]
            return [Call("", None, reply, photo), Call(parts[0], markup)]
        return [*(Call(part) for part in parts[:-1]), Call(parts[-1], markup)]

    def _offer(self, item: OfferItem, language: Language) -> str:
        was, price = (html(self._say(text, language)) for text in (item.was, item.price))
        mark = f" · {html(self._say(item.mark, language))}" if item.mark is not None else ""
        reason, until = (html(self._say(text, language)) for text in (item.reason, item.until))
        return f"<b>{html(item.title)}</b>\n<b>{price}</b> <s>{was}</s>\n{reason}\n{until}{mark}"

    def _texts_of(self, text: str, markup: Markup | None) -> list[Call]:
        parts = [html(part) for part in split(text)]
        return [*(Call(part) for part in parts[:-1]), Call(parts[-1], markup)]

    def _pictured(
        self, text: str, markup: Markup | None, picture: ShowCard | ShowCodes | ShowVoucher, *, card: bool = False
    ) -> list[Call]:
        if units(html(text)) <= CAPTION:
            return [Call(html(text), markup, picture, card=card)]
        return [Call("", None, picture, card=card), *self._texts_of(text, markup)]

    def _inline(self, reply: Any, language: Language) -> Markup | None:
        buttons = [*reply.buttons, *(reply.controls if isinstance(reply, Ask) else ())]
        if isinstance(reply, ShowOffers):
            several = len(reply.items) > 1
            buttons = [
                *(button for item in reply.items for button in ((item.opens,) if several else item.buttons)),
                *buttons,
            ]
        if isinstance(reply, ShowPlaces):
            for item in reply.items:
                buttons += [
                    Button(say("telegram.map", title=item.title), "url", value=one.value)
                    for one in item.buttons
                    if one.kind == "url"
                ]
        keys = [(button.wide, key) for button in buttons if (key := self._inline_key(button, language)) is not None]
        return {"inline_keyboard": _rows(keys)} if keys else None

    def _inline_key(self, button: Button, language: Language) -> Markup | None:
        text = label(self._say(button.label, language))
        style = {"style": button.style} if button.style else {}
        match button.kind:
            case "reply" | "location":
                fits = 0 < len(button.action.encode()) <= CALLBACK_BYTES
                return {"text": text, "callback_data": button.action, **style} if fits else None
            case "url":
                return {"text": text, "url": button.value}
            case "app":
                return {"text": text, "web_app": {"url": self._mini_app}} if self._mini_app else None
            case "copy":
                return {"text": text, "copy_text": {"text": button.value[:COPY]}}
            case "phone":
                return None
            case _:
                assert_never(button.kind)

    def _contact(self, share: Button, rows: Rows, language: Language) -> Markup:
        first = [{"text": label(self._say(share.label, language)), "request_contact": True}]
        below = self._keyboard(rows[1:], language)["keyboard"]
        return {"keyboard": [first, *below], "resize_keyboard": True, "one_time_keyboard": True}

    def _options(self, ask: Ask, rows: Rows, language: Language) -> Markup:
        """A question's options as keys: what they say comes back as typed words, and they replace the old keys."""
        buttons = [one for one in (*ask.buttons, *ask.controls) if one.kind == "reply"]
        keys = [[{"text": label(self._say(button.label, language))}] for button in buttons]
        return {"keyboard": [*self._keyboard(rows[:1], language)["keyboard"], *keys], "resize_keyboard": True}

    def _keyboard(self, rows: Rows, language: Language) -> Markup:
        keys = [[{"text": label(self._say(button.label, language))} for button in row] for row in rows]
        return {"keyboard": keys, "resize_keyboard": True, "is_persistent": True}

    def _say(self, text: Text, language: Language) -> str:
        return self._texts.say(text, language)


def _rows(keys: Sequence[tuple[bool, Markup]]) -> list[list[Markup]]:
    """Wide keys alone, narrow ones in pairs."""
    rows: list[list[Markup]] = []
    half: list[Markup] = []
    for wide, key in keys:
        if wide:
            rows += [half] if half else []
            rows.append([key])
            half = []
            continue
        half.append(key)
        if len(half) == 2:
            rows.append(half)
            half = []
    return [*rows, half] if half else rows
