"""A customer as JSON: what the pages show, and what whoever asks may see of it."""

from datetime import date, datetime

from adapters.http.api import Answer


class CustomerLineOut(Answer):
    """A customer in a list; `phone` is whole only for those who serve the person."""

    id: str
    name: str
    phone: str
    proven: bool
    language: str
    number: str
    state: str
    created_at: datetime
    last_seen_at: datetime | None


class CustomersOut(Answer):
    """A page of customers and how many there are."""

    rows: list[CustomerLineOut]
    total: int


class FoundOut(Answer):
    """Who was found; `plastics`: old cards that nobody has restored; `more`: type more of the name."""

    rows: list[CustomerLineOut]
    plastics: list[str]
    more: bool


class NumberOut(Answer):
    """A number that finds the customer at a till."""

    number: str
    kind: str
    state: str


class PointsOfOut(Answer):
    """Points as till and chat show them. `blocked_by`: why nothing can be spent."""

    active: int
    pending: int
    held: int
    spendable: int
    next_expiry: datetime | None
    next_expiry_points: int
    blocked_by: list[str]


class ConsentOut(Answer):
    """A line of the ledger of consents."""

    purpose: str
    given: bool
    version: str
    channel: str
    at: datetime


class AnswerOut(Answer):
    """An answer of the questionnaire in words."""

    question: str
    kind: str
    name: str
    said: str
    at: datetime | None


class AddressOut(Answer):
    """Where the person writes from."""

    channel: str
    profile_name: str
    subscribed: bool
    first_seen_at: datetime


class MergeOut(Answer):
    """Somebody who turned out to be this person."""

    id: str
    absorbed: str
    name: str
    actor: str
    at: datetime
    undone_at: datetime | None


class VoucherOut(Answer):
    """A voucher that can still be used; its code ends so, the rest is the customer's."""

    code: str
    offer: str
    title: str
    state: str
    valid_until: date | None


class OfferOut(Answer):
    """An offer of this week, and why it was chosen."""

    sku: str
    title: str
    price_was: int
    price: int
    reason: str
    activated: bool
    used_up: bool


class CustomerOut(Answer):
    """A customer. `proof`: how they proved who they are; `unreached`: why advertising does not come, none: it does."""

    id: str
    name: str
    phone: str
    proof: str
    language: str
    source: str
    birthday: str
    city: str
    email: str
    created_at: datetime
    last_seen_at: datetime | None
    forgotten_at: datetime | None
    state: str
    number: str
    issued_at: datetime | None
    numbers: list[NumberOut]
    points: PointsOfOut
    agreed: list[str]
    consents: list[ConsentOut]
    answers: list[AnswerOut]
    unanswered: list[str]
    addresses: list[AddressOut]
    merges: list[MergeOut]
    vouchers: list[VoucherOut]
    offers: list[OfferOut]
    no_offers: str
    features: dict[str, str | int | float | bool | date | None]
    unreached: list[str]
    quiet: bool


class MovementOut(Answer):
    """An operation as it changed the customer's points; `left`: what was theirs after it."""

    id: str
    kind: str
    at: datetime
    active: int
    pending: int
    held: int
    left: int
    actor: str
    reason: str
    store: str
    receipt: str


class MovementsOut(Answer):
    """A page of movements."""

    rows: list[MovementOut]
    total: int


class BoughtOut(Answer):
    """A line of a receipt."""

    name: str
    quantity: str
    total: int


class ReceiptOut(Answer):
    """A receipt; money in minor units."""

    id: str
    sold_at: datetime
    store: str
    receipt: str
    total: int
    points_spent: int
    earned: int
    returned: bool
    lines: list[BoughtOut]


class ReceiptsOut(Answer):
    """A page of receipts."""

    rows: list[ReceiptOut]
    total: int


class MessageOut(Answer):
    """What became of a campaign's message; `outcome` empty: not settled yet."""

    campaign: str
    name: str
    kind: str
    due_at: datetime
    arm: str
    outcome: str
    reason: str
    channel: str
    at: datetime | None
    delivered_at: datetime | None
    seen_at: datetime | None
    tapped_at: datetime | None


class MessagesOut(Answer):
    """A page of messages."""

    rows: list[MessageOut]
    total: int


class NumbersOut(Answer):
    """Customers in numbers; null: a group too small to be told."""

    at: datetime | None
    customers: int | None
    lifecycle: dict[str, int | None]
    states: dict[str, int | None]
    channels: dict[str, int | None]
    languages: dict[str, int | None]
