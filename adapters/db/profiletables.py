"""The customer table of the newest planned week: what each owner's purchases say of them."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Double, Index, Integer, String, Table, Text
from sqlalchemy.types import TypeEngine

from adapters.db.tables import metadata

_NUMBER: TypeEngine[Any] = BigInteger()
_SHARE: TypeEngine[Any] = Double()
_FEATURES: dict[str, TypeEngine[Any]] = {
    "first_day": Date(), "last_day": Date(), "recency_days": _NUMBER, "tenure_days": _NUMBER, "receipts": _NUMBER,
    "days": _NUMBER, "money": _NUMBER, "basket_mean": _SHARE, "items_per_receipt": _SHARE, "gap_median": _SHARE,
    "gap_mean": _SHARE, "gap_sd": _SHARE, "receipts_28d": _NUMBER, "receipts_90d": _NUMBER, "receipts_365d": _NUMBER,
    "money_28d": _NUMBER, "money_90d": _NUMBER, "money_365d": _NUMBER, "categories": _NUMBER, "brands": _NUMBER,
    "stores": _NUMBER, "top_category": Text(), "top_store": Text(), "weekday": _NUMBER, "hour": _NUMBER,
    "discount_share": _SHARE, "promo_share": _SHARE, "returns": _NUMBER, "return_share": _SHARE,
    "single_category": Boolean(), "active_12m": Boolean(), "lifecycle": Text(), "r": _NUMBER, "f": _NUMBER,
    "m": _NUMBER, "basket_third": _NUMBER, "items_third": _NUMBER,
}  # fmt: skip
customer_features = Table(
    "customer_features",
    metadata,
    Column("owner", String(80), primary_key=True),
    Column("week", String(8), nullable=False),
    *(Column(name, kind) for name, kind in _FEATURES.items()),
    Column("cluster", Integer),
    Column("leaving", _SHARE, CheckConstraint("leaving between 0 and 1", name="leaving")),
    Column("leaving_why", Text),
    Index(
        "ix_customer_features_told",
        "owner",
        "lifecycle",
        "active_12m",
        "r",
        "f",
        "m",
        "basket_third",
        "items_third",
        "single_category",
        "cluster",
        "leaving",
    ),
    sqlite_with_rowid=False,
)
"""`owner` as in `purchases`; the features are defined in `adapters/analytics/features.py`. `leaving`: the chance that
nothing is bought within the horizon of the churn score, null for whoever never bought; `leaving_why`: what speaks for
it and against it (`core.customers.risk`).

The one index is a narrow copy of the table in its own order, of what segments ask for most: a million of them are
counted in it in a third of the time, and whoever writes the table range by range writes it beside.
"""
