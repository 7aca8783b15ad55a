"""How long a message may become in each messenger, counted on its longest expansion: one message for each person.

A picture with its words is one message as long as the words fit under it; two would cost twice, and the second might
never come. So what does not fit is refused before it is approved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.campaigns.model import Campaign, Content, Kind, Leads, Plan
from core.campaigns.wording import Slot, parts_of, slots_of
from core.shared.refusals import Invalid


def utf16(text: str) -> int:
    """The length as Telegram counts it: UTF-16 code units; most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Limit:
    """What one message of a channel holds: words alone, words under a picture, words above a carousel."""

    text: int
    caption: int
    above: int
    measure: Callable[[str], int]
    label: int
    """What of a button's label a small phone shows."""


LIMITS: Mapping[str, Limit] = {
    "telegram": Limit(4_096, 1_024, 2_000, utf16, 32),
    "viber": Limit(7_000, 512, 2_000, len, 32),
    "web": Limit(7_000, 7_000, 7_000, len, 32),
}
"""channels.md 1.7 and 3.1. `above`: Telegram tells six offers in the same message, and they take about 2,000."""
LONGEST: Mapping[str, str] = {
    "name": "\N{GRINNING FACE}" * 64,
    "points": "1 000 000 000 бонусів",
    "card": "0000 0000 0000 0000 0000",
    "expiring": "1 000 000 000 бонусів",
    "expires": "30 листопада 2026 р.",
    "voucher": "AAAA-AAAA-AAA",
    "voucher_until": "30 листопада 2026 р.",
    "store": "Щ" * 80,
}
"""The longest that each field becomes: a name of 64 emoji, which is 128 of Telegram's units."""
VOUCHER_LINES = 220
"""A voucher's title, code and end, where they stand under the text."""
STOP_LINE = 120
"""The words that say how to stop are never longer, in any language."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How much of a channel's room a text takes when every field is at its longest."""

    channel: str
    length: int
    most: int

    @property
    def fits(self) -> bool:
        """True when it is one message."""
        return self.length <= self.most


def longest(text: str) -> str:
    """The text with every field at its longest. Raises Invalid as `parts_of`."""
    return "".join(
        max(LONGEST[part.field], part.instead, key=utf16) if isinstance(part, Slot) else part for part in parts_of(text)
    )


def fits(text: str, content: Content, plan: Plan) -> tuple[Fit, ...]:
    """The text in each channel that the plan uses. Raises Invalid for a text that cannot be read."""
    expanded = longest(text)
    more = STOP_LINE if plan.kind is Kind.PROMOTION else 0
    found = []
    for channel in plan.channels or LIMITS:
        limit = LIMITS.get(channel)
        if limit is None:
            continue
        told = more + (VOUCHER_LINES if plan.voucher_offer is not None and not content.picture else 0)
        pictured = bool(content.picture) or plan.voucher_offer is not None
        most = limit.caption if pictured else limit.above if plan.own_offers else limit.text
        found.append(Fit(channel, limit.measure(expanded) + told, most))
    return tuple(found)


def must_fit(plan: Plan) -> None:
    """Raises Invalid (`too-long`) with the first text that is more than one message in a channel."""
    for arm in plan.treated:
        content = plan.contents.get(arm.name)
        for language, text in content.text.items() if content is not None else ():
            for one in fits(text, content, plan) if content is not None else ():
                if not one.fits:
                    raise Invalid(
                        f"contents.{arm.name}.text.{language}", "too-long", channel=one.channel, length=one.length,
                        most=one.most,
                    )  # fmt: skip


def is_personal(campaign: Campaign, arm: str) -> bool:
    """True when what the arm is told differs from person to person, so that it cannot be one call for many.

    A button that leads to a page is personal: its address says whose tap it is.
    """
    plan, content = campaign.plan, campaign.plan.contents.get(arm)
    if plan.voucher_offer is not None or plan.own_offers or content is None:
        return True
    return any(slots_of(text) for text in content.text.values()) or any(one.leads is Leads.URL for one in content.links)
