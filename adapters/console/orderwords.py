"""In words: in which order the leaving get their vouchers, and why."""

from collections.abc import Mapping
from typing import Any

from bot.words import Money, Text, Value, say

ORDERS = {
    "no-campaign": "targeting.no-campaign", "not-better": "targeting.not-better", "uplift": "targeting.uplift",
}  # fmt: skip
"""By what the order rests on."""


def order(told: Mapping[str, Any], currency: str) -> Text | None:
    """As the plan's figures of the rule have it; None: an older plan did not say."""
    if "order" not in told:
        return None
    key = ORDERS[told["order"]]
    if "campaign" not in told:
        return say(key)
    known: dict[str, Value] = {"n": int(told["people"]), "campaign": str(told["campaign"])}
    if told["order"] == "uplift":
        known["gain"] = Money(int(told["gain"]), currency)
    return say(key, **known)
