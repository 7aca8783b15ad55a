"""The same talk in a terminal: no account, no token; the simplest proof that the talk knows no messenger."""

import io
import sys
import uuid
from collections.abc import Awaitable, Callable
from typing import TextIO

import qrcode

from adapters.chat.channel import BOT, NAME
from bot.messages import Ask, Button, ShowCard, ShowCodes, ShowOffers, ShowPlaces
from bot.ports import Door, Letter, RawEvent, Texts
from core.shared.values import Address


async def converse(
    door: Door,
    texts: Texts,
    *,
    phone: str | None,
    ask: Callable[[], Awaitable[str]],
    sms: Callable[[str], Awaitable[list[str]]],
    out: TextIO = sys.stdout,
) -> None:
    """Talks until the input ends. Buttons are numbered; `phone` is typed by itself when a phone is asked for.

    `sms` tells the messages that went to a phone: with no gateway they are shown here.
    """
    address = Address(NAME, BOT, f"terminal-{uuid.uuid4().hex[:20]}")
    offered: list[Button] = []
    body: dict[str, object] = {"kind": "start", "language": "uk", "ref": "terminal"}
    typed = ""
    while True:
        number, _ = await door.accept(RawEvent(address, uuid.uuid4().hex, body))
        letters = await door.answer(number)
        offered = []
        for letter in letters:  # one count through all replies: a number on the screen means one button
            offered += _show(letter, texts, out, first=len(offered) + 1)
        wants = letters[-1].reply.wants if letters and isinstance(letters[-1].reply, Ask) else ""
        if wants == "phone" and phone:
            print(f"> {phone}", file=out)
            typed = phone
            body, phone = {"kind": "phone", "phone": phone}, None
            continue
        if wants == "code":
            for message in (await sms(typed))[-1:]:
                print(f"  (SMS) {message}", file=out)
        try:
            typed = (await ask()).strip()
        except EOFError:
            return
        body = _said(typed, offered)


def _said(typed: str, offered: list[Button]) -> dict[str, object]:
    if typed.isdigit() and 0 < int(typed) <= len(offered):
        button = offered[int(typed) - 1]
        if button.kind == "reply":
            return {"kind": "action", "action": button.action}
    return {"kind": "text", "text": typed or "menu"}


def _show(letter: Letter, texts: Texts, out: TextIO, *, first: int) -> list[Button]:
    """The reply in words, then its buttons numbered from `first`."""
    reply, language = letter.reply, letter.language
    if isinstance(reply, Ask) and reply.reason is not None:
        print(texts.say(reply.reason, language), file=out)
    print(texts.say(reply.text, language), file=out)
    if isinstance(reply, ShowCard):
        print(_qr(reply.number), file=out)
    if isinstance(reply, ShowCodes):
        print(_qr(reply.codes.rotating), file=out)
    if isinstance(reply, ShowPlaces):
        for item in reply.items:
            print("  " + " · ".join([item.title, *(texts.say(line, language) for line in item.lines)]), file=out)
    items = reply.items if isinstance(reply, ShowOffers) else ()
    for one in items:
        told = (texts.say(text, language) for text in (one.price, one.was, one.reason, one.until))
        print("  " + " · ".join([one.title, *told]), file=out)
    controls = reply.controls if isinstance(reply, Ask) else ()
    buttons = [
        button for button in (*(one.opens for one in items), *reply.buttons, *controls) if button.kind == "reply"
    ]
    for at, button in enumerate(buttons, first):
        print(f"  [{at}] {texts.say(button.label, language)}", file=out)
    return buttons


def _qr(text: str) -> str:
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    drawn = io.StringIO()
    code.print_ascii(out=drawn, invert=True)
    return drawn.getvalue()
