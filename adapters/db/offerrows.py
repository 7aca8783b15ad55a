"""Offers as rows: versions as their data, whom personal ones are for, counters that settle races."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Connection, Engine, bindparam, insert, or_, select, update

from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.saletables import offer_people, offer_uses, offers
from adapters.db.sql import insert_for
from adapters.db.tables import customers
from adapters.db.types import among
from core.offers.model import Offer
from core.offers.reading import offer_from
from core.shared.values import CustomerId, Phone

ALL = ""
"""The counter of an offer over all customers."""
_PEOPLE: BindParameter[Any] = bindparam("p_people", expanding=True)
_OFFERS: BindParameter[Any] = bindparam("p_offers", expanding=True)
_CURRENT = Prepared(select(offers.c.id, offers.c.version).where(offers.c.current).order_by(offers.c.id))
_BODY = select(offers.c.body).where(offers.c.id == bindparam("p_id"), offers.c.version == bindparam("p_version"))
_USES = (
    select(offer_uses)
    .where(offer_uses.c.offer.in_(_OFFERS), or_(offer_uses.c.customer.in_(_PEOPLE), offer_uses.c.customer == ALL))
    .order_by(offer_uses.c.offer, offer_uses.c.customer)
)
_LOCKED_USES = _USES.with_for_update()
_PHONES = Prepared(
    {
        dialect: select(customers.c.phone).where(
            named, customers.c.phone.is_not(None), customers.c.phone_verified_at.is_not(None)
        )
        for dialect, named in among(customers.c.id, "p_ids").items()
    }
)
_ASSIGNED = (
    select(offer_people.c.offer, offer_people.c.reason)
    .where(
        or_(
            offer_people.c.customer.in_(_PEOPLE),
            offer_people.c.phone_hash.in_(bindparam("p_hashes", expanding=True)),
        )
    )
    .order_by(offer_people.c.rank, offer_people.c.id)
)
_read: WeakKeyDictionary[Engine, dict[tuple[str, int], Offer]] = WeakKeyDictionary()
"""Versions never change: each is read from its data once for each database."""


def hashes_of(connection: Connection, outside: Outside, people: Collection[str]) -> list[str]:
    """Under which keyed hashes things may wait for these people: those of the phones they have proven."""
    rows = _PHONES.all(connection, {"p_ids": list(people)})
    return [outside.hashed(Phone(row.phone)) for row in rows]


class OfferRows:
    """Satisfies `core.offers.ports.Offers`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def current(self) -> Sequence[Offer]:
        """By id."""
        known = _read.setdefault(self._connection.engine, {})
        found = []
        for row in _CURRENT.all(self._connection, {}):
            key = (row.id, row.version)
            if key not in known:
                body = self._connection.execute(_BODY, {"p_id": row.id, "p_version": row.version}).scalar_one()
                known[key] = offer_from(body, row.version)
            found.append(known[key])
        return found

    def put(self, offer: Offer, body: Mapping[str, Any]) -> int:
        """The version under which the offer stands now."""
        run = self._connection.execute
        found = run(
            select(offers.c.version, offers.c.body).where(offers.c.id == offer.id, offers.c.current)
        ).one_or_none()
        if found is not None and found.body == dict(body):
            return int(found.version)
        run(update(offers).where(offers.c.id == offer.id, offers.c.current).values(current=False))
        version = int(found.version) + 1 if found is not None else 1
        now = self._outside.clock()
        run(
            insert(offers),
            {"id": offer.id, "version": version, "body": dict(body), "current": True, "at": now},
        )
        return version

    def assign(self, offer: str, people: Sequence[tuple[CustomerId | None, Phone | None]]) -> None:
        """The offer is for exactly these people."""
        self._connection.execute(offer_people.delete().where(offer_people.c.offer == offer))
        rows = [
            {
                "offer": offer,
                "customer": customer,
                "phone_hash": self._outside.hashed(phone) if phone is not None else None,
            }
            for customer, phone in people
        ]
        if rows:
            self._connection.execute(insert(offer_people), rows)

    def hashed(self, phone: Phone) -> str:
        """By the house's key."""
        return self._outside.hashed(phone)

    def assigned(self, people: Collection[CustomerId]) -> Mapping[str, str]:
        """The best rank's reason first."""
        hashes = hashes_of(self._connection, self._outside, people)
        rows = self._connection.execute(_ASSIGNED, {"p_people": list(people), "p_hashes": hashes})
        found: dict[str, str] = {}
        for row in rows:
            found.setdefault(row.offer, row.reason)
        return found

    def uses(
        self, counted: Collection[str], people: Collection[CustomerId], *, lock: bool
    ) -> Mapping[str, tuple[int, int, int]]:
        """A counter that is not there is made before it is locked."""
        if not counted:
            return {}
        lock = lock and self._outside.locks
        if lock:
            rows = [{"offer": offer, "customer": ALL, "uses": 0, "spent": 0} for offer in sorted(counted)]
            self._connection.execute(insert_for(self._connection, offer_uses).on_conflict_do_nothing(), rows)
        values = {"p_offers": sorted(counted), "p_people": list(people)}
        found: dict[str, tuple[int, int, int]] = {}
        for row in self._connection.execute(_LOCKED_USES if lock else _USES, values):
            mine, every, spent = found.get(row.offer, (0, 0, 0))
            if row.customer == ALL:
                found[row.offer] = (mine, row.uses, row.spent)
            else:
                found[row.offer] = (mine + row.uses, every, spent)
        return found

    def count(self, offer: str, customer: CustomerId | None, *, uses: int, spent: int) -> None:
        """Counters change by what happened; the database keeps them from falling below nothing."""
        whose = [ALL] if customer is None else [ALL, customer]
        for one in whose:
            statement = insert_for(self._connection, offer_uses).values(
                offer=offer, customer=one, uses=max(uses, 0), spent=max(spent, 0)
            )
            counted = statement.on_conflict_do_update(
                index_elements=["offer", "customer"],
                set_={"uses": offer_uses.c.uses + uses, "spent": offer_uses.c.spent + spent},
            )
            self._connection.execute(counted)
