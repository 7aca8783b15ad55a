"""Situations: rules that meet people whose purchases or whose day call for an offer, each declared once, here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from core.offers.model import Audience, Items, Offer, conditions_of
from core.shared.amounts import decimal
from core.shared.fields import MOST
from core.shared.refusals import Invalid, Unknown

LEAST_CONTROL, MOST_CONTROL, USUAL_CONTROL = 5, 50, 10
"""Percent of the people met who get nothing, so that what the rest do can be told from what they would have done."""
THREE = 3000
"""Thousandths of goods that an offer for many big-ticket items has to ask for."""
_MINOR = 100
"""Minor units of one of a currency's units."""
_LONGEST = 9
"""Digits of a number that anybody would choose."""


class Rule(StrEnum):
    """The closed list of rules."""

    NEIGHBOUR = "neighbour"
    BIG_TICKETS = "big_tickets"
    BIRTHDAY = "birthday"
    LEAVING = "leaving"


class Gives(StrEnum):
    """What a rule gives: a place among the week's offers, or a voucher of an offer that a marketer names."""

    PICK = "pick"
    VOUCHER = "voucher"


class Unit(StrEnum):
    """What a parameter counts; money is in minor units, and people type it as a decimal."""

    PIECES = "pieces"
    DAYS = "days"
    PERCENT = "percent"
    MONEY = "money"
    PEOPLE = "people"
    CATEGORIES = "categories"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a marketer may choose between bounds; `words` is the key of what it is called."""

    name: str
    words: str
    unit: Unit
    default: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Situation:
    """A rule as everybody sees it: keys of its title and sentence, what it gives, what may be chosen about it.

    `personal`: it looks at what the person bought, so it never meets those who withdrew profiling.
    """

    rule: Rule
    title: str
    sentence: str
    gives: Gives
    parameters: tuple[Parameter, ...]
    personal: bool = True
    on: bool = False
    asks_milli: int = 0
    """Thousandths of goods that its offer has to ask for."""


def _valid(days: int) -> Parameter:
    return Parameter("valid", "situations.valid", Unit.DAYS, days, 7, 90)


def _pause(days: int, least: int) -> Parameter:
    return Parameter("pause", "situations.pause", Unit.DAYS, days, least, 366)


SITUATIONS: Mapping[Rule, Situation] = {
    one.rule: one
    for one in (
        Situation(
            Rule.NEIGHBOUR, "situations.neighbour", "situations.neighbour-says", Gives.PICK,
            (
                Parameter("days", "situations.neighbour-days", Unit.DAYS, 2, 1, 50),
                Parameter("nearest", "situations.neighbour-nearest", Unit.CATEGORIES, 1, 1, 5),
            ),
            on=True,
        ),
        Situation(
            Rule.BIG_TICKETS, "situations.big-tickets", "situations.big-tickets-says", Gives.VOUCHER,
            (
                Parameter("items", "situations.big-tickets-items", Unit.PIECES, 3, 2, 50),
                Parameter("price", "situations.big-tickets-price", Unit.MONEY, 0, 0, MOST),
                Parameter("days", "situations.big-tickets-days", Unit.DAYS, 30, 7, 92),
                _valid(14), _pause(30, 7),
            ),
            asks_milli=THREE,
        ),
        Situation(
            Rule.BIRTHDAY, "situations.birthday", "situations.birthday-says", Gives.VOUCHER,
            (
                Parameter("before", "situations.birthday-before", Unit.DAYS, 3, 0, 30),
                Parameter("after", "situations.birthday-after", Unit.DAYS, 7, 0, 30),
                _pause(300, 200),
            ),
            personal=False,
        ),
        Situation(
            Rule.LEAVING, "situations.leaving", "situations.leaving-says", Gives.VOUCHER,
            (
                Parameter("risk", "situations.leaving-risk", Unit.PERCENT, 60, 1, 99),
                Parameter("most", "situations.leaving-most", Unit.PEOPLE, 1000, 1, 1_000_000),
                _valid(21), _pause(60, 14),
            ),
        ),
    )
}  # fmt: skip
"""By rule, in the order in which people see them. A price of 0 is the top decile of the retailer's own prices."""


@dataclass(frozen=True, slots=True)
class Switch:
    """How a rule stands: on or off, its offer, its control share in percent, its numbers; by whom and since when."""

    rule: Rule
    on: bool
    offer: str | None = None
    control: int = 0
    values: Mapping[str, int] = field(default_factory=dict)
    actor: str = ""
    at: datetime | None = None

    @property
    def situation(self) -> Situation:
        """What was declared of it."""
        return SITUATIONS[self.rule]

    def value(self, name: str) -> int:
        """The number that was chosen, else the default."""
        return next(self.values.get(name, one.default) for one in self.situation.parameters if one.name == name)


def untouched(rule: Rule) -> Switch:
    """The rule as it stands before anybody has chosen anything."""
    known = SITUATIONS[rule]
    return Switch(rule, known.on, control=USUAL_CONTROL if known.gives is Gives.VOUCHER else 0)


def rule_of(text: str) -> Rule:
    """The rule of this name. Raises Unknown (`unknown-rule`)."""
    if text not in list(Rule):
        raise Unknown("unknown-rule", rule=text, known=", ".join(Rule))
    return Rule(text)


def number_of(rule: Rule, name: str, text: str) -> int:
    """What was typed for a parameter, money as a decimal. Raises Invalid (the parameter; `unknown-parameter`,
    `bad-number`, `bad-money`, `out-of-bounds`)."""
    known = {one.name: one for one in SITUATIONS[rule].parameters}
    if name not in known:
        raise Invalid(name, "unknown-parameter", name=name, known=", ".join(known))
    one, typed = known[name], text.strip().replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if one.unit is Unit.MONEY:
        return _minor(one, typed)
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= _LONGEST):
        raise Invalid(name, "bad-number")
    if not one.least <= int(typed) <= one.most:
        raise Invalid(name, "out-of-bounds", least=one.least, most=one.most)
    return int(typed)


def _minor(one: Parameter, typed: str) -> int:
    try:
        exact = decimal(typed) * _MINOR
    except ValueError:
        raise Invalid(one.name, "bad-money") from None
    if exact.denominator != 1 or not one.least <= exact <= one.most:
        raise Invalid(one.name, "bad-money")
    return int(exact)


def switched(
    before: Switch, *, on: bool, offers: Sequence[Offer], today: date, offer: str | None = None,
    control: int | None = None, values: Mapping[str, int] | None = None,
) -> Switch:  # fmt: skip
    """The rule with what is changed of it; what is not named stays. A rule that is on has an offer that fits.

    Raises Invalid (`control`: `control-too-small`, `control-too-large`, `no-control`; `offer`: see `lacks`).
    """
    known = before.situation
    after = replace(before, on=on, offer=offer or before.offer, values={**before.values, **(values or {})})
    if known.gives is Gives.PICK:
        if offer:
            raise Invalid("offer", "no-voucher")
        if control:
            raise Invalid("control", "no-control")
        return after
    if control is not None:
        if control < LEAST_CONTROL:
            raise Invalid("control", "control-too-small", least=LEAST_CONTROL)
        if control > MOST_CONTROL:
            raise Invalid("control", "control-too-large", most=MOST_CONTROL)
        after = replace(after, control=control)
    wrong = lacks(after, offers, today)
    if wrong and (on or offer):
        raise Invalid("offer", wrong, offer=after.offer or "")
    return after


def lacks(switch: Switch, offers: Sequence[Offer], today: date) -> str:
    """Why the rule cannot give its voucher: `no-offer`, `unknown-offer`, `offer-not-voucher`, `offer-ended`,
    `offer-asks-too-little`; empty when it can, or gives none."""
    known = switch.situation
    if known.gives is Gives.PICK:
        return ""
    if switch.offer is None:
        return "no-offer"
    found = next((one for one in offers if one.id == switch.offer), None)
    if found is None:
        return "unknown-offer"
    if found.audience is not Audience.VOUCHER:
        return "offer-not-voucher"
    if found.window.last is not None and found.window.last < today:
        return "offer-ended"
    asked = [one.milli for one in conditions_of(found.condition) if isinstance(one, Items)]
    return "offer-asks-too-little" if max(asked, default=0) < known.asks_milli else ""
