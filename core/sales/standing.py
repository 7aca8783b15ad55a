"""How somebody stands, in numbers: what a change of the staff is weighed by before it is made, and noted by after it.

No name and no phone is in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from core.cards.balance import spend_blocks
from core.cards.model import CardState
from core.customers.model import agreed
from core.ledger.seeing import points_of
from core.sales.ports import SalesWork
from core.shared.refusals import Refusal
from core.shared.values import CustomerId

W = TypeVar("W", bound=SalesWork)


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer at an instant; `state` and `number` are of the card, empty where there is none."""

    customer: CustomerId
    living: bool
    """False when they were merged into somebody, or forgotten."""
    state: str
    number: str
    active: int
    pending: int
    held: int
    spendable: int
    agreed: tuple[str, ...]
    """Purposes that hold now."""
    addresses: int
    vouchers: int

    @property
    def noted(self) -> Mapping[str, Any]:
        """What the audit log keeps: the card's number leads to a person, and stays out."""
        return {name: value for name, value in asdict(self).items() if name not in ("customer", "number")}


def standing(work: SalesWork, customer: CustomerId) -> Standing:
    """How they stand now. Of somebody merged into another: what is still theirs, which is next to nothing."""
    person = work.customers.get(customer)
    card = work.cards.of(customer)
    blocks = spending_blocks(work, customer)
    living = person is not None and person.merged_into is None and person.forgotten_at is None
    points = points_of(work, customer, blocked=card is None or card.state is not CardState.ACTIVE or bool(blocks))
    people = work.sales.selves(customer) if living else [customer]
    holding = sorted(purpose.value for purpose, given in agreed(work.consents.of(customer)).items() if given)
    return Standing(
        customer, living, card.state.value if card is not None and living else "",
        card.number if card is not None and living else "", points.active, points.pending, points.held,
        points.spendable, tuple(holding) if living else (), len(work.addresses.of(customer)),
        len(work.vouchers.of(people)) if living else 0,
    )  # fmt: skip


def spending_blocks(work: SalesWork, customer: CustomerId) -> list[str]:
    """Why nothing can be spent although the card is not blocked; an empty list: spending is open."""
    person, card = work.customers.get(customer), work.cards.of(customer)
    if person is None or card is None:
        return []
    gate = work.programme.gate_questions
    return spend_blocks(gate=gate, active=card.state is CardState.ACTIVE, spend_lock=person.spend_lock)


class Tried(Refusal):
    """Carries what would be true out of a work that is then undone."""

    def __init__(self, seen: Any) -> None:
        super().__init__("tried")
        self.seen = seen


def tried(job: Callable[[W], Any]) -> Callable[[W], None]:
    """A job that does the job and takes all of it back: it always raises, `Tried` with the result or the job's own.

    What somebody is shown before they say yes is so what will be, to the last point.
    """

    def undone(work: W) -> None:
        raise Tried(job(work))

    return undone
