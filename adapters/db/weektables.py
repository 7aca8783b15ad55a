"""The tables of the week's offers: what is cheaper, what is picked for whom and how, what people did about it."""

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, Integer, String, Table, Text, text

from adapters.db.ledgertables import OWNER
from adapters.db.tables import metadata
from adapters.db.types import Id, Instant

CURRENT, BUILDING, REPLACED = "current", "building", "replaced"

promo = Table(
    "promo",
    metadata,
    Column("week", String(8), primary_key=True),
    Column("sku", String(64), primary_key=True),
    Column("price_was", BigInteger, nullable=False),
    Column("price", BigInteger, CheckConstraint("price > 0 and price < price_was", name="price"), nullable=False),
    Column("title_uk", Text, nullable=False, server_default=""),
    Column("title_en", Text, nullable=False, server_default=""),
    Column("stores", JSON, nullable=False),
    Column("per_customer", Integer, CheckConstraint("per_customer > 0", name="per_customer")),
    Column("version", Integer, nullable=False),
)
"""`stores`: ids, groups resolved when the file was read; empty: all of them."""
plans = Table(
    "plans",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("week", String(8), nullable=False),
    Column("state", String(10), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("figures", JSON),
    Column("inputs", String(64)),
    *(
        Index(
            f"ix_plans_{state}", "week", unique=True, sqlite_where=text(f"state = '{state}'"),
            postgresql_where=text(f"state = '{state}'"),
        )
        for state in (CURRENT, BUILDING)
    ),
)  # fmt: skip
"""At most one of a week is current, and one is being made; the headers stay, with their figures. `inputs`: a digest of
what the plan is made of."""
plan_rows = Table(
    "plan_rows",
    metadata,
    Column("plan", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", String(80), primary_key=True),
    Column("picks", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""A million rows a week, read by their key alone: no foreign key to check for each, on SQLite no second tree."""
refused_goods = Table(
    "refused_goods",
    metadata,
    Column("customer", String(36), primary_key=True),
    Column("sku", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)
offer_events = Table(
    "offer_events",
    metadata,
    Column("customer", String(OWNER), primary_key=True),
    Column("week", String(8), primary_key=True),
    Column("sku", String(64), primary_key=True),
    Column("what", String(10), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_offer_events_week_customer", "week", "customer"),
)
week_reports = Table(
    "week_reports",
    metadata,
    Column("week", String(8), primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("figures", JSON, nullable=False),
)
rankings = Table(
    "rankings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("champion", String(16), nullable=False),
    Column("challenger", String(16)),
    Column("share", Integer, CheckConstraint("share between 0 and 50", name="share"), nullable=False),
    Column("salt", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("by", String(64), nullable=False),
)
"""The newest row holds; nobody changes or removes a line."""
GROWS = ("rankings",)
