"""Whose purchases under a phone's hash are somebody's by now."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from adapters.db.historytables import PHONE, purchases
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.tables import customers
from adapters.db.types import among
from core.shared.values import Phone

_KNOWN = Prepared(
    {dialect: select(purchases.c.owner).where(named) for dialect, named in among(purchases.c.owner, "p_owners").items()}
)


def proven_owners(
    connection: Connection, outside: Outside, after: str, limit: int
) -> tuple[Mapping[str, str], str | None]:
    """Of the next customers with a proven phone, by `phone:<hash>` that has purchases: their ids; where to go on."""
    of = customers.c
    chosen = select(of.id, of.phone).where(of.id > after, of.phone.is_not(None), of.phone_verified_at.is_not(None))
    rows = connection.execute(chosen.where(of.merged_into.is_(None)).order_by(of.id).limit(limit)).all()
    owners = {PHONE + outside.hashed(Phone(row.phone)): row.id for row in rows}
    known = {row.owner for row in _KNOWN.all(connection, {"p_owners": list(owners)})} if owners else set()
    found = {owner: customer for owner, customer in owners.items() if owner in known}
    return found, rows[-1].id if len(rows) == limit else None
