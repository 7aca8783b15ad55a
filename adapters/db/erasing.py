"""Forget me, in every table: what hangs on a person's addresses is gone at once."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, or_, update

from adapters.db.tables import addresses, codes, dialogs, inbox, media, memories, outbox, plastics, tries
from core.shared.values import Address, CustomerId

_BY_ADDRESS = (inbox, outbox, memories, addresses)
"""Tables whose rows belong to an address, by (channel, bot, user_key)."""


def erase_addresses(connection: Connection, customer: CustomerId, found: Sequence[Address]) -> None:
    """Events, replies, dialogs, memories, files, codes and tries of the customer's addresses are gone.

    The facts in `events` keep ids only and stay; consents stay as proof under the pseudonymous id.
    """
    for address in found:
        for table in _BY_ADDRESS:
            connection.execute(
                delete(table).where(
                    table.c.channel == address.channel, table.c.bot == address.bot, table.c.user_key == address.user
                )
            )
        connection.execute(delete(dialogs).where(dialogs.c.key == address.key))
        connection.execute(delete(media).where(media.c.owner == address.key))
        connection.execute(delete(codes).where(codes.c.origin == address.key))
    connection.execute(delete(dialogs).where(dialogs.c.key == customer))
    connection.execute(delete(media).where(media.c.owner == customer))
    connection.execute(delete(codes).where(or_(codes.c.origin == customer, codes.c.subject.like(f"{customer}|%"))))
    connection.execute(delete(tries).where(tries.c.subject == customer))


def erase_phone(connection: Connection, phone: str) -> None:
    """Messages and codes that went to the phone itself are gone."""
    connection.execute(delete(outbox).where(outbox.c.channel == "sms", outbox.c.user_key == phone))
    connection.execute(delete(codes).where(codes.c.phone == phone))


def erase_plastic_owner(connection: Connection, cards: Sequence[str]) -> None:
    """Plastic records that these cards have restored name nobody."""
    blank = {"phone": None, "name": "", "birthday": None}
    connection.execute(update(plastics).where(plastics.c.card.in_(cards)).values(**blank))
