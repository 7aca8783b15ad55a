"""Kinds of questions, ready to use: a name, a phone, a code, a choice, a card number, a day and month."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.flow import Answers, Misread, Option, Question, Reading
from bot.messages import Pressed, Said, SharedPhone, SharedPhoto, Typed
from bot.words import Text, Words, say
from core.cards.plastic import plastic_number
from core.shared.refusals import Invalid
from core.shared.values import Phone, person_name

Asking = Callable[[Answers], Words]
Offering = Callable[[Answers], tuple[Option, ...]]


def words(key: str, *seeds: str) -> Asking:
    """A text that names some of what the flow was opened with."""
    return lambda said: Words(key, {seed: said.seed(seed) for seed in seeds})


@dataclass(frozen=True, slots=True)
class GivenPhone:
    """A phone as it was given: proven by the platform, or claimed by typing it."""

    phone: Phone
    proven: bool


def phone_number(key: str, text: Asking) -> Question[GivenPhone]:
    """A phone: shared by the platform's own button, or typed and still to be proven by a code."""
    return Question(key, text, _read_phone, _keep_phone, _recall_phone, wants="phone")


def _read_phone(said: Said, reading: Reading, offered: tuple[Option, ...]) -> GivenPhone:
    del offered
    match said:
        case SharedPhone(phone=None):
            raise Misread(say("phone.not-here"))
        case SharedPhone(phone=Phone() as phone, own=True):
            return GivenPhone(phone, True)
        case SharedPhone(phone=Phone() as phone, nonce=nonce) if nonce and nonce == reading.nonce:
            return GivenPhone(phone, True)
        case SharedPhone(nonce=None):
            raise Misread(say("phone.foreign"))
        case SharedPhone():
            raise Misread(say("phone.old-button"))
        case Typed(text):
            typed = reading.phones.read(text)
            if typed is None:
                raise Misread(say("phone.unreadable"))
            return GivenPhone(typed, False)
        case _:
            raise Misread(say("phone.unreadable"))


def _keep_phone(given: GivenPhone) -> str:
    return f"{'proven' if given.proven else 'typed'}:{given.phone}"


def _recall_phone(kept: str) -> GivenPhone:
    how, _, e164 = kept.partition(":")
    return GivenPhone(Phone(e164), how == "proven")


def first_name(key: str, text: Asking, options: Offering) -> Question[str]:
    """What to call the person; the profile's name is one tap, any other is typed."""

    def read(said: Said, reading: Reading, offered: tuple[Option, ...]) -> str:
        option = chosen(said, reading, offered)
        if option is not None:
            return reading.say(option.label)
        name = person_name(said.text) if isinstance(said, Typed) else ""
        if not name:
            raise Misread(say("name.unreadable"))
        return name

    return Question(key, text, read, str, str, options=options)


def one_time_code(key: str, text: Asking) -> Question[str]:
    """Six digits that were sent; spaces and hyphens are forgiven."""
    return Question(key, text, _read_code, str, str, wants="code")


def _read_code(said: Said, reading: Reading, offered: tuple[Option, ...]) -> str:
    del reading, offered
    digits = re.sub(r"[\s-]", "", said.text) if isinstance(said, Typed) else ""
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise Misread(say("code.unreadable"))
    return digits


def card_number(key: str, text: Asking) -> Question[str]:
    """The number of an old card: typed, or read from a photo of its barcode."""
    return Question(key, text, _read_card_number, str, str, wants="photo")


def _read_card_number(said: Said, reading: Reading, offered: tuple[Option, ...]) -> str:
    del reading, offered
    match said:
        case Typed(text):
            candidates = [text]
        case SharedPhoto(codes=codes):
            candidates = [code.text for code in codes or ()]
            if not candidates:
                raise Misread(say("photo.no-code"))
        case _:
            raise Misread(say("restore.unreadable"))
    for candidate in candidates:
        try:
            return plastic_number(candidate)
        except Invalid:
            continue
    raise Misread(say("restore.unreadable"))


def choice(key: str, text: Asking, options: Offering, *, optional: bool = False) -> Question[str]:
    """One of some options, by tapping, by its number or by its words."""

    def read(said: Said, reading: Reading, offered: tuple[Option, ...]) -> str:
        option = chosen(said, reading, offered)
        if option is None:
            raise Misread(say("choice.unreadable"))
        return option.value

    return Question(key, text, read, str, str, wants="choice", options=options, optional=optional)


def day_and_month(key: str, text: Asking, *, optional: bool = False) -> Question[date]:
    """A birthday's day and month, such as 31.12 (a year is read over); kept in the leap year 2000."""
    return Question(key, text, _read_day, date.isoformat, date.fromisoformat, optional=optional)


def _read_day(said: Said, reading: Reading, offered: tuple[Option, ...]) -> date:
    del reading, offered
    found = re.fullmatch(r"\s*(\d{1,2})[./\s-]+(\d{1,2})(?:[./\s-]+\d{4})?\s*", getattr(said, "text", ""))
    if found is None:
        raise Misread(say("birthday.unreadable"))
    try:
        return date(2000, int(found[2]), int(found[1]))
    except ValueError:
        raise Misread(say("birthday.unreadable")) from None


def chosen(said: Said, reading: Reading, offered: tuple[Option, ...]) -> Option | None:
    """The option that was tapped, or typed as its number or its label; None when it was none of them."""
    if isinstance(said, Pressed):
        return next((one for one in offered if one.value == said.action), None)
    if not isinstance(said, Typed):
        return None
    text = fold(said.text)
    for number, option in enumerate(offered, 1):
        if text in {str(number), fold(reading.say(option.label))}:
            return option
    return None


def fold(text: str) -> str:
    """Typed words as they are compared: case, outer signs and inner spaces do not matter."""
    return " ".join(text.casefold().replace("\u02bc", "'").replace("\u2019", "'").strip(' \t\n/.!?«»"').split())


def fixed(*options: tuple[str, Text]) -> Offering:
    """The same options whatever was said before."""
    made = tuple(Option(value, label) for value, label in options)
    return lambda said: made
