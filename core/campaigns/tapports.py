"""What a message of a run, and a tap on its buttons, need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.campaigns.model import Link
from core.cards.ports import CardWork
from core.shared.values import CustomerId


class Mailings(Protocol):
    """What a message of a run, and a tap on its buttons, need to know of one person."""

    def serial(self, run: int, customer: CustomerId) -> int | None:
        """The person's number in the run; None when they are not in it."""
        ...

    def links(self, run: int, serial: int) -> Sequence[Link] | None:
        """The buttons under the message of this person's arm; None for nobody, or somebody who gets none."""
        ...

    def tapped(self, run: int, serial: int, at: datetime) -> None:
        """The person has tapped a button, for the first time at the instant; a message is known to have come then."""
        ...

    def usual_store(self, customer: CustomerId) -> str:
        """The name of the store where the person buys most; empty: not known."""
        ...


class TapWork(CardWork, Protocol):
    """Work that reaches what was told to whom."""

    @property
    def mailings(self) -> Mailings: ...
