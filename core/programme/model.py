"""The policies of domain.md as one frozen value; a policy left out has its default, an unknown one is refused."""

import re
import tomllib
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.shared.values import Language


class BadProgramme(ValueError):
    """A rule in `programme.toml` cannot be used; the text names it and says what would do."""


@dataclass(frozen=True, slots=True)
class Programme:
    """A retailer's rules. Durations are in the unit that their name says; domain.md holds each rule."""

    brand: str = "Kartka"
    brand_colour: str = "#0B6E4F"
    region: str = "UA"
    zone: str = "Europe/Kyiv"
    default_language: Language = Language.UK
    support_phone: str = ""
    terms_url: str = ""
    """Where the full text of the terms is; empty: the house's own page `/terms`."""
    terms_version: str = "2026-11"
    marketing_version: str = "2026-11"
    card_prefix: str = "29"
    """In-store EAN prefix of digital numbers, 20..29 (domain section 3)."""
    gate_questions: tuple[str, ...] = ()
    """Questions that open spending; empty: a card is active at once (domain section 5)."""
    welcome_points: int = 50
    """Paid once per person for completing the questionnaire (domain section 5)."""
    recycled_phone_months: int = 6
    code_minutes: int = 5
    code_tries: int = 5
    code_pause_seconds: int = 120
    codes_per_phone_hour: int = 3
    codes_per_phone_day: int = 10
    codes_per_address_hour: int = 5
    sms_per_hour: int = 200
    plastic_tries_hour: int = 5
    plastic_tries_day: int = 20
    restore_answer_ms: int = 400
    """No answer of the restore flow comes earlier than this after its question, in milliseconds."""
    spoken_minutes: int = 5
    lookup_by_phone: bool = False
    till_misses: int = 20
    till_miss_minutes: int = 5
    kiosk_forget_seconds: int = 60
    timezone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            zone = ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise BadProgramme(f"zone: {self.zone!r} is no time zone; write one such as Europe/Kyiv") from None
        object.__setattr__(self, "timezone", zone)
        if not re.fullmatch(r"2[0-9]", self.card_prefix):
            raise BadProgramme("card_prefix: two digits from 20 to 29, the range of in-store numbers")
        if not re.fullmatch(r"#[0-9A-Fa-f]{6}", self.brand_colour):
            raise BadProgramme("brand_colour: a colour such as #0B6E4F")
        if not re.fullmatch(r"[A-Z]{2}", self.region):
            raise BadProgramme("region: two capital letters such as UA")
        if not self.brand.strip():
            raise BadProgramme("brand: the shop's name as customers know it")
        for one in fields(self):
            value = getattr(self, one.name, None)
            if type(value) is int and not 0 <= value <= 1_000_000:
                raise BadProgramme(f"{one.name}: a whole number from 0 to 1000000")

    def day(self, instant: datetime) -> str:
        """The programme's day (ISO date) that holds this instant."""
        return instant.astimezone(self.timezone).date().isoformat()

    @property
    def code_life(self) -> timedelta:
        """How long a one-time code lives."""
        return timedelta(minutes=self.code_minutes)


def programme_from(text: str) -> Programme:
    """The programme that this `programme.toml` describes.

    Raises BadProgramme with the name of the rule that is unknown or cannot be used.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProgramme(f"not a TOML file: {error}") from None
    known = {one.name: one for one in fields(Programme) if one.init}
    for name in given:
        if name not in known:
            raise BadProgramme(f"{name}: no such policy; the names are {', '.join(sorted(known))}")
    return Programme(**{name: _policy(name, value) for name, value in given.items()})


def _policy(name: str, value: Any) -> Any:
    """The value in the type of its default, or a refusal that says which type that is."""
    default = getattr(Programme(), name)
    if isinstance(default, Language):
        if value not in list(Language):
            raise BadProgramme(f"{name}: one of {', '.join(Language)}")
        return Language(value)
    if isinstance(default, tuple):
        if not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise BadProgramme(f"{name}: a list of texts")
        return tuple(value)
    if type(value) is not type(default):
        kind = {bool: "true or false", int: "a whole number", str: "a text"}[type(default)]
        raise BadProgramme(f"{name}: {kind}")
    return value
