"""The tables of people: who they are, where they write from, what they agreed to, who turned out to be whom."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from adapters.db.metadata import metadata, when, words
from adapters.db.types import Id

customers = Table(
    "customers",
    metadata,
    Column("id", String(36), primary_key=True),
    when("created_at", null=False),
    words("name"),
    Column("phone", String(16)),
    when("phone_verified_at"),
    Column("language", String(2), nullable=False),
    words("source", null=True),
    Column("birthday", Date),
    words("sex"),
    words("city"),
    words("email"),
    when("last_seen_at"),
    words("spend_lock"),
    Column("merged_into", String(36), ForeignKey("customers.id")),
    when("forgotten_at"),
    UniqueConstraint("phone"),
    Index(
        "ix_customers_merged_into",
        "merged_into",
        sqlite_where=text("merged_into is not null"),
        postgresql_where=text("merged_into is not null"),
    ),
    Index(
        "ix_customers_forgotten",
        "id",
        sqlite_where=text("forgotten_at is not null"),
        postgresql_where=text("forgotten_at is not null"),
    ),
)
addresses = Table(
    "addresses",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("bot", String(64), primary_key=True),
    Column("user_key", String(128), primary_key=True),
    when("first_seen_at", null=False),
    Column("language", String(2), nullable=False),
    Column("chosen_language", Boolean, nullable=False),
    Column("customer", String(36), ForeignKey("customers.id"), index=True),
    words("profile_name"),
    words("source", null=True),
    Column("level", Integer),
    Column("subscribed", Boolean, nullable=False),
    when("subscribed_at"),
)
consents = Table(
    "consents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("customer", String(36), ForeignKey("customers.id"), nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("given", Boolean, nullable=False),
    words("version", default=None),
    Column("language", String(2), nullable=False),
    Column("channel", String(16), nullable=False),
    when("at", null=False),
)
codes = Table(
    "codes",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("use", String(16), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("phone", String(16)),
    Column("origin", String(256), nullable=False),
    Column("digest", String(64), nullable=False),
    when("sent_at", null=False),
    when("expires_at", null=False),
    Column("tries_left", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
    Index("ix_codes_use_subject_sent_at", "use", "subject", "sent_at"),
    Index("ix_codes_phone_sent_at", "phone", "sent_at"),
    Index("ix_codes_origin_sent_at", "origin", "sent_at"),
    Index("ix_codes_sent_at", "sent_at"),
)
merges = Table(
    "merges",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("survivor", String(36), ForeignKey("customers.id"), nullable=False),
    Column("absorbed", String(36), ForeignKey("customers.id"), nullable=False),
    words("actor", default=None),
    when("at", null=False),
    Column("addresses", JSON, nullable=False),
    Column("card", String(36), nullable=False),
    Column("agreed_before", JSON, nullable=False),
    when("undone_at"),
)
suppressed = Table(
    "suppressed",
    metadata,
    Column("phone_hash", String(64), primary_key=True),
    when("at", null=False),
)
