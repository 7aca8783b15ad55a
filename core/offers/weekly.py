"""The week's personal offers: picks with their reasons, the promo items they name, and the offers made of both."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from core.offers.model import Audience, FixedPrice, Goods, Limits, Match, Offer, Window
from core.shared.refusals import Invalid
from core.shared.values import CustomerId

_WEEK = re.compile(r"\d{4}-W\d{2}", re.ASCII)
_ID = re.compile(r"week-(\d{4}-W\d{2})-(.+)", re.ASCII | re.DOTALL)
LONGEST_SKU = 50
"""Bytes: an offer's id has 64 characters, and so has what a button of Telegram can carry."""
MOST_PICKS = 100
_WORDS = 200


class Because(StrEnum):
    """Why something was picked for somebody; a closed list, each with its sentence in `locales/`."""

    DUE = "due"
    USUAL = "usual"
    TOGETHER = "together"
    ALIKE = "alike"
    INTEREST = "interest"
    STORE = "store"
    CHAIN = "chain"
    NEW = "new"
    NEIGHBOUR = "neighbour"

    @property
    def impersonal(self) -> bool:
        """True when nothing that the person did or said was looked at: shown to those who are not profiled too."""
        return self in (Because.STORE, Because.CHAIN)


class Did(StrEnum):
    """What happened to an offer of somebody's week."""

    SHOWN = "shown"
    ACTIVATED = "activated"
    REFUSED = "refused"
    REDEEMED = "redeemed"


@dataclass(frozen=True, slots=True)
class Pick:
    """One product of somebody's week and why; `n` and `days` mean what the reason says (0: nothing).

    `about`: the sku it goes with (`together`), a category or nothing (`alike`), the interest (`interest`), the
    brand (`neighbour`, bought `n` times).
    """

    sku: str
    because: Because
    about: str = ""
    n: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class PromoItem:
    """A product that is cheaper in one week, minor units; `stores` empty: in all of them; `limit`: times per customer.

    `product` and `image` are the catalogue's.
    """

    week: str
    sku: str
    price_was: int
    price: int
    title: Mapping[str, str] = field(default_factory=dict)
    stores: frozenset[str] = frozenset()
    limit: int | None = None
    version: int = 1
    product: str = ""
    image: str = ""

    @property
    def id(self) -> str:
        """The id of the offer that it is to whoever it is picked for."""
        return offer_id(self.week, self.sku)

    def title_in(self, language: str) -> str:
        """The title in the language, else in Ukrainian, else the sku: an item always has a name."""
        return self.title.get(language) or self.title.get("uk") or self.sku

    @property
    def until(self) -> date:
        """The last good day."""
        return monday_of(self.week) + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A promo item that was picked for somebody, and what they have done about it."""

    pick: Pick
    item: PromoItem
    activated: bool = False
    used: int = 0

    @property
    def used_up(self) -> bool:
        """True when the customer has bought it as often as they may."""
        return self.item.limit is not None and self.used >= self.item.limit


@dataclass(frozen=True, slots=True)
class OfferEvent:
    """A line of what somebody's offers have seen."""

    week: str
    sku: str
    because: Because
    did: Did
    at: datetime


def picks_from(text: str) -> tuple[Pick, ...]:
    """The picks of one owner in rank order, as a plan keeps them: `[[sku, kind, about, n, days], …]`.

    Raises Invalid (`picks`) for anything else, an unknown kind and a sku that stands twice too.
    """
    try:
        rows = json.loads(text)
    except ValueError:
        raise Invalid("picks", expected="JSON") from None
    if not isinstance(rows, list) or len(rows) > MOST_PICKS:
        raise Invalid("picks", expected=f"a list of at most {MOST_PICKS} picks")
    made = tuple(_pick(row) for row in rows)
    if len({one.sku for one in made}) != len(made):
        raise Invalid("picks", expected="each sku once")
    return made


def picks_text(picks: Sequence[Pick]) -> str:
    """The picks as `picks_from` reads them."""
    rows = [[one.sku, one.because.value, one.about, one.n, one.days] for one in picks]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _pick(row: object) -> Pick:
    if not isinstance(row, list) or len(row) != 5:
        raise Invalid("picks", expected="sku, kind, about, n, days")
    sku, kind, about, n, days = row
    if not isinstance(sku, str) or not 0 < len(sku) <= _WORDS or not isinstance(about, str) or len(about) > _WORDS:
        raise Invalid("picks", expected="a sku and what it is about as texts")
    if type(n) is not int or type(days) is not int or n < 0 or days < 0:
        raise Invalid("picks", expected="whole numbers n and days, not negative")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise Invalid("picks", expected=f"a kind among {', '.join(_KINDS)}")
    return Pick(sku, _KINDS[kind], about, n, days)


_KINDS: Mapping[str, Because] = {one.value: one for one in Because}


def week_of(day: date) -> str:
    """The ISO week that holds the day, such as `2026-W48`; around New Year it may be of the other year."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def week_at(instant: datetime, zone: ZoneInfo) -> str:
    """The ISO week of the instant's day in the zone."""
    return week_of(instant.astimezone(zone).date())


def monday_of(week: str) -> date:
    """The first day of the ISO week. Raises Invalid (`week`) for what is none, such as a 53rd week of a short year."""
    try:
        if _WEEK.fullmatch(week):
            return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    except ValueError:
        pass
    raise Invalid("week", expected="an ISO week such as 2026-W48")


def offer_id(week: str, sku: str) -> str:
    """The id of the week's offer of this product."""
    return f"week-{week}-{sku}"


def week_and_sku(offer: str) -> tuple[str, str] | None:
    """What such an id is made of; None for the id of another offer."""
    found = _ID.fullmatch(offer)
    return (found[1], found[2]) if found is not None else None


def offer_of(item: PromoItem) -> Offer:
    """The promo item as an offer to whoever it is picked for: its price, in its week and stores, so often."""
    monday = monday_of(item.week)
    return Offer(
        item.id,
        FixedPrice(item.price, Match(Goods(frozenset([item.sku])))),
        version=item.version,
        title=item.title,
        audience=Audience.PERSONAL,
        window=Window(monday, monday + timedelta(days=6), stores=item.stores),
        limits=Limits(per_customer=item.limit),
    )


def in_order(chosen: Sequence[Chosen]) -> list[Chosen]:
    """What the person has activated first, each part by rank."""
    return sorted(chosen, key=lambda one: not one.activated)


def seen_by(picks: Sequence[Pick], *, profiled: bool) -> list[Pick]:
    """The picks by rank, each product once; without profiling only those that nothing personal was looked at for."""
    found: dict[str, Pick] = {}
    for one in picks:
        if profiled or one.because.impersonal:
            found.setdefault(one.sku, one)
    return [*found.values()]


@dataclass(frozen=True, slots=True)
class Begun:
    """A plan that is being made: its id, and the greatest owner who stands in it already (empty: nobody)."""

    id: int
    after: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that is its week's current one, and what it came to when it was made."""

    id: int
    week: str
    made_at: datetime
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A customer with a card who has never bought: what interests them by the questionnaire, their only near store."""

    customer: CustomerId
    interests: tuple[str, ...] = ()
    store: str = ""
