"""Facts the house remembers: one dataclass each, a dotted past-tense name, told after they are true.

Events carry ids, never a name or a phone: they outlive the person's data.
"""

from dataclasses import dataclass
from typing import ClassVar

from core.shared.values import CardId, CustomerId


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became true at `work.now`."""

    name: ClassVar[str] = "event"


@dataclass(frozen=True, slots=True)
class Met(Event):
    """A person wrote to the house for the first time at this address."""

    name: ClassVar[str] = "person.met"
    channel: str
    source: str | None


@dataclass(frozen=True, slots=True)
class PhoneProven(Event):
    """A phone was proven; `known` says whether its owner was already a customer."""

    name: ClassVar[str] = "phone.proven"
    customer: CustomerId
    channel: str
    known: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class CardIssued(Event):
    """A customer was given a digital card."""

    name: ClassVar[str] = "card.issued"
    customer: CustomerId
    card: CardId
    channel: str
    source: str | None


@dataclass(frozen=True, slots=True)
class PlasticRestored(Event):
    """A card took over the number of an old plastic one; `proof` is the rung of the ladder that proved it."""

    name: ClassVar[str] = "plastic.restored"
    customer: CustomerId
    card: CardId
    channel: str
    source: str | None
    proof: str


@dataclass(frozen=True, slots=True)
class PlasticGuessing(Event):
    """Somebody used up the tries at plastic numbers; the shop should look."""

    name: ClassVar[str] = "plastic.guessing"
    customer: CustomerId
    channel: str


@dataclass(frozen=True, slots=True)
class CardReplaced(Event):
    """A card was blocked and another number took its place."""

    name: ClassVar[str] = "card.replaced"
    customer: CustomerId
    card: CardId
    successor: CardId


@dataclass(frozen=True, slots=True)
class CustomersMerged(Event):
    """Two customers turned out to be one person."""

    name: ClassVar[str] = "customers.merged"
    survivor: CustomerId
    absorbed: CustomerId
    actor: str


@dataclass(frozen=True, slots=True)
class CustomersUnmerged(Event):
    """A merge was taken back."""

    name: ClassVar[str] = "customers.unmerged"
    survivor: CustomerId
    restored: CustomerId
    actor: str


@dataclass(frozen=True, slots=True)
class CustomerForgotten(Event):
    """A person's data was erased at their wish."""

    name: ClassVar[str] = "customer.forgotten"
    customer: CustomerId
    channel: str


@dataclass(frozen=True, slots=True)
class MistakeReported(Event):
    """A customer says that something is wrong with their points; `sale` is their newest one."""

    name: ClassVar[str] = "mistake.reported"
    customer: CustomerId
    sale: str


@dataclass(frozen=True, slots=True)
class PersonConfirmed(Event):
    """The owner of a long silent phone was confirmed by birthday or at a till; spending is open again."""

    name: ClassVar[str] = "person.confirmed"
    customer: CustomerId
    proof: str


@dataclass(frozen=True, slots=True)
class QuestionAnswered(Event):
    """A person answered a question of the questionnaire; what they said stands elsewhere."""

    name: ClassVar[str] = "question.answered"
    customer: CustomerId
    question: str
    version: int


@dataclass(frozen=True, slots=True)
class SpendingOpened(Event):
    """A card passed the spend gate."""

    name: ClassVar[str] = "spending.opened"
    customer: CustomerId
    card: CardId


@dataclass(frozen=True, slots=True)
class QuestionnairePublished(Event):
    """A version of the questionnaire is asked from now on."""

    name: ClassVar[str] = "questionnaire.published"
    version: int
    actor: str
