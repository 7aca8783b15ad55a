"""What the verbs about offers need from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from core.ledger.ports import LedgerWork
from core.offers.meeting import Arm, Met
from core.offers.model import Offer
from core.offers.situations import Rule, Switch
from core.offers.weekly import Chosen, Did, OfferEvent, PromoItem
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


class Weeks(Protocol):
    """The personal offers of a week, as the customer, the till and the quote see them."""

    def of(self, people: Sequence[CustomerId], week: str, skus: Collection[str] | None = None) -> Sequence[Chosen]:
        """What the week's current plan picked for these selves of one person, the living one first, by rank.

        Left out: goods that they refused, goods that are no promo item, and personal picks of whoever withdrew
        profiling. `skus`: of these products only.
        """
        ...

    def items(self, offers: Collection[str]) -> Mapping[str, PromoItem]:
        """The promo items that these ids of offers name; other ids are left out."""
        ...

    def note(self, customer: CustomerId, chosen: Sequence[Chosen], did: Did, at: datetime) -> None:
        """It happened; noted once for each customer, week and product."""
        ...

    def undo(self, people: Collection[CustomerId], week: str, sku: str, did: Did) -> None:
        """It is as if it had not happened."""
        ...

    def refuse(self, customer: CustomerId, sku: str, at: datetime) -> None:
        """The product is not offered to the customer any more."""
        ...

    def allow(self, people: Collection[CustomerId], sku: str) -> None:
        """The product may be offered to them again."""
        ...

    def refused(self, people: Collection[CustomerId]) -> Mapping[str, datetime]:
        """The products that these people refused, and when."""
        ...

    def events(self, people: Collection[CustomerId]) -> Sequence[OfferEvent]:
        """Everything noted of these people's offers, oldest first."""
        ...

    def planned(self, people: Sequence[CustomerId]) -> Mapping[str, str]:
        """The picks that are kept for these people, as text, by week."""
        ...


class Profiles(Protocol):
    """The customer table: what purchases say of each owner, as of the newest planned week.

    Nobody is in it who was forgotten, was merged into somebody, or took profiling back.
    """

    def of(self, people: Sequence[CustomerId]) -> Mapping[str, object] | None:
        """The row of these selves of one person by its columns, of several the living one's; None: there is none."""
        ...

    def put(self, columns: Mapping[str, Sequence[Any]], after: str) -> None:
        """The owners behind `after` up to the last one told have exactly these rows; `columns` has `owner`, ascending.

        At most `CHUNK` rows in one work.
        """
        ...

    def end(self, after: str) -> bool:
        """Some of the owners behind `after` are gone; True when there are none any more."""
        ...


class Situations(Protocol):
    """How the rules of situations stand, and whom they met."""

    def switches(self) -> Mapping[Rule, Switch]:
        """Every rule as it was switched last, or as it was declared."""
        ...

    def switch(self, switch: Switch) -> None:
        """The rule stands so from now on; how it stood before is kept."""
        ...

    def lot(self, rule: Rule, owner: str) -> int:
        """The owner's 64 bits of chance for the rule: always the same, and unknown to whoever lacks the house's key."""
        ...

    def met(self, rule: Rule, owners: Collection[str]) -> Sequence[Met]:
        """Every time that the rule met these owners."""
        ...

    def count(self, rule: Rule, week: str) -> Mapping[Arm, int]:
        """How many the rule met in the week, by arm."""
        ...

    def add(self, met: Met) -> bool:
        """The meeting is kept; False when the rule has met the owner in that week already."""
        ...

    def gone(self, owners: Collection[str]) -> Collection[str]:
        """Those of the owners who are forgotten, or whose phone is on the suppression list."""
        ...

    def of(self, people: Sequence[CustomerId]) -> Sequence[Met]:
        """Every time that a rule met these people, also under a phone that they have proven, oldest first."""
        ...


class OfferWork(LedgerWork, Protocol):
    """Work that reaches offers."""

    @property
    def offers(self) -> Offers: ...

    @property
    def weeks(self) -> Weeks: ...

    @property
    def profiles(self) -> Profiles: ...

    @property
    def situations(self) -> Situations: ...
