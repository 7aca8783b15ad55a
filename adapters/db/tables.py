"""Every table, by the rooms that describe them; who needs `metadata` whole takes it from here.

Instants are UTC, phones E.164, enums texts; what is append-only has triggers (migrations).
"""

from adapters.db.cardtables import card_numbers, cards, counters, plastics, spoken_codes
from adapters.db.housetables import events, products, sessions, staff, stores, till_misses, tills, tries
from adapters.db.metadata import metadata
from adapters.db.peopletables import addresses, codes, consents, customers, merges, suppressed
from adapters.db.talktables import dialogs, inbox, media, memories, outbox

__all__ = [
    "APPEND_ONLY",
    "addresses",
    "card_numbers",
    "cards",
    "codes",
    "consents",
    "counters",
    "customers",
    "dialogs",
    "events",
    "inbox",
    "media",
    "memories",
    "merges",
    "metadata",
    "outbox",
    "plastics",
    "products",
    "sessions",
    "spoken_codes",
    "staff",
    "stores",
    "suppressed",
    "till_misses",
    "tills",
    "tries",
]
APPEND_ONLY = ("consents",)
"""Tables whose lines nobody changes or removes; triggers hold that on both databases."""
