"""Values as a page tells them: numbers, money, days and instants in the reader's language and the programme's zone."""

from datetime import date, datetime, timedelta

from aiohttp import web
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from adapters.console.door import Door
from bot.words import Money, Value, say
from core.customers.model import NO_YEAR, birthday_from

NOTHING = "·"
CHANNELS = {
    "telegram": "desk.channel-telegram", "viber": "desk.channel-viber", "web": "desk.channel-web",
    "terminal": "desk.channel-terminal",
}  # fmt: skip
"""What people call the channels."""
BY_FILE = "import"
"""The source of people whom a file brought."""
FEW = "<5"
_DAY = 24 * 60


def share_of(share: float | None, language: str, digits: str = "0.#") -> str:
    """A share 0..1 as every page writes it; None is not known."""
    return NOTHING if share is None else format_percent(share, f"{digits}\u00a0%", locale=language)


class Teller:
    """Tells in the language of one request."""

    def __init__(self, door: Door, request: web.Request) -> None:
        self._door, self._request = door, request
        self._language = str(door.language(request))
        self._zone, self._currency = door.programme.timezone, door.programme.currency

    @property
    def language(self) -> str:
        """The language's two letters."""
        return self._language

    def say(self, key: str, **data: Value) -> str:
        """The message with its data."""
        return self._door.told(self._request, say(key, **data))

    def channel(self, name: str) -> str:
        """What people call the channel."""
        return self.say(CHANNELS[name]) if name in CHANNELS else name or NOTHING

    def number(self, number: int | None) -> str:
        """A whole number; None is a group too small to be told."""
        return FEW if number is None else format_decimal(number, locale=self._language)

    def change(self, number: int) -> str:
        """A number with its sign."""
        return f"{'+' if number > 0 else '−' if number < 0 else ''}{format_decimal(abs(number), locale=self._language)}"

    def percent(self, share: float | None) -> str:
        """A share 0..1 with one decimal; None is not known."""
        return share_of(share, self._language)

    def money(self, minor: int) -> str:
        """An amount of minor units."""
        return self.say("home.money", amount=Money(minor, self._currency))

    def at(self, instant: datetime | None) -> str:
        """Day and minute, with the year."""
        if instant is None:
            return NOTHING
        here = instant.astimezone(self._zone)
        return format_datetime(here, "d MMM y, HH:mm", tzinfo=self._zone, locale=self._language)

    def instant(self, instant: datetime) -> str:
        """Day and second: what stands in a log."""
        here = instant.astimezone(self._zone)
        return format_datetime(here, "d MMM y, HH:mm:ss", tzinfo=self._zone, locale=self._language)

    def day(self, day: date | datetime | None) -> str:
        """A day; of an instant, the programme's."""
        if day is None:
            return NOTHING
        here = day.astimezone(self._zone).date() if isinstance(day, datetime) else day
        return format_date(here, "d MMM y", locale=self._language)

    def birthday(self, text: str) -> str:
        """A birthday as `birthday_text` writes it: a day, or a day of every year where no year is known."""
        day = birthday_from(text)
        return self.day(day) if day.year != NO_YEAR else format_date(day, "d MMMM", locale=self._language)

    def source(self, source: str) -> str:
        """Where somebody came from: the mark of a link or a poster as it is, a file in words."""
        return self.say("console.source-import") if source == BY_FILE else source or NOTHING

    def lasting(self, span: timedelta) -> str:
        """How long something took, in the largest unit that says it."""
        seconds = round(span.total_seconds())
        if seconds < 120:
            return self.say("home.seconds", n=seconds)
        minutes = seconds // 60
        if minutes < 120:
            return self.say("home.minutes", n=minutes)
        return (
            self.say("home.hours", n=minutes // 60) if minutes < 2 * _DAY else self.say("home.days", n=minutes // _DAY)
        )
