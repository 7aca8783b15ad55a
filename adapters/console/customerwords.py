"""The words of what a customer's pages tell: for each value that the core knows, its key in the catalogue."""

from collections.abc import Mapping

from core.customers.risk import Sign

CARD: Mapping[str, str] = {
    "": "client.card-none",
    "prepared": "client.card-prepared",
    "issued": "client.card-issued",
    "active": "client.card-active",
    "blocked": "client.card-blocked",
    "replaced": "client.card-replaced",
    "deleted": "client.card-deleted",
}
NUMBER: Mapping[str, str] = {
    "current": "client.number-current",
    "alias": "client.number-alias",
    "replaced": "client.number-replaced",
}
PURPOSE: Mapping[str, str] = {
    "terms": "client.purpose-terms",
    "marketing": "client.purpose-marketing",
    "profiling": "client.purpose-profiling",
}
PROOF: Mapping[str, str] = {
    "none": "client.proof-none",
    "claimed": "client.proof-claimed",
    "proven": "client.proof-proven",
    "recycled-phone": "client.proof-recycled",
}
BLOCK: Mapping[str, str] = {
    "questionnaire": "client.block-questionnaire",
    "recycled-phone": "client.block-recycled",
    "card-blocked": "client.block-blocked",
    "card-issued": "client.block-issued",
    "no-card": "client.block-no-card",
}
VOUCHER: Mapping[str, str] = {
    "issued": "client.voucher-issued",
    "reserved": "client.voucher-reserved",
}
STAGE: Mapping[str, str] = {
    "registered": "client.stage-registered",
    "new": "client.stage-new",
    "regular": "client.stage-regular",
    "lapsing": "client.stage-lapsing",
    "lost": "client.stage-lost",
}
FEATURE: Mapping[str, str] = {
    "lifecycle": "client.feature-lifecycle",
    "receipts_365d": "client.feature-receipts",
    "money_365d": "client.feature-money",
    "basket_mean": "client.feature-basket",
    "last_day": "client.feature-last",
    "gap_median": "client.feature-gap",
    "top_category": "client.feature-category",
    "top_store": "client.feature-store",
    "discount_share": "client.feature-discount",
    "cluster": "client.feature-cluster",
    "leaving": "client.feature-leaving",
}
"""What of the customer table is told, in this order; the JSON has all of it."""
WHY: Mapping[Sign, tuple[str, str]] = {
    Sign.SILENCE: ("client.why-silence-less", "client.why-silence-more"),
    Sign.RHYTHM: ("client.why-rhythm-less", "client.why-rhythm-more"),
    Sign.VISITS: ("client.why-visits-less", "client.why-visits-more"),
    Sign.MONEY: ("client.why-money-less", "client.why-money-more"),
    Sign.TENURE: ("client.why-tenure-less", "client.why-tenure-more"),
    Sign.GAP: ("client.why-gap-less", "client.why-gap-more"),
    Sign.SPREAD: ("client.why-spread-less", "client.why-spread-more"),
    Sign.ITEMS: ("client.why-items-less", "client.why-items-more"),
    Sign.DISCOUNTS: ("client.why-discounts-less", "client.why-discounts-more"),
    Sign.RETURNS: ("client.why-returns-less", "client.why-returns-more"),
    Sign.LATELY: ("client.why-lately-less", "client.why-lately-more"),
    Sign.TREND: ("client.why-trend-less", "client.why-trend-more"),
    Sign.CATEGORIES: ("client.why-categories-less", "client.why-categories-more"),
    Sign.GOODS: ("client.why-goods-less", "client.why-goods-more"),
}
"""What speaks for or against somebody's leaving, where there is less of it than others have, and where more."""
OUTCOME: Mapping[str, tuple[str, str]] = {
    "waiting": ("client.outcome-waiting", "client.why-waiting"),
    "sent": ("client.outcome-sent", "client.why-sent"),
    "failed": ("client.outcome-failed", "client.why-failed"),
    "unreachable": ("client.outcome-unreachable", "client.why-unreachable"),
    "capped": ("client.outcome-capped", "client.why-capped"),
    "no_consent": ("client.outcome-no-consent", "client.why-no-consent"),
    "expired": ("client.outcome-expired", "client.why-expired"),
    "control": ("client.outcome-control", "client.why-control"),
    "stopped": ("client.outcome-stopped", "client.why-stopped"),
    "unknown": ("client.outcome-unknown", "client.why-unknown"),
}
"""What became of a message, and what that means."""
UNREACHED: Mapping[str, tuple[str, str]] = {
    "no_consent": ("client.now-no-consent", "client.do-no-consent"),
    "unreachable": ("client.now-unreachable", "client.do-unreachable"),
    "capped": ("client.now-capped", "client.do-capped"),
    "holdout": ("client.now-holdout", "client.do-holdout"),
}
"""Why advertising would not come today, and what helps."""
NO_OFFERS: Mapping[str, str] = {
    "not-planned": "client.offers-not-planned",
    "not-profiled": "client.offers-not-profiled",
    "nothing-left": "client.offers-nothing-left",
}
ACT: Mapping[str, tuple[str, str]] = {
    "block": ("client.act-block", "client.says-block"),
    "reissue": ("client.act-reissue", "client.says-reissue"),
    "adjust": ("client.act-adjust", "client.says-adjust"),
    "withdraw": ("client.act-withdraw", "client.says-withdraw"),
    "forget": ("client.act-forget", "client.says-forget"),
    "merge": ("client.act-merge", "client.says-merge"),
    "unmerge": ("client.act-unmerge", "client.says-unmerge"),
}
"""What is done, and what it means."""
