"""Verbs about stores and tills: edit a store; give a till a key, another one beside it, take them away."""

from dataclasses import replace

from core.shared.refusals import Conflict, Invalid, Unknown
from core.shared.values import StoreId, TillId
from core.stores.model import Store, Till, key_hash, till_key
from core.stores.ports import StoresWork

_LONGEST = 200
"""Characters of a store's name, address, group or hours."""


def edit_store(work: StoresWork, *, store: Store) -> Store:
    """The store is as given. Raises Unknown (`unknown-store`), Invalid (`bad-store`, with the field)."""
    if work.stores.get(store.id) is None:
        raise Unknown("unknown-store", store=store.id)
    if not store.name:
        raise Invalid("name", "bad-store")
    for field in ("name", "city", "street", "group", "hours"):
        text: str = getattr(store, field)
        if len(text) > _LONGEST or not text.isprintable():
            raise Invalid(field, "bad-store")
    work.stores.save(store)
    return store


def add_till(work: StoresWork, *, store: StoreId, name: str) -> str:
    """A new till of the store; its key is the answer and is never to be seen again.

    Raises Unknown (`unknown-store`).
    """
    if work.stores.get(store) is None:
        raise Unknown("unknown-store", store=store)
    till, secret = TillId(work.chance.digits(10)), work.chance.token()
    work.tills.add(Till(till, store, name, key_hash(secret), work.now))
    return till_key(till, secret)


def second_key(work: StoresWork, *, till: TillId) -> str:
    """A second key that opens beside the first, until `leave_first_key`; it is never to be seen again.

    Raises Unknown (`unknown-till`), Conflict (`second-key-there`).
    """
    known = _living(work, till)
    if known.next_hash is not None:
        raise Conflict("second-key-there")
    secret = work.chance.token()
    work.tills.save(replace(known, next_hash=key_hash(secret), next_at=work.now))
    return till_key(till, secret)


def leave_first_key(work: StoresWork, *, till: TillId) -> None:
    """The second key is the only one. Raises Unknown (`unknown-till`), Conflict (`no-second-key`)."""
    known = _living(work, till)
    if known.next_hash is None:
        raise Conflict("no-second-key")
    work.tills.save(replace(known, key_hash=known.next_hash, next_hash=None, next_at=None))


def revoke_till(work: StoresWork, *, till: TillId) -> None:
    """The till's keys open nothing from now on. Raises Unknown (`unknown-till`) when no living key is there."""
    if not work.tills.revoke(till, work.now):
        raise Unknown("unknown-till", till=till)


def _living(work: StoresWork, till: TillId) -> Till:
    known = work.tills.get(till)
    if known is None or known.revoked_at is not None:
        raise Unknown("unknown-till", till=till)
    return known
