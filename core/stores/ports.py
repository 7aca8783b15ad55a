"""What the verbs about stores and tills need."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.programme.ports import ProgrammeWork
from core.shared.values import StoreId, TillId
from core.stores.model import Store, Till


class Stores(Protocol):
    """The retailer's stores."""

    def get(self, store: StoreId) -> Store | None: ...

    def all(self) -> Sequence[Store]:
        """Every store, by city and name."""
        ...

    def save(self, store: Store) -> None:
        """The store, which is there, is as given."""
        ...


class Tills(Protocol):
    """The tills that hold a key."""

    def get(self, till: TillId) -> Till | None: ...

    def add(self, till: Till) -> None: ...

    def save(self, till: Till) -> None: ...

    def revoke(self, till: TillId, at: datetime) -> bool:
        """True when there was a living key to revoke."""
        ...


class StoresWork(ProgrammeWork, Protocol):
    """Work that reaches stores and tills."""

    @property
    def stores(self) -> Stores: ...

    @property
    def tills(self) -> Tills: ...
