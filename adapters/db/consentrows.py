"""The ledger of consents as rows, and what a withdrawal takes away at once."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from adapters.db.erasing import absorbed_by, erase_profiles
from adapters.db.historytables import PHONE
from adapters.db.offerrows import hashes_of
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.sql import add, flat
from adapters.db.tables import consents
from core.customers.model import Consent, Purpose
from core.shared.values import CustomerId, Language

_CONSENTS = Prepared(
    select(consents).where(consents.c.customer == bindparam("p_customer")).order_by(consents.c.at, consents.c.id)
)


class ConsentRows:
    """Satisfies `core.customers.ports.Consents`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def add(self, consent: Consent) -> None:
        """One more line; whoever takes profiling back is out of the customer table, under every owner they are."""
        add(self._connection, consents, flat(consent))
        if consent.purpose is Purpose.PROFILING and not consent.given:
            people = [consent.customer, *absorbed_by(self._connection, consent.customer)]
            phones = hashes_of(self._connection, self._outside, people)
            erase_profiles(self._connection, [*people, *(PHONE + one for one in phones)])

    def of(self, customer: CustomerId) -> Sequence[Consent]:
        """The customer's lines in order."""
        return [
            Consent(
                CustomerId(row.customer),
                Purpose(row.purpose),
                row.given,
                row.version,
                Language(row.language),
                row.channel,
                row.at,
            )
            for row in _CONSENTS.all(self._connection, {"p_customer": customer})
        ]
