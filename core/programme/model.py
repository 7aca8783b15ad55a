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
    currency: str = "UAH"
    """ISO 4217 code of all money."""
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
    club_questions: tuple[str, ...] = ("interests",)
    """Questions whose chosen options are the clubs that an offer can ask for."""
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
    earn_percent: str = "5"
    """Percent of what a line costs in money that it earns, a decimal (domain section 6, step 5)."""
    point_value_minor: int = 100
    """What one point pays for at the till, minor units."""
    max_spend_percent: str = "50"
    """The most of a receipt that points may pay, a decimal."""
    pending_days: int = 14
    """Days from a sale until its points are active: the return window; 0: at once (domain section 4)."""
    expiry_months: int = 12
    """Months from activation until the end of the month in which points expire; 0: never."""
    hold_minutes: int = 15
    return_debt: str = "clamp"
    """What becomes of earned points that a return needs and that are spent: `clamp`, `debt` or `money`."""
    returned_points_grace_days: int = 30
    adjust_points_most: int = 1000
    """The most points that support gives or takes by hand at a time; an owner is not bound."""
    adjust_points_day: int = 5000
    """The most that one member of support moves by hand in 24 hours, given and taken together."""
    spend_without_proof_points: int = 0
    voucher_rollback_days: int = 30
    voucher_reminder_days: int = 3
    """How many days before its end a customer is reminded of a voucher; 0: never."""
    confirmation_seconds: int = 60
    confirmed_minutes: int = 5
    """How long a confirmed spending waits for its sale."""
    late_receipt_days: int = 7
    clock_ahead_minutes: int = 10
    offline_points_sale: int = 0
    """The most points that one offline sale may spend; 0: none are spent offline (domain section 6)."""
    offline_points_day: int = 0
    """The most that one customer may spend offline in a day."""
    offline_points_outage: int = 0
    """The most that one till may let be spent in one outage."""
    offer_excluded_categories: tuple[str, ...] = ("alcohol", "tobacco")
    """Categories, whatever their case, of which nothing is picked for a person; goods without points are not either."""
    global_holdout_percent: int = 2
    """Percent of the customers who are sent no promotion at all, so that all campaigns together can be measured."""
    promotions_in_7_days: int = 2
    """The most promotional messages for one person in seven calendar days (domain section 7)."""
    telegram_per_second: int = 25
    """Messages of campaigns; Telegram allows a bot about 30 in all, and answers to people come first."""
    viber_per_second: int = 20
    approval_above: int = 1_000
    """A campaign for more people is approved by somebody who did not write it (domain section 7)."""
    viber_message_price: int = 0
    """What a message that the house begins costs on Viber outside of a session of 24 hours, minor units."""
    second_factor: str = "required"
    """Whether an owner and a marketer must log in with a second factor: `required` or `off` (who has one uses it)."""
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
        for name in ("earn_percent", "max_spend_percent"):
            if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", getattr(self, name)) or float(getattr(self, name)) > 100:
                raise BadProgramme(f'{name}: a decimal text from "0" to "100", such as "2.5"')
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise BadProgramme("currency: three capital letters such as UAH")
        if self.point_value_minor < 1:
            raise BadProgramme("point_value_minor: at least 1 minor unit")
        if not 0 <= self.global_holdout_percent <= 50:
            raise BadProgramme("global_holdout_percent: a whole number from 0 to 50")
        for name in ("telegram_per_second", "viber_per_second"):
            if not 1 <= getattr(self, name) <= 1_000:
                raise BadProgramme(f"{name}: a whole number from 1 to 1000")
        if self.promotions_in_7_days < 0 or self.viber_message_price < 0:
            raise BadProgramme("promotions_in_7_days, viber_message_price: a whole number, at least 0")
        if self.return_debt not in ("clamp", "debt", "money"):
            raise BadProgramme("return_debt: one of clamp, debt, money")
        if self.second_factor not in ("required", "off"):
            raise BadProgramme("second_factor: one of required, off")
        if not self.brand.strip():
            raise BadProgramme("brand: the shop's name as customers know it")
        for one in fields(self):
            value = getattr(self, one.name, None)
            if type(value) is int and not 0 <= value <= 1_000_000:
                raise BadProgramme(f"{one.name}: a whole number from 0 to 1000000")

    def day(self, instant: datetime) -> str:
        """The programme's day (ISO date) that holds this instant."""
        return instant.astimezone(self.timezone).date().isoformat()

    def text_version(self, *, marketing: bool) -> str:
        """The version of the text that a consent is about: marketing has its own, all else stands in the terms."""
        return self.marketing_version if marketing else self.terms_version

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
