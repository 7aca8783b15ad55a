"""What comes in and what goes out: two closed unions that every channel speaks.

    Incoming.said = Started | Typed | Pressed | SharedPhone | SharedPlace | SharedPhoto | Blocked | Unblocked
    Reply         = Say | Ask | ShowCard | ShowCodes | ShowVoucher | ShowPlaces | ShowOffers | ShowPicture
                  | SendFile

A channel parses into the first and renders the second with an exhaustive `match`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from bot.words import Text, Words
from core.cards.actions import TillCodes
from core.shared.values import Address, Phone, Place


@dataclass(frozen=True, slots=True)
class Started:
    """The chat was opened. `ref` is where the person came from; `greeted` when the channel has already welcomed them.

    `reachable` is False while the platform lets us answer only in the welcome itself.
    """

    ref: str | None = None
    greeted: bool = False
    reachable: bool = True

    @property
    def source(self) -> str | None:
        """The source in a deep link, when it is one of ours: at most 64 of `A-Za-z0-9_-` (channels 1.15, 3.9)."""
        clean = (self.ref or "").strip()
        ours = 0 < len(clean) <= 64 and clean.isascii() and clean.replace("-", "").replace("_", "").isalnum()
        return clean if ours else None


@dataclass(frozen=True, slots=True)
class Typed:
    """Words typed, or the label of a standing key, as text."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button with an action id."""

    action: str


@dataclass(frozen=True, slots=True)
class SharedPhone:
    """A phone was shared as a contact. `own` is what the platform vouches for; a nonce must be the one we asked with.

    `phone` is None when the device could not share one (Viber on a desktop).
    """

    phone: Phone | None
    own: bool = False
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """A location."""

    place: Place


@dataclass(frozen=True, slots=True)
class Barcode:
    """A code found in a photo; `symbology` is `ean13`, `code128`, `itf`, `qr` or `other`."""

    symbology: str
    text: str


@dataclass(frozen=True, slots=True)
class SharedPhoto:
    """A picture: where the channel finds it, and, once the house has looked at it, the codes in it."""

    ref: str
    codes: tuple[Barcode, ...] | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person lets us write no more."""


@dataclass(frozen=True, slots=True)
class Unblocked:
    """The person lets us write again."""


Said: TypeAlias = Started | Typed | Pressed | SharedPhone | SharedPlace | SharedPhoto | Blocked | Unblocked


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a person did, at an address, with what the platform knows of them."""

    address: Address
    said: Said
    language_hint: str | None = None
    name_hint: str = ""
    level: int | None = None
    at: datetime | None = None
    """When the platform says it happened; None where it does not say."""


@dataclass(frozen=True, slots=True)
class Button:
    """A thing to tap. `action` for `reply`; `value` is the URL of `url` and `app`, and the text of `copy`.

    `app`: the live card; a messenger that says itself who looks opens its own door to it, without the secret `value`.
    """

    label: Text
    kind: Literal["reply", "url", "app", "phone", "location", "copy"] = "reply"
    action: str = ""
    value: str = ""
    style: Literal["", "primary", "danger"] = ""
    wide: bool = True


Rows: TypeAlias = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Say:
    """The house says something; `buttons` go under it. `confirmation`: the till's question that they answer."""

    text: Text
    buttons: tuple[Button, ...] = ()
    confirmation: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question is open. `reason` says why the last answer did not do; `buttons` answer, `controls` go around.

    `wants` is what a good answer is; `nonce` must come back with a phone that is shared by a button.
    """

    text: Text
    reason: Text | None = None
    buttons: tuple[Button, ...] = ()
    controls: tuple[Button, ...] = ()
    wants: Literal["text", "phone", "code", "location", "photo", "choice"] = "text"
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class ShowCard:
    """The card: everything a channel needs to draw it and to say it in words."""

    number: str
    symbology: str
    name: str
    points: int
    state: str
    brand: str
    colour: str
    text: Text
    codes: TillCodes | None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowCodes:
    """The codes for the till, good for a few minutes: the spoken one in large digits, the rotating one as a QR."""

    number: str
    codes: TillCodes
    text: Text
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowVoucher:
    """A voucher: its code, what its barcode holds, its value in large, its end; `expires_at` None: it has none."""

    code: str
    printed: str
    barcode: str
    title: str
    value: Text
    condition: Text | None
    until: Text | None
    expires_at: datetime | None
    brand: str
    colour: str
    text: Text
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One of several things side by side: a shop."""

    title: str
    lines: tuple[Text, ...]
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowPlaces:
    """Some items under one text."""

    text: Text
    items: tuple[Item, ...]
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferItem:
    """An offer of the week: what costs how much instead of how much, why it is shown, until when.

    `image`: the address of the product's picture, empty: it is drawn. `mark`: that it is activated. `opens` leads to
    it alone, where several do not fit with their buttons.
    """

    title: str
    was: Text
    price: Text
    reason: Text
    until: Text
    opens: Button
    image: str = ""
    mark: Text | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowOffers:
    """Some offers of the week under one text."""

    text: Text
    items: tuple[OfferItem, ...]
    brand: str
    colour: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowPicture:
    """A picture of the shop's own, kept under the name `media`, with all that matters in the text under it."""

    media: str
    text: Text
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class SendFile:
    """A file for the person, kept under an unguessable `media` name for `until`."""

    media: str
    file_name: str
    mime: str
    text: Text
    until: datetime
    buttons: tuple[Button, ...] = ()


Reply: TypeAlias = Say | Ask | ShowCard | ShowCodes | ShowVoucher | ShowPlaces | ShowOffers | ShowPicture | SendFile


@dataclass(frozen=True, slots=True)
class Answer:
    """What the house says to one thing said: replies in order, the standing keys under them, and not before when.

    `keyboard` stays under the chat until another comes; its first row is the card.
    """

    replies: Sequence[Reply]
    keyboard: Rows
    not_before: datetime | None = None


__all__ = [
    "Answer", "Ask", "Barcode", "Blocked", "Button", "Incoming", "Item", "OfferItem", "Pressed", "Reply", "Rows",
    "Said", "Say", "SendFile", "SharedPhone", "SharedPhoto", "SharedPlace", "ShowCard", "ShowCodes", "ShowOffers",
    "ShowPicture", "ShowPlaces", "ShowVoucher", "Started", "Text", "Typed", "Unblocked", "Words",
]  # fmt: skip
