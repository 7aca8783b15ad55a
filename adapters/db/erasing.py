"""Forget me, in every table: what hangs on a person, on those merged into them, and on their phones is gone at once."""

from collections.abc import Callable, Collection, Sequence, Set
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, or_, select, update

from adapters.db.historytables import PHONE, purchases
from adapters.db.prepared import Prepared
from adapters.db.profiletables import customer_features
from adapters.db.situationtables import situation_people
from adapters.db.sql import belongs, insert_for, to
from adapters.db.surveytables import answers
from adapters.db.tables import (
    addresses,
    campaign_receipts,
    cards,
    codes,
    customers,
    dialogs,
    inbox,
    media,
    memories,
    merges,
    outbox,
    plastics,
    spoken_codes,
    suppressed,
    tries,
)
from adapters.db.types import among
from adapters.db.weektables import offer_events, plan_rows, plans, refused_goods
from core.cards.model import CardState
from core.shared.values import Address, CustomerId, Phone

_BY_ADDRESS = (inbox, outbox, memories, campaign_receipts, addresses)
"""Tables whose rows belong to an address, by (channel, bot, user_key)."""
_NOBODY = {
    "name": "", "phone": None, "phone_verified_at": None, "source": None, "birthday": None, "sex": "", "city": "",
    "email": "", "last_seen_at": None, "spend_lock": "",
}  # fmt: skip
_NO_OWNER = {"phone": None, "name": "", "birthday": None}
_BATCH = 400
_IS_KNOWN = Prepared(select(exists().where(belongs(addresses))))
_FORGOTTEN = Prepared(
    {
        dialect: select(customers.c.id).where(named, customers.c.forgotten_at.is_not(None))
        for dialect, named in among(customers.c.id, "p_ids").items()
    }
)


def erase_addresses(connection: Connection, customer: CustomerId, found: Sequence[Address]) -> None:
    """Events, replies, dialogs, memories, files, codes, tries, answers, picks, figures and whom rules met are gone.

    The facts in `events` keep ids only and stay; consents stay as proof under the pseudonymous id.
    """
    for address in found:
        for table in _BY_ADDRESS:
            connection.execute(delete(table).where(_belongs(table, address)))
        _erase_key(connection, address.key)
    _erase_key(connection, customer)
    for table in (answers, refused_goods, offer_events):
        connection.execute(delete(table).where(table.c.customer == customer))
    _erase_picks(connection, customer)
    erase_profiles(connection, [customer])
    about = or_(merges.c.survivor == customer, merges.c.absorbed == customer)
    connection.execute(update(merges).where(about).values(addresses=[]))


def erase_absorbed(connection: Connection, customer: CustomerId, now: datetime, hashed: Callable[[Phone], str]) -> None:
    """Everybody who was merged into the customer, and so was the same person, is forgotten with them."""
    for gone in absorbed_by(connection, customer):
        phone = connection.execute(select(customers.c.phone).where(customers.c.id == gone)).scalar()
        if phone is not None:
            suppress(connection, Phone(phone), now, hashed)
        erase_addresses(connection, gone, ())
        erase_plastic_owner(connection, gone)
        owned = select(cards.c.id).where(cards.c.customer == gone)
        connection.execute(delete(spoken_codes).where(spoken_codes.c.card.in_(owned)))
        connection.execute(update(cards).where(cards.c.customer == gone).values(state=CardState.DELETED.value))
        connection.execute(update(customers).where(customers.c.id == gone).values(**_NOBODY, forgotten_at=now))


def suppress(connection: Connection, phone: Phone, at: datetime, hashed: Callable[[Phone], str]) -> None:
    """The keyed hash of the phone is on the list; what went to the phone, or names its owner by it, is gone."""
    connection.execute(delete(outbox).where(outbox.c.channel == "sms", outbox.c.user_key == phone.e164))
    connection.execute(delete(codes).where(codes.c.phone == phone.e164))
    connection.execute(update(plastics).where(plastics.c.phone == phone.e164).values(**_NO_OWNER))
    connection.execute(delete(purchases).where(purchases.c.owner == PHONE + hashed(phone)))
    _erase_picks(connection, PHONE + hashed(phone))
    erase_profiles(connection, [PHONE + hashed(phone)])
    statement = insert_for(connection, suppressed).on_conflict_do_nothing()
    connection.execute(statement, {"phone_hash": hashed(phone), "at": at})


def forgotten_among(connection: Connection, hashes: Collection[str]) -> Set[str]:
    """Those of the keyed hashes that are on the suppression list."""
    found: set[str] = set()
    given = sorted(hashes)
    for at in range(0, len(given), _BATCH):
        chosen = select(suppressed.c.phone_hash).where(suppressed.c.phone_hash.in_(given[at : at + _BATCH]))
        found |= set(connection.execute(chosen).scalars())
    return found


def gone_among(connection: Connection, owners: Collection[str]) -> Set[str]:
    """Those of the owners of purchases who asked to be forgotten: customers, and phones on the suppression list."""
    phones = {owner.removeprefix(PHONE) for owner in owners if owner.startswith(PHONE)}
    ids = [owner for owner in owners if not owner.startswith(PHONE)]
    gone = {row.id for row in _FORGOTTEN.all(connection, {"p_ids": ids})}
    return gone | {PHONE + one for one in forgotten_among(connection, phones)}


def erase_plastic_owner(connection: Connection, customer: CustomerId) -> None:
    """Plastic records that the customer's cards have restored name nobody."""
    owned = select(cards.c.id).where(cards.c.customer == customer)
    connection.execute(update(plastics).where(plastics.c.card.in_(owned)).values(**_NO_OWNER))


def erase_last_words(connection: Connection, address: Address) -> None:
    """What was remembered while the farewell was sent to an address that is forgotten by now is gone too."""
    if not _IS_KNOWN.value(connection, to(address)):
        kept = and_(_belongs(outbox, address), or_(outbox.c.state == "new", outbox.c.channel == "web"))
        connection.execute(delete(outbox).where(_belongs(outbox, address), ~kept))
        connection.execute(delete(memories).where(_belongs(memories, address)))
        connection.execute(delete(media).where(media.c.owner == address.key))


def absorbed_by(connection: Connection, customer: CustomerId) -> list[CustomerId]:
    """Everybody who was merged into the customer, or into one of those."""
    found: list[CustomerId] = []
    last = [customer]
    while last:
        chosen = select(merges.c.absorbed).where(merges.c.survivor.in_(last), merges.c.undone_at.is_(None))
        last = [CustomerId(one) for one in connection.execute(chosen).scalars() if one not in (customer, *found)]
        found += last
    return found


def erase_profiles(connection: Connection, owners: Collection[str]) -> None:
    """The customer table has no row of these owners."""
    connection.execute(delete(customer_features).where(customer_features.c.owner.in_(owners)))


def _erase_picks(connection: Connection, owner: str) -> None:
    """No plan has a row of the owner, by the key of each of the few plans there are; no rule has met them."""
    connection.execute(delete(situation_people).where(situation_people.c.owner == owner))
    of = plan_rows.c
    connection.execute(delete(plan_rows).where(of.plan.in_(select(plans.c.id)), of.owner == owner))


def _erase_key(connection: Connection, key: str) -> None:
    """What is kept under the key of an address or the id of a customer."""
    connection.execute(delete(dialogs).where(dialogs.c.key == key))
    connection.execute(delete(media).where(media.c.owner == key))
    connection.execute(
        delete(codes).where(or_(codes.c.origin == key, codes.c.subject.startswith(f"{key}|", autoescape=True)))
    )
    connection.execute(delete(tries).where(tries.c.subject == key))


def _belongs(table: Table, address: Address) -> ColumnElement[bool]:
    row = table.c
    return and_(row.channel == address.channel, row.bot == address.bot, row.user_key == address.user)
