"""Verbs that bring somebody more than they had: another self, an old card, a new number; each may open spending.

The questionnaire is complete by whatever made it so (domain section 5): the welcome is paid once for each person.
"""

from core.cards.actions import reissue_card
from core.cards.model import Card
from core.customers.actions import customer_of
from core.customers.model import Merge
from core.ledger.merging import book_opening
from core.ledger.merging import merge as merge_points
from core.shared.values import CustomerId
from core.surveys.actions import welcome
from core.surveys.ports import SurveyWork


def merge(work: SurveyWork, *, survivor: CustomerId, absorbed: CustomerId, actor: str) -> Merge:
    """One person is left, who spends if both together have answered all that the gate wants.

    Raises as `core.ledger.merging.merge`.
    """
    record = merge_points(work, survivor=survivor, absorbed=absorbed, actor=actor)
    welcome(work, customer=customer_of(work, record.survivor))
    return record


def reissue(work: SurveyWork, *, card: Card) -> Card:
    """A new number takes the card's place and opens what its holder has earned. Raises as `reissue_card`."""
    return _welcomed(work, reissue_card(work, card=card))


def bring_back(work: SurveyWork, *, card: Card) -> Card:
    """The card that took a plastic number has its points, and spends if the record told the last answer (a birthday).

    A second time changes nothing.
    """
    book_opening(work, card=card)
    return _welcomed(work, card)


def _welcomed(work: SurveyWork, card: Card) -> Card:
    welcome(work, customer=customer_of(work, card.customer))
    return work.cards.get(card.id) or card
