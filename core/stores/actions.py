"""Verbs about tills: give one a key, take it away."""

from core.shared.refusals import Unknown
from core.shared.values import StoreId, TillId
from core.stores.model import Till, key_hash, till_key
from core.stores.ports import StoresWork


def add_till(work: StoresWork, *, store: StoreId, name: str) -> str:
    """A new till of the store; its key is the answer and is never to be seen again.

    Raises Unknown (`unknown-store`).
    """
    if work.stores.get(store) is None:
        raise Unknown("unknown-store", store=store)
    till, secret = TillId(work.chance.digits(10)), work.chance.token()
    work.tills.add(Till(till, store, name, key_hash(secret), work.now))
    return till_key(till, secret)


def revoke_till(work: StoresWork, *, till: TillId) -> None:
    """The till's key opens nothing from now on. Raises Unknown (`unknown-till`) when no living key is there."""
    if not work.tills.revoke(till, work.now):
        raise Unknown("unknown-till", till=till)
