"""My data with the answers that were given, for whoever has answered anything."""

from typing import Any

from core.cards.export import export as export_cards
from core.customers.model import Customer
from core.surveys.ports import SurveyWork


def export(work: SurveyWork, *, customer: Customer) -> dict[str, Any]:
    """All personal data of the customer (`core.cards.export`), and every answer under its question's key."""
    answers = [
        {"question": key, "answer": given.value, "version": given.version, "at": given.at.isoformat()}
        for key, given in sorted(work.answers.of(customer.id).items())
    ]
    return {**export_cards(work, customer=customer), "answers": answers}
