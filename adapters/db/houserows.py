"""Stores, tills, staff and tries: rows and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from adapters.db.prepared import Prepared
from adapters.db.sql import add, flat, one, renew
from adapters.db.tables import sessions, staff, stores, tills, tries
from core.shared.values import Place, StaffId, StoreId, TillId
from core.staff.model import Role, StaffMember
from core.stores.model import Store, Till

_STORE = Prepared(select(stores).where(stores.c.id == bindparam("p_id")))
_STORES = Prepared(select(stores).order_by(stores.c.city, stores.c.name, stores.c.id))
_TILL = Prepared(select(tills).where(tills.c.id == bindparam("p_id")))
_TRIED = (
    tries.c.kind == bindparam("p_kind"),
    tries.c.subject == bindparam("p_subject"),
    tries.c.at > bindparam("p_since"),
)
_DISTINCT = Prepared(select(func.count(tries.c.item.distinct())).where(*_TRIED))
_INCLUDED = Prepared(select(tries.c.id).where(*_TRIED, tries.c.item == bindparam("p_item")).limit(1))
_CLEAR = Prepared(delete(tries).where(tries.c.kind == bindparam("p_kind"), tries.c.subject == bindparam("p_subject")))


class StoreRows:
    """Satisfies `core.stores.ports.Stores`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, store: StoreId) -> Store | None:
        """The store with the id."""
        row = _STORE.one(self._connection, {"p_id": store})
        return None if row is None else store_of_row(row)

    def all(self) -> Sequence[Store]:
        """Every store, by city and name."""
        return [store_of_row(row) for row in _STORES.all(self._connection, {})]

    def save(self, store: Store) -> None:
        """The row with its id."""
        renew(self._connection, stores, row_of_store(store))


class TillRows:
    """Satisfies `core.stores.ports.Tills`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, till: TillId) -> Till | None:
        """The till with the id, revoked or not."""
        row = _TILL.one(self._connection, {"p_id": till})
        return None if row is None else till_of_row(row)

    def add(self, till: Till) -> None:
        """The till's key opens from now on."""
        add(self._connection, tills, flat(till))

    def save(self, till: Till) -> None:
        """The till is as given."""
        renew(self._connection, tills, flat(till))

    def revoke(self, till: TillId, at: datetime) -> bool:
        """The key opens nothing any more; False when it did not before."""
        living = update(tills).where(tills.c.id == till, tills.c.revoked_at.is_(None))
        return self._connection.execute(living, {"revoked_at": at}).rowcount == 1


class StaffRows:
    """Satisfies `core.staff.ports.Staff`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, member: StaffId) -> StaffMember | None:
        """The member with the id."""
        row = one(self._connection, select(staff).where(staff.c.id == member))
        return None if row is None else _member(row)

    def by_login(self, login: str) -> StaffMember | None:
        """The member with the login."""
        row = one(self._connection, select(staff).where(staff.c.login == login))
        return None if row is None else _member(row)

    def owners(self) -> int:
        """Owners who can log in."""
        chosen = select(func.count()).select_from(staff)
        living = chosen.where(staff.c.role == Role.OWNER.value, staff.c.disabled_at.is_(None))
        return self._connection.execute(living).scalar_one()

    def add(self, member: StaffMember) -> None:
        """The member can log in."""
        add(self._connection, staff, flat(member))

    def save(self, member: StaffMember) -> None:
        """The member is as given."""
        renew(self._connection, staff, flat(member))

    def end_sessions(self, member: StaffId) -> None:
        """Nobody is logged in as this member."""
        self._connection.execute(delete(sessions).where(sessions.c.staff == member))

    def end_session(self, session: str) -> bool:
        """By what its hash begins with."""
        begun = sessions.c.token_hash.startswith(session, autoescape=True)
        return self._connection.execute(delete(sessions).where(begun)).rowcount == 1

    def seen(self, member: StaffId, at: datetime) -> None:
        """The last login, for whoever looks at the staff."""
        self._connection.execute(update(staff).where(staff.c.id == member).values(last_login_at=at))


class TryRows:
    """Satisfies `core.shared.work.Tries`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, kind: str, subject: str, item: str, at: datetime) -> None:
        """One more attempt."""
        add(self._connection, tries, {"kind": kind, "subject": subject, "item": item, "at": at})

    def distinct(self, kind: str, subject: str, since: datetime) -> int:
        """Different items tried since."""
        tried = {"p_kind": kind, "p_subject": subject, "p_since": since}
        return int(_DISTINCT.value(self._connection, tried))

    def includes(self, kind: str, subject: str, item: str, since: datetime) -> bool:
        """True when this item was tried since."""
        tried = {"p_kind": kind, "p_subject": subject, "p_since": since, "p_item": item}
        return _INCLUDED.one(self._connection, tried) is not None

    def clear(self, kind: str, subject: str) -> None:
        """The subject's attempts are forgotten."""
        _CLEAR.run(self._connection, {"p_kind": kind, "p_subject": subject})


def row_of_store(store: Store) -> dict[str, Any]:
    """A store as its row."""
    return {
        "id": store.id, "name": store.name, "city": store.city, "street": store.street,
        "lat": store.place.lat if store.place else None, "lon": store.place.lon if store.place else None,
        "store_group": store.group, "hours": store.hours,
    }  # fmt: skip


def store_of_row(row: Row[Any]) -> Store:
    """A row of `stores` as the core knows it."""
    place = Place(row.lat, row.lon) if row.lat is not None and row.lon is not None else None
    return Store(StoreId(row.id), row.name, row.city, row.street, place, row.store_group, row.hours)


def till_of_row(row: Row[Any]) -> Till:
    """A row of `tills` as the core knows it."""
    return Till(
        TillId(row.id), StoreId(row.store), row.name, row.key_hash, row.created_at, row.revoked_at, row.next_hash,
        row.next_at,
    )  # fmt: skip


def _member(row: Row[Any]) -> StaffMember:
    store = StoreId(row.store) if row.store else None
    return StaffMember(
        StaffId(row.id), row.login, Role(row.role), row.password, row.one_time, row.created_at, store, row.disabled_at,
        row.sends,
    )  # fmt: skip
