"""What pages read about offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.offers.model import Offer
from core.offers.situations import Rule, Switch
from core.stores.views import StoreRow


@dataclass(frozen=True, slots=True)
class SituationsView:
    """Every rule as it stands, the offers it could give, and what each came to in the week that was planned last."""

    switches: Mapping[Rule, Switch]
    offers: Sequence[Offer]
    week: str
    """Empty before there is a plan."""
    figures: Mapping[str, Mapping[str, Any]]
    """By rule, as a plan keeps them."""


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer of the list: since when it stands so, how often it applied and what it cost."""

    offer: Offer
    at: datetime
    uses: int
    spent: int


@dataclass(frozen=True, slots=True)
class OfferPage:
    """What the page of one offer shows beside its data: versions, the newest first, and who has it."""

    row: OfferRow
    versions: Sequence[tuple[int, datetime]]
    people: int
    vouchers: Mapping[str, int]
    """Its vouchers by state."""


@dataclass(frozen=True, slots=True)
class Wares:
    """What conditions can name: stores, and words of the catalogue."""

    stores: Sequence[StoreRow]
    categories: Sequence[str]
    brands: Sequence[str]


def state_of(offer: Offer, today: date) -> str:
    """Where the offer stands on the day: `coming`, `running`, `over`."""
    if offer.window.last is not None and offer.window.last < today:
        return "over"
    return "coming" if offer.window.first is not None and offer.window.first > today else "running"
