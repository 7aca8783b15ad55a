"""The console API of offers: the pages' own verbs as JSON, an offer being the object of the offers file."""

from datetime import date, datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator, Field

from adapters.console.door import API, Door
from adapters.console.offerports import OfferViews
from adapters.console.offers import CHANGES, SEES_OFFERS, OfferPages
from adapters.console.offershown import Shown, listing, row_state
from adapters.http.api import Answer, Body, Endpoint
from core.offers.data import offer_data
from core.offers.model import Offer
from core.offers.reading import offer_from
from core.offers.views import OfferRow
from core.sales.basket import MOST_LINES, MOST_PRICE, Line, Most
from core.sales.examples import Example
from core.shared.amounts import milli
from core.shared.refusals import Invalid, Unknown


class OfferOut(Answer):
    """An offer as it stands: its data, `coming`, `running` or `over`, and what came of it."""

    offer: dict[str, Any]
    version: int
    state: str
    uses: int
    spent: int
    sentence: str


class OffersOut(Answer):
    """A page of offers and how many there are."""

    rows: list[OfferOut]
    total: int


class OfferIn(Body):
    """An offer to keep, in the data of the offers file; `version`: the one that was looked at, 0 for a new one."""

    version: int = Field(ge=0)
    offer: dict[str, Any]


class VersionIn(Body):
    """The version that was looked at."""

    version: int = Field(ge=0)


class KeptOut(Answer):
    """The version under which it stands now."""

    id: str
    version: int


def _readable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("only printable characters")
    return text


Readable = AfterValidator(_readable)


class ExampleLine(Body):
    """A line of the example: minor units, the quantity as text."""

    sku: Annotated[str, Field(min_length=1, max_length=64), Readable]
    quantity: str = "1"
    unit_price: int = Field(ge=0, le=MOST_PRICE)
    name: Annotated[str, Field(max_length=200), Readable] = ""
    category: Annotated[str, Field(max_length=128), Readable] = ""
    brand: Annotated[str, Field(max_length=128), Readable] = ""
    no_points: bool = False


class ExampleIn(Body):
    """A draft and a basket; `at` now and `store` any when left out."""

    offer: dict[str, Any]
    lines: list[ExampleLine] = Field(min_length=1, max_length=MOST_LINES)
    store: Annotated[str, Field(max_length=64), Readable] = ""
    at: str | None = None
    card: bool = True
    first_purchase: bool = False
    birthday: str | None = None
    clubs: list[str] = Field(default_factory=list, max_length=50)
    points: int = Field(0, ge=0, le=1_000_000_000)


class ExampleOut(Answer):
    """What the receipt comes to, step by step, and the sentence of the draft by language."""

    sentences: dict[str, str]
    subtotal: int
    discount: int
    points_spent: int
    total: int
    earned: int
    explain: list[dict[str, Any]]
    not_applied: dict[str, str]


class OfferApi:
    """`/console/api/v1/offers*`."""

    def __init__(self, door: Door, views: OfferViews, pages: OfferPages) -> None:
        self._door, self._views, self._pages = door, views, pages
        path = f"{API}/offers"
        filters = {name: {"type": "string"} for name in ("name", "state", "audience")}
        missing = {404: ["unknown-offer"]}
        changed = {409: ["offer-changed", "offer-taken"]}
        for one, roles in (
            (Endpoint("GET", path, "Offers", self.all, answer=OffersOut, query=filters | {"page": {"type": "integer"}}),
             SEES_OFFERS),
            (Endpoint("POST", path, "Keep an offer as its next version", self.keep, body=OfferIn, answer=KeptOut,
                      problems=changed), CHANGES),
            (Endpoint("POST", f"{path}/quote", "An example basket with a draft", self.quote, body=ExampleIn,
                      answer=ExampleOut), SEES_OFFERS),
            (Endpoint("GET", f"{path}/{{offer}}", "One offer", self.one, answer=OfferOut, problems=missing),
             SEES_OFFERS),
            (Endpoint("POST", f"{path}/{{offer}}/end", "End an offer: its last day was yesterday", self.end,
                      body=VersionIn, answer=KeptOut, problems=missing | {409: ["offer-changed", "offer-ended"]}),
             CHANGES),
        ):  # fmt: skip
            door.endpoint(one, roles)

    async def all(self, request: web.Request, given: None) -> OffersOut:
        """As the list has them."""
        del given
        shown = Shown(self._door, request, await self._views.wares())
        found = await self._pages.rows(listing(shown, self._door).asked(request), shown=shown)
        return OffersOut(rows=[self._told(row, shown) for row in found.rows], total=found.total)

    async def one(self, request: web.Request, given: None) -> OfferOut:
        """Raises Unknown."""
        del given
        found = await self._views.offer(request.match_info["offer"])
        if found is None:
            raise Unknown("unknown-offer")
        return self._told(found.row, Shown(self._door, request, await self._views.wares()))

    async def keep(self, request: web.Request, given: OfferIn) -> KeptOut:
        """By the verb of the form."""
        return _kept(await self._pages.put(request, given.offer, given.version))

    async def end(self, request: web.Request, given: VersionIn) -> KeptOut:
        """By the verb of the button."""
        return _kept(await self._pages.finish(request, request.match_info["offer"], given.version))

    async def quote(self, request: web.Request, given: ExampleIn) -> ExampleOut:
        """By the engine of the tills; nothing is kept."""
        draft = offer_from({"id": "draft", **{key: value for key, value in given.offer.items() if key != "phones"}})
        asked = Example(
            tuple(_line(one, at) for at, one in enumerate(given.lines)), given.store, self._instant(given.at),
            card=given.card, first_purchase=given.first_purchase, birthday=_day(given.birthday),
            clubs=frozenset(given.clubs), spendable=given.points, spend=Most.MAX if given.points else 0,
        )  # fmt: skip
        came = await self._views.example(draft, asked)
        quoted = came.quote
        shown = Shown(self._door, request, await self._views.wares())
        return ExampleOut(
            sentences={code: told for code, _, told in shown.sentences(draft)}, subtotal=quoted.subtotal,
            discount=quoted.discount, points_spent=quoted.points_spent, total=quoted.total, earned=quoted.earned,
            explain=[dict(step) for step in quoted.explain], not_applied=dict(quoted.not_applied),
        )  # fmt: skip

    def _told(self, row: OfferRow, shown: Shown) -> OfferOut:
        return OfferOut(
            offer=offer_data(row.offer), version=row.offer.version, state=row_state(row, self._door), uses=row.uses,
            spent=row.spent, sentence=shown.sentence.of(row.offer),
        )  # fmt: skip

    def _instant(self, text: str | None) -> datetime:
        if text is None:
            return self._door.clock()
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise Invalid("at", expected="an instant such as 2026-11-30T12:00:00Z") from None
        if at.tzinfo is None or not 1970 <= at.year <= 9998:
            raise Invalid("at", expected="an instant with its zone, from 1970 to 9998")
        return at


def _kept(offer: Offer) -> KeptOut:
    return KeptOut(id=offer.id, version=offer.version)


def _line(one: ExampleLine, at: int) -> Line:
    try:
        count = milli(one.quantity)
    except ValueError as error:
        raise Invalid(f"lines.{at}.quantity", expected=str(error)) from None
    return Line(one.sku, count, one.unit_price, one.name, one.category, one.brand, one.no_points)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("birthday", expected="a day such as 1985-12-31") from None
