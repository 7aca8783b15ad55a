"""What the verbs about sales need from outside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.cards.lookup import Found, Keys
from core.sales.model import Confirmation, ConfirmationId, ConfirmationState, Receipt, Sale, SaleId, SaleReturn
from core.sales.quoting import Applied
from core.shared.values import CardId, CustomerId
from core.stores.model import Product
from core.surveys.ports import SurveyWork
from core.vouchers.ports import VoucherWork


@dataclass(frozen=True, slots=True)
class Shift:
    """What one cashier has settled since: sales, minor units, points, and what came back."""

    sales: int = 0
    total: int = 0
    points_spent: int = 0
    earned: int = 0
    returns: int = 0
    money_back: int = 0


class Finder(Protocol):
    """What a code can mean, read in this work."""

    def find(self, keys: Keys) -> Found: ...


class Products(Protocol):
    """The catalogue."""

    def by_sku(self, skus: Collection[str]) -> Mapping[str, Product]:
        """Those that are there."""
        ...


class Sales(Protocol):
    """Receipts, returns, codes that have paid, questions to customers."""

    def add(self, sale: Sale, applied: Sequence[Applied]) -> None:
        """A receipt that somebody else adds at this very moment breaks the work, which is then done anew."""
        ...

    def by_receipt(self, receipt: Receipt) -> Sale | None: ...

    def get(self, sale: SaleId, *, lock: bool = False) -> Sale | None: ...

    def applied(self, sale: SaleId) -> Sequence[Applied]: ...

    def add_return(self, done: SaleReturn) -> None:
        """The lines have so much less, and the sale is marked when nothing is left."""
        ...

    def returns(self, sale: SaleId) -> Sequence[SaleReturn]: ...

    def selves(self, customer: CustomerId) -> Sequence[CustomerId]:
        """The customer, and everybody who was merged into them."""
        ...

    def has_bought(self, selves: Sequence[CustomerId]) -> bool:
        """True when there is a sale, or imported history, that is not wholly returned."""
        ...

    def of(self, selves: Sequence[CustomerId], limit: int) -> Sequence[Sale]:
        """The newest sales."""
        ...

    def offline_points(self, selves: Sequence[CustomerId], since: datetime, until: datetime) -> int:
        """Points that the person spent offline, by `sold_at`."""
        ...

    def outage_points(self, source: str, at: datetime) -> int:
        """Points spent at the till in the outage that holds this instant: since its last online sale before."""
        ...

    def shift(self, source: str, since: datetime) -> Shift:
        """What this source has settled since the instant."""
        ...

    def use_code(self, card: CardId, code: str, sale: SaleId, at: datetime) -> bool:
        """False when the code has paid before."""
        ...

    def add_confirmation(self, asked: Confirmation) -> None: ...

    def confirmation(self, asked: ConfirmationId, *, lock: bool = False) -> Confirmation | None: ...

    def decide(self, asked: ConfirmationId, state: ConfirmationState, at: datetime) -> bool:
        """False when it was decided before."""
        ...

    def spend_confirmation(self, asked: ConfirmationId, sale: SaleId) -> bool:
        """False when it has paid for a sale before."""
        ...


class SalesWork(VoucherWork, SurveyWork, Protocol):
    """Work that reaches sales."""

    @property
    def sales(self) -> Sales: ...

    @property
    def finder(self) -> Finder: ...

    @property
    def products(self) -> Products: ...
