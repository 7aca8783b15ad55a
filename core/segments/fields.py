"""What a segment may ask about: the closed list of fields, each with its kind and where it is edited.

A field that is unknown of somebody (never bought, never answered) is no test's friend: every test of it is false, so
that a test and its opposite with `not` always share everybody between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the values of a field are."""

    NUMBER = "number"
    MONEY = "money"
    """Minor units."""
    PERCENT = "percent"
    """Whole hundredths; what is kept is a share from 0 to 1."""
    DAY = "day"
    """A date, asked for by how many days ago it was."""
    BIRTHDAY = "birthday"
    """A date that comes back each year."""
    CHOICE = "choice"
    """One of the field's own options."""
    TEXT = "text"
    """One of the texts that there are."""
    FLAG = "flag"


class Op(StrEnum):
    """What a test does with the field."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ONE_OF = "one_of"
    WITHIN = "within"
    """At most so many days ago."""
    LONGER_AGO = "longer_ago"
    COMING = "coming"
    """Comes within so many days from today, today too."""
    YES = "yes"
    KNOWN = "known"


OPS: Mapping[Kind, Sequence[Op]] = {
    Kind.NUMBER: (Op.AT_LEAST, Op.AT_MOST, Op.KNOWN),
    Kind.MONEY: (Op.AT_LEAST, Op.AT_MOST, Op.KNOWN),
    Kind.PERCENT: (Op.AT_LEAST, Op.AT_MOST, Op.KNOWN),
    Kind.DAY: (Op.WITHIN, Op.LONGER_AGO, Op.KNOWN),
    Kind.BIRTHDAY: (Op.COMING, Op.KNOWN),
    Kind.CHOICE: (Op.ONE_OF, Op.KNOWN),
    Kind.TEXT: (Op.ONE_OF, Op.KNOWN),
    Kind.FLAG: (Op.YES,),
}


class Group(StrEnum):
    """Under which heading a field is found."""

    PROFILE = "profile"
    CONTACT = "contact"
    CARD = "card"
    HABITS = "habits"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Field:
    """Something a test may ask about."""

    key: str
    kind: Kind
    group: Group
    options: tuple[str, ...] = ()


def _many(kind: Kind, group: Group, *keys: str) -> list[Field]:
    return [Field(key, kind, group) for key in keys]


LIFECYCLE = ("registered", "new", "regular", "lapsing", "lost")
_FIFTHS = tuple(map(str, range(1, 6)))
_THIRDS = tuple(map(str, range(1, 4)))
FIELDS: Mapping[str, Field] = {
    one.key: one
    for one in (
        Field("language", Kind.CHOICE, Group.PROFILE, ("uk", "en", "ru")),
        *_many(Kind.TEXT, Group.PROFILE, "city", "sex", "source", "club"),
        Field("birthday", Kind.BIRTHDAY, Group.PROFILE),
        Field("age", Kind.NUMBER, Group.PROFILE),
        Field("joined", Kind.DAY, Group.PROFILE),
        *_many(Kind.FLAG, Group.PROFILE, "questionnaire_complete"),
        *_many(Kind.FLAG, Group.CONTACT, "phone_proven", "marketing", "profiling", "reachable", "blocked_bot"),
        Field("channel", Kind.TEXT, Group.CONTACT),
        Field("seen", Kind.DAY, Group.CONTACT),
        Field("card", Kind.CHOICE, Group.CARD, ("prepared", "issued", "active", "blocked")),
        Field("plastic", Kind.CHOICE, Group.CARD, ("restored", "waiting")),
        *_many(Kind.NUMBER, Group.CARD, "points_active", "points_pending", "points_expiring_30d"),
        *_many(Kind.DAY, Group.HABITS, "first_day", "last_day"),
        *_many(
            Kind.NUMBER, Group.HABITS, "receipts", "days", "items_per_receipt", "gap_median", "receipts_28d",
            "receipts_90d", "receipts_365d", "categories", "brands", "stores", "hour", "returns",
        ),
        *_many(
            Kind.MONEY, Group.HABITS, "money", "basket_mean", "money_28d", "money_90d", "money_365d",
        ),
        *_many(Kind.PERCENT, Group.HABITS, "discount_share", "promo_share", "return_share"),
        *_many(Kind.TEXT, Group.HABITS, "top_category", "top_store"),
        Field("weekday", Kind.CHOICE, Group.HABITS, tuple(map(str, range(1, 8)))),
        *_many(Kind.FLAG, Group.HABITS, "single_category"),
        Field("lifecycle", Kind.CHOICE, Group.VALUE, LIFECYCLE),
        *_many(Kind.FLAG, Group.VALUE, "active_12m"),
        *(Field(key, Kind.CHOICE, Group.VALUE, _FIFTHS) for key in ("r", "f", "m")),
        *(Field(key, Kind.CHOICE, Group.VALUE, _THIRDS) for key in ("basket_third", "items_third")),
        Field("cluster", Kind.NUMBER, Group.VALUE),
        Field("leaving", Kind.PERCENT, Group.VALUE),
    )
}  # fmt: skip
"""In the order in which an editor offers them."""


class Dimension(StrEnum):
    """By what purchases are told apart."""

    SKU = "sku"
    CATEGORY = "category"
    BRAND = "brand"
    STORE = "store"
    WEEKDAY = "weekday"
    GROUP = "store_group"
    ANYTHING = "anything"
    """They are not told apart: whatever was bought counts."""


class Contact(StrEnum):
    """What became of somebody in a campaign."""

    SENT = "sent"
    SEEN = "seen"
    TAPPED = "tapped"
    CONTROL = "control"
    """They were kept out of it, to compare with."""


class Measure(StrEnum):
    """What is counted of purchases."""

    TIMES = "times"
    """Receipts, one for each of the things named on it."""
    MONEY = "money"
    """Minor units after discounts."""
