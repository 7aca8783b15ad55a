"""Every table, by the rooms that describe them; who needs `metadata` whole takes it from here.

Instants are UTC, phones E.164, enums texts; what is append-only has triggers (migrations).
"""

from adapters.db.audittables import audit
from adapters.db.campaigntables import (
    campaign_counts,
    campaign_packs,
    campaign_people,
    campaign_rates,
    campaign_receipts,
    campaign_runs,
    campaign_senders,
    campaigns,
    segments,
)
from adapters.db.cardtables import card_numbers, cards, counters, plastics, spoken_codes
from adapters.db.factortables import recovery_codes, staff_factors
from adapters.db.figuretables import kept_figures
from adapters.db.housetables import (
    events,
    products,
    sessions,
    staff,
    stores,
    till_misses,
    till_sightings,
    tills,
    tries,
)
from adapters.db.importtables import import_changes, imports
from adapters.db.metadata import metadata
from adapters.db.peopletables import addresses, agreements, codes, consents, customers, merges, suppressed
from adapters.db.resulttables import campaign_results
from adapters.db.talktables import dialogs, inbox, media, memories, outbox

__all__ = [
    "APPEND_ONLY",
    "addresses",
    "agreements",
    "audit",
    "campaign_counts",
    "campaign_packs",
    "campaign_people",
    "campaign_rates",
    "campaign_receipts",
    "campaign_results",
    "campaign_runs",
    "campaign_senders",
    "campaigns",
    "card_numbers",
    "cards",
    "codes",
    "consents",
    "counters",
    "customers",
    "dialogs",
    "events",
    "import_changes",
    "imports",
    "inbox",
    "kept_figures",
    "media",
    "memories",
    "merges",
    "metadata",
    "outbox",
    "plastics",
    "products",
    "recovery_codes",
    "segments",
    "sessions",
    "spoken_codes",
    "staff",
    "staff_factors",
    "stores",
    "suppressed",
    "till_misses",
    "till_sightings",
    "tills",
    "tries",
]
APPEND_ONLY = ("audit", "consents")
"""Tables whose lines nobody changes or removes; triggers hold that on both databases."""
