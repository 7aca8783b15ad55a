"""My data with the answers that were given, for whoever has answered anything."""

from collections.abc import Sequence
from typing import Any

from core.cards.export import export as export_cards
from core.customers.model import Customer
from core.surveys.ports import SurveyWork


def export(work: SurveyWork, *, customer: Customer, selves: Sequence[Customer] = ()) -> dict[str, Any]:
    """All personal data of the customer (`core.cards.export`), and every answer under its question's key."""
    found = export_cards(work, customer=customer, selves=selves)
    found["merged"] = [
        {**profile, "answers": _answers(work, one)} for profile, one in zip(found["merged"], selves, strict=True)
    ]
    return {**found, "answers": _answers(work, customer)}


def _answers(work: SurveyWork, customer: Customer) -> list[dict[str, Any]]:
    return [
        {"question": key, "answer": given.value, "version": given.version, "at": given.at.isoformat()}
        for key, given in sorted(work.answers.of(customer.id).items())
    ]
