"""The customer table as rows: written range by range of owners, read for one person, gone for whoever says so."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select

from adapters.db.consentsql import UNPROFILED
from adapters.db.erasing import forgotten_among
from adapters.db.historytables import PHONE, purchases
from adapters.db.offerrows import hashes_of
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.profiletables import customer_features
from adapters.db.saletables import sales
from adapters.db.sql import fill
from adapters.db.tables import agreements, customers
from adapters.db.types import among
from core.shared.values import CustomerId

CHUNK = 500
"""Owners in one work: 5 ms of a core, so that a sale does not wait for 50 on a busy machine."""
_of = customer_features.c
BOUGHT_NOTHING = and_(
    customer_features.c.owner.is_(None),
    customers.c.id.not_in(select(sales.c.customer).where(sales.c.customer.is_not(None))),
    customers.c.id.not_in(select(purchases.c.owner)),
    customers.c.id.not_in(select(agreements.c.customer).where(UNPROFILED)),
)
"""Of customers beside their row, if they have one: that they have none because there is nothing to put into it."""
_KEPT_OUT = Prepared(
    {
        dialect: select(customers.c.id)
        .where(named, or_(customers.c.forgotten_at.is_not(None), customers.c.merged_into.is_not(None)))
        .union(select(agreements.c.customer).where(said, UNPROFILED))
        for (dialect, named), said in zip(
            among(customers.c.id, "p_ids").items(), among(agreements.c.customer, "p_ids").values(), strict=True
        )
    }
)
_AFTER = delete(customer_features).where(_of.owner > bindparam("p_after"))
_REST, _RANGE = Prepared(_AFTER), Prepared(_AFTER.where(_of.owner <= bindparam("p_until")))
_NEXT = Prepared(
    select(_of.owner).where(_of.owner > bindparam("p_after")).order_by(_of.owner).offset(CHUNK - 1).limit(1)
)
_FOUND = Prepared(
    {dialect: select(customer_features).where(named) for dialect, named in among(_of.owner, "p_owners").items()}
)


class ProfileRows:
    """Satisfies `core.offers.ports.Profiles`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def of(self, people: Sequence[CustomerId]) -> Mapping[str, object] | None:
        """By their ids, then by the phones that they have proven."""
        owners = [*people, *(PHONE + one for one in hashes_of(self._connection, self._outside, people))]
        rows = _FOUND.all(self._connection, {"p_owners": owners})
        row = min(rows, key=lambda row: owners.index(row.owner), default=None)
        return None if row is None else dict(row._asdict())

    def put(self, columns: Mapping[str, Sequence[Any]], after: str) -> None:
        """The range is emptied and filled in one work: nobody sees it half."""
        owners: Sequence[str] = columns["owner"]
        if len(owners) > CHUNK:
            raise ValueError(f"at most {CHUNK} owners in one work, or a till waits too long")
        self._alone()
        _RANGE.run(self._connection, {"p_after": after, "p_until": owners[-1]})
        gone = self._kept_out(owners)
        kept = [at for at, owner in enumerate(owners) if owner not in gone]
        if len(kept) < len(owners):
            columns = {name: [values[at] for at in kept] for name, values in columns.items()}
        fill(self._connection, customer_features, columns)

    def end(self, after: str) -> bool:
        """By ranges of the same size."""
        self._alone()
        until = _NEXT.value(self._connection, {"p_after": after})
        if until is None:
            _REST.run(self._connection, {"p_after": after})
            return True
        _RANGE.run(self._connection, {"p_after": after, "p_until": until})
        return False

    def _alone(self) -> None:
        """Whoever withdraws or is forgotten at this moment comes before this work or after it, never between its
        question and its answer; on SQLite the writer is alone anyway."""
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql("lock table customer_features in share row exclusive mode")

    def _kept_out(self, owners: Collection[str]) -> set[str]:
        """Forgotten, merged into somebody, or not to be profiled, by now."""
        phones = {owner.removeprefix(PHONE) for owner in owners if owner.startswith(PHONE)}
        ids = [owner for owner in owners if not owner.startswith(PHONE)]
        gone = {row[0] for row in _KEPT_OUT.all(self._connection, {"p_ids": ids})}
        return gone | {PHONE + one for one in forgotten_among(self._connection, phones)}
