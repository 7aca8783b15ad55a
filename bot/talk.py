"""One turn of a conversation: the work, the address that speaks, and the customer behind it."""

from dataclasses import dataclass, replace

from bot.ports import BotWork
from core.cards.model import Card
from core.customers.actions import customer_of
from core.customers.model import Customer, KnownAddress
from core.shared.refusals import Unknown


@dataclass(slots=True)
class Talk:
    """Who speaks to whom in this turn. `known` is renewed when a verb changed the address."""

    work: BotWork
    known: KnownAddress
    erased: bool = False
    """True once the address itself is gone: nothing may be kept under it."""

    @property
    def customer(self) -> Customer | None:
        """Whoever stands behind the address; None until a phone was proven."""
        return customer_of(self.work, self.known.customer) if self.known.customer is not None else None

    @property
    def owner(self) -> Customer:
        """The customer, where there must be one. Raises Unknown (`no-card`)."""
        customer = self.customer
        if customer is None:
            raise Unknown("no-card")
        return customer

    @property
    def card(self) -> Card | None:
        """The customer's living card."""
        customer = self.customer
        return self.work.cards.of(customer.id) if customer is not None else None

    def renew(self) -> None:
        """`known` is read again; an address that was erased is nobody's."""
        found = self.work.addresses.get(self.known.address)
        self.known = found or replace(self.known, customer=None, profile_name="", source=None)
        self.erased = found is None
