"""What the verbs about offers need from outside."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from core.ledger.ports import LedgerWork
from core.offers.model import Offer
from core.shared.values import CustomerId, Phone


class Offers(Protocol):
    """Offers by id, each with its versions; whom the personal ones are for; how often each has applied."""

    def current(self) -> Sequence[Offer]:
        """The newest version of every offer."""
        ...

    def put(self, offer: Offer, body: Mapping[str, Any]) -> int:
        """The offer, with its data, is the current one under its id; its version. An equal one stays as it is."""
        ...

    def assign(self, offer: str, people: Sequence[tuple[CustomerId | None, Phone | None]]) -> None:
        """The personal offer is for exactly these customers, and for whoever will prove these phones."""
        ...

    def hashed(self, phone: Phone) -> str:
        """The keyed hash under which something waits for whoever proves the phone."""
        ...

    def assigned(self, people: Collection[CustomerId]) -> Mapping[str, str]:
        """Personal offers of these people (also under their proven phones): the reason by offer id."""
        ...

    def uses(
        self, offers: Collection[str], people: Collection[CustomerId], *, lock: bool
    ) -> Mapping[str, tuple[int, int, int]]:
        """By offer: uses by these people, uses in all, minor units spent; locked in the order of ids when asked."""
        ...

    def count(self, offer: str, customer: CustomerId | None, *, uses: int, spent: int) -> None:
        """So many uses and minor units more (less, when negative) are counted for the offer."""
        ...


class OfferWork(LedgerWork, Protocol):
    """Work that reaches offers."""

    @property
    def offers(self) -> Offers: ...
