"""Replies as the chat's JSON (contract 4.1)."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, assert_never

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


class Renderer:
    """Turns letters into JSON; a picture has an address that only its letter tells."""

    def __init__(self, texts: Texts, public_url: str, key: bytes) -> None:
        self._texts, self._public_url, self._key = texts, public_url, key

    def picture_seal(self, letter: int) -> str:
        """What makes the address of a letter's picture unguessable."""
        return hmac.digest(self._key, f"picture|{letter}".encode(), hashlib.sha256).hex()[:40]

    def render(self, letter: Letter) -> dict[str, Any]:
        """`Reply` of the contract."""
        reply, language = letter.reply, letter.language
        said: dict[str, Any]
        match reply:
            case Say(text, buttons, confirmation):
                said = self._reply("question" if confirmation else "say", text, buttons, language)
                if confirmation:
                    said["data"] = {"confirmation": confirmation}
            case Ask():
                said = self._ask(reply, language)
            case ShowCard():
                said = self._card(letter, reply)
            case ShowCodes():
                said = self._reply("say", reply.text, reply.buttons, language)
                said["image"] = self._image(letter, "chat.codes-alt", spoken=reply.codes.spoken)
                said["data"] = {
                    "rotating": reply.codes.rotating,
                    "spoken": reply.codes.spoken,
                    "valid_until": _iso(min(reply.codes.rotating_until, reply.codes.spoken_until)),
                }
            case ShowVoucher():
                said = self._reply("voucher", reply.text, reply.buttons, language)
                said["image"] = self._image(letter, "chat.voucher-alt", title=reply.title, code=reply.printed)
                expires = _iso(reply.expires_at) if reply.expires_at is not None else None
                said["data"] = {"code": reply.code, "printed": reply.printed, "expires_at": expires}
            case ShowPlaces():
                said = self._reply("say", reply.text, reply.buttons, language)
                said["items"] = [
                    {
                        "title": item.title,
                        "subtitle": "\n".join(self._say(line, language) for line in item.lines),
                        "buttons": self._buttons(item.buttons, language),
                    }
                    for item in reply.items
                ]
            case ShowOffers():
                said = self._reply("offer", reply.text, reply.buttons, language)
                said["items"] = [self._offer(letter, at, item) for at, item in enumerate(reply.items)]
            case ShowPicture():
                said = self._reply("say", reply.text, reply.buttons, language)
                alt = self._say(say("chat.picture-alt"), language)
                said["image"] = {"url": f"{self._public_url}/media/{reply.media}", "alt": alt}
            case SendFile():
                said = self._reply("say", reply.text, reply.buttons, language)
                link = f"{self._public_url}/media/{reply.media}"
                label = self._say(say("chat.open-file"), language)
                said["buttons"].insert(0, {"kind": "url", "label": label, "action": "", "value": link})
                said["data"] = {"file": link, "name": reply.file_name}
            case _:
                assert_never(reply)
        return {"n": letter.id, **said, "keyboard": self.keyboard(letter.keyboard, language)}

    def keyboard(self, rows: Rows, language: Language) -> list[list[dict[str, str]]]:
        """The standing keys."""
        return [self._buttons(row, language) for row in rows]

    def _ask(self, ask: Ask, language: Language) -> dict[str, Any]:
        said = self._reply("question", ask.text, (*ask.buttons, *ask.controls), language)
        if ask.reason is not None:
            said["text"] = f"{self._say(ask.reason, language)}\n\n{said['text']}"
        said["data"] = {"wants": ask.wants}
        return said

    def _card(self, letter: Letter, card: ShowCard) -> dict[str, Any]:
        said = self._reply("card", card.text, card.buttons, letter.language)
        said["image"] = self._image(letter, "chat.card-alt", number=card.number, n=card.points)
        codes = card.codes
        said["data"] = {
            "number": card.number,
            "symbology": card.symbology,
            "name": card.name,
            "points": card.points,
            "balance": self._say(say("points.count", n=card.points), letter.language),
            "state": card.state,
            "brand": card.brand,
            "codes": None
            if codes is None
            else {
                "rotating": codes.rotating,
                "spoken": codes.spoken,
                "valid_until": _iso(min(codes.rotating_until, codes.spoken_until)),
            },
        }
        return said

    def _offer(self, letter: Letter, at: int, item: OfferItem) -> dict[str, Any]:
        """An item whose `subtitle` says all of it; a page may show the parts in its own way."""
        language = letter.language
        parts = {
            "price": self._say(item.price, language),
            "was": self._say(item.was, language),
            "reason": self._say(item.reason, language),
            "until": self._say(item.until, language),
            "mark": self._say(item.mark, language) if item.mark is not None else "",
        }
        alt = self._say(say("weekly.alt", title=item.title, price=parts["price"], was=parts["was"]), language)
        seal = f"{letter.id}-{self.picture_seal(letter.id)}-{at}"
        drawn = f"{self._public_url}/chat/api/pictures/{seal}.png"
        lines = (alt, parts["reason"], parts["until"], parts["mark"])
        return {
            "title": item.title,
            "subtitle": "\n".join(line for line in lines if line),
            "image": {"url": item.image or drawn, "alt": alt},
            "buttons": self._buttons(item.buttons, language),
            **parts,
        }

    def _image(self, letter: Letter, alt: str, **data: str | int) -> dict[str, str]:
        return {
            "url": f"{self._public_url}/chat/api/pictures/{letter.id}-{self.picture_seal(letter.id)}.png",
            "alt": self._say(say(alt, **data), letter.language),
        }

    def _reply(self, kind: str, text: Text, buttons: Sequence[Button], language: Language) -> dict[str, Any]:
        return {
            "text": self._say(text, language),
            "image": None,
            "buttons": self._buttons(buttons, language),
            "items": [],
            "kind": kind,
            "data": {},
        }

    def _buttons(self, buttons: Sequence[Button], language: Language) -> list[dict[str, str]]:
        return [
            {
                "kind": "url" if button.kind == "app" else button.kind,
                "label": self._say(button.label, language),
                "action": button.action,
                "value": button.value,
                "style": button.style,
            }
            for button in buttons
        ]

    def _say(self, text: Text, language: Language) -> str:
        return self._texts.say(text, language)


def _iso(moment: Any) -> str:
    return str(moment.isoformat().replace("+00:00", "Z"))
