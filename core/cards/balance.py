"""The one place that says how many points a card has."""

from core.cards.model import Card, Points


def points_of(card: Card | None) -> Points:
    """The card's points. Nothing earns or spends yet, so there are none; opening balances wait in plastic records."""
    del card
    return Points()


def spend_blocks(*, gate: tuple[str, ...], active: bool, spend_lock: str) -> list[str]:
    """Why nothing can be spent, as stable words for till and chat; an empty list: spending is open."""
    return [*(["questionnaire"] if gate and not active else []), *([spend_lock] if spend_lock else [])]
