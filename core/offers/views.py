"""What pages read about offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.offers.model import Offer
from core.offers.situations import Rule, Switch


@dataclass(frozen=True, slots=True)
class SituationsView:
    """Every rule as it stands, the offers it could give, and what each came to in the week that was planned last."""

    switches: Mapping[Rule, Switch]
    offers: Sequence[Offer]
    week: str
    """Empty before there is a plan."""
    figures: Mapping[str, Mapping[str, Any]]
    """By rule, as a plan keeps them."""
