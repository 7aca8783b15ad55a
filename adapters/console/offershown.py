"""Offers as the console tells them: rows of the list, what an example came to, what was wrong in a form."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import quote

from aiohttp import web

from adapters.console.door import Door
from adapters.console.forms import amount_of, day, listed, money, rows_of, text_in, typed_money, whole
from adapters.console.lists import Column, Filter, Listing
from adapters.console.offerform import Wrong
from adapters.console.offersentence import FOR, Sentence
from bot.words import Money, Value, say
from core.offers.model import Offer
from core.offers.views import OfferRow, Wares, state_of
from core.sales.basket import MOST_PRICE, Line, Most
from core.sales.examples import Example, Exampled
from core.shared.amounts import milli, quantity
from core.shared.refusals import Invalid
from core.shared.values import Language

PATH = "/console/offers"
DRAFT = "draft"
"""The id of an offer that has none yet, where its example is quoted."""
STATES = {"running": "good", "coming": "wait", "over": ""}
STATE_WORDS = {"running": "offers.running", "coming": "offers.coming", "over": "offers.over"}
WRONG = {
    "bad-money": "offers.bad-money", "bad-whole": "offers.bad-whole", "bad-number": "offers.bad-number",
    "bad-quantity": "offers.bad-quantity", "bad-day": "offers.bad-day", "bad-kind": "offers.bad-kind",
    "offer-audience": "offers.bad-audience", "id": "offers.bad-id", "group": "offers.bad-group",
    "until": "offers.bad-until", "start": "offers.bad-hours", "percent": "offers.bad-percent",
    "times": "offers.bad-times", "phones": "offers.bad-phones", "club": "offers.bad-club",
    "days_before": "offers.bad-days", "days_after": "offers.bad-days", "uk": "offers.bad-title",
    "en": "offers.bad-title", "ru": "offers.bad-title", "category": "offers.bad-goods", "brand": "offers.bad-goods",
    "sku": "offers.bad-goods", "not_category": "offers.bad-goods", "per_receipt": "offers.bad-count",
    "per_customer": "offers.bad-count", "total": "offers.bad-count", "points": "offers.bad-count",
    "n": "offers.bad-count", "amount": "offers.bad-amount",
}  # fmt: skip
"""What is said of a code of a form, else of a field that the core refused."""
NOT = {
    "condition": "offers.not-condition", "limit": "offers.not-limit", "budget": "offers.not-budget",
    "no-effect": "offers.not-effect", "beaten": "offers.not-beaten", "expired": "offers.not-expired",
    "not-yet": "offers.not-yet", "not-here": "offers.not-here",
}  # fmt: skip


def wrong_of(code: str, place: str) -> str:
    """The key of what is wrong with the field at the place: the code's own words, else those of the field."""
    return WRONG.get(code) or WRONG.get(place.rpartition(".")[2], "offers.wrong")


class Shown:
    """Tells offers in the language of one page."""

    def __init__(self, door: Door, request: web.Request, wares: Wares) -> None:
        self._door, self.language = door, door.language(request)
        self._names = {one.id: one.name for one in wares.stores}
        self.sentence = self.speaks(self.language)

    def speaks(self, language: Language) -> Sentence:
        """The teller of another language."""
        return Sentence(self._door.texts, language, self._door.programme.currency, self._names)

    def sentences(self, offer: Offer) -> list[tuple[str, str, str]]:
        """Language, its own name and the offer in it, for each."""
        return [(one.value, self.t(f"language.{one.value}"), self.speaks(one).of(offer)) for one in Language]

    def t(self, key: str, **data: Value) -> str:
        """A message of the page's language."""
        return self._door.texts.say(say(key, **data), self.language)

    def money(self, minor: int) -> str:
        """An amount as the language writes it."""
        return self.t("offers.money", amount=Money(minor, self._currency))

    @property
    def _currency(self) -> str:
        return self._door.programme.currency

    def why(self, code: str, place: str) -> str:
        """What is wrong with the field at the place: the code's own words, else those of the field."""
        return self.t(wrong_of(code, place))

    def steps(self, came: Exampled, draft: Offer) -> list[str]:
        """Every step of the quote in words."""
        told: list[str] = []
        for step in came.quote.explain:
            match step["step"]:
                case "offer":
                    told.append(self._applied(step, came))
                case "not-applied":
                    reason = self.t(NOT[step["code"]])
                    told.append(self.t("offers.did-not", offer=self._title(came, step["offer"]), reason=reason))
                case "spend" if step["asked"]:
                    told.append(self.t("offers.spent", points=say("points.count", n=step["spent"])))
                case "earn":
                    points = say("points.count", n=sum(one["points"] for one in step["lines"]))
                    told.append(self.t("offers.earned", points=points, percent=step["percent"]))
                case _:
                    continue
        told += [
            self.t(
                "offers.did-not", offer=self._title(came, draft.id), reason=self.t(NOT.get(code, "offers.not-effect"))
            )
            for code in came.quote.not_applied.values()
        ]
        return told

    def basket(self, came: Exampled) -> dict[str, Any]:
        """The example's lines and sums as a table."""
        quote = came.quote
        rows = [
            {
                "name": line.name or line.sku,
                "quantity": quantity(line.milli),
                "amount": self.money(one.amount),
                "discount": self.money(one.discount) if one.discount else "",
                "total": self.money(one.total),
                "earned": str(one.earned),
                "offers": ", ".join(self._title(came, offer) for offer in one.offers),
            }
            for line, one in zip(came.lines, quote.lines, strict=True)
        ]
        return {"rows": rows, "subtotal": self.money(quote.subtotal), "discount": self.money(quote.discount),
                "total": self.money(quote.total), "earned": str(quote.earned)}  # fmt: skip

    def worked(self, came: Exampled, draft: Offer) -> str:
        """Whether the draft itself gives something on this basket."""
        mine = [one for one in came.quote.applied if one.offer == draft.id]
        if not mine:
            return self.t("offers.gave-nothing")
        points = say("points.count", n=sum(one.points for one in mine))
        amount = Money(sum(one.amount for one in mine), self._currency)
        return self.t("offers.gave-points", points=points) if not amount.minor else self.t("offers.gave", amount=amount)

    def _applied(self, step: Mapping[str, Any], came: Exampled) -> str:
        title = self._title(came, step["offer"])
        if step["points"]:
            return self.t("offers.added", offer=title, points=say("points.count", n=step["points"]))
        return self.t("offers.took", offer=title, amount=Money(step["amount"], self._currency))

    def _title(self, came: Exampled, offer: str) -> str:
        found = came.offers.get(offer)
        if found is None or (offer == DRAFT and not found.title):
            return self.t("offers.this-one")
        return found.title_in(self.language.value)


def example_of(tree: Mapping[str, Any], door: Door) -> Example:
    """The example that the form holds. Raises Wrong."""
    errors: dict[str, str] = {}
    lines = []
    for at, row in enumerate(rows_of(tree, "lines")):
        try:
            lines.append(_line(row, f"lines.{at}"))
        except Invalid as refusal:
            errors[refusal.field] = refusal.code
    born, at_day, at_time = None, text_in(tree, "at_day"), text_in(tree, "at_time")
    local = door.clock().astimezone(door.programme.timezone)
    points = 0
    try:
        points = whole("points", text_in(tree, "points") or "0")
        born = day("birthday", text_in(tree, "birthday")) if text_in(tree, "birthday") else None
        if at_day:
            chosen = day("at_day", at_day)
            if not 1970 <= chosen.year <= 9998:
                raise Invalid("at_day", "bad-day")
            local = datetime.combine(chosen, local.time(), door.programme.timezone)
        if at_time:
            local = datetime.combine(local.date(), _time(at_time), door.programme.timezone)
    except Invalid as refusal:
        errors[refusal.field] = refusal.code
    if errors:
        raise Wrong(errors)
    return Example(
        tuple(line for line in lines if line is not None), text_in(tree, "store"), local.astimezone(UTC),
        card=text_in(tree, "card") == "on", first_purchase=text_in(tree, "first") == "on", birthday=born,
        clubs=frozenset(listed(text_in(tree, "clubs"))), spendable=max(0, points), spend=Most.MAX if points > 0 else 0,
    )  # fmt: skip


def example_form(lines: Sequence[Line], store: str) -> dict[str, Any]:
    """The form of an example to begin with."""
    rows = {
        str(at): {"sku": one.sku, "name": one.name, "category": one.category, "brand": one.brand,
                  "quantity": quantity(one.milli), "price": typed_money(one.unit_price)}
        for at, one in enumerate(lines)
    }  # fmt: skip
    return {"lines": rows or {"0": {"quantity": "1"}}, "store": store, "card": "on"}


def _line(row: Mapping[str, Any], place: str) -> Line | None:
    sku, name = text_in(row, "sku"), text_in(row, "name")
    price = text_in(row, "price")
    if not (sku or name or price):
        return None
    count = milli(amount_of(f"{place}.quantity", text_in(row, "quantity") or "1"))
    minor = money(f"{place}.price", price or "0")
    if minor > MOST_PRICE:
        raise Invalid(f"{place}.price", "bad-money")
    return Line(
        (sku or "example")[:64], count, minor, name[:200], text_in(row, "category")[:128], text_in(row, "brand")[:128],
        no_points=text_in(row, "no_points") == "on",
    )  # fmt: skip


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Invalid("at_time", "bad-day") from None


def row_state(row: OfferRow, door: Door) -> str:
    """Where the offer stands today."""
    return state_of(row.offer, door.clock().astimezone(door.programme.timezone).date())


def listing(shown: Shown, door: Door) -> Listing[OfferRow]:
    """The list as it is declared."""
    language = shown.language.value
    columns: tuple[Column[OfferRow], ...] = (
        Column("name", "offers.name", lambda row: row.offer.title_in(language),
                         link=lambda row: path_of(row.offer.id), wraps="words"),
        Column("state", "offers.state", lambda row: shown.t(STATE_WORDS[row_state(row, door)]),
                         state=lambda row: STATES[row_state(row, door)]),
        Column("gives", "offers.what", lambda row: shown.sentence.gives(row.offer), sorts=False, wraps="prose"),
        Column("window", "offers.window",
                         lambda row: shown.sentence.when(row.offer.window) or shown.t("offers.always"), sorts=False,
                         wraps="words"),
        Column("audience", "offers.audience", lambda row: shown.t(FOR[row.offer.audience]), wraps="words"),
        Column("uses", "offers.uses", lambda row: row.uses, number=True),
        Column("spent", "offers.cost", lambda row: shown.money(row.spent), lambda row: typed_money(row.spent),
                         number=True),
    )  # fmt: skip
    filters = (
        Filter("name", "offers.name"),
        Filter("state", "offers.state", [(one, shown.t(word)) for one, word in STATE_WORDS.items()]),
        Filter("audience", "offers.audience", [(one.value, shown.t(word)) for one, word in FOR.items()]),
    )
    return Listing(PATH, "offers", columns, filters, "offers.empty")


def path_of(offer: str) -> str:
    """Where the page of the offer is."""
    return f"{PATH}/{quote(offer, safe='')}"
