"""The tables of points. Operations, entries, members and seals only grow; purses, lots and holds follow from them."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text
from sqlalchemy import UniqueConstraint as Unique

from adapters.db.tables import metadata
from adapters.db.types import Id, Instant

KEY = 300
"""Characters of a source or key: 255 that a till may send, and what the house puts before them."""
OWNER = 64
"""Characters of a customer's id, or of a plastic's purse that nobody has restored."""

once_keys = Table(
    "once_keys",
    metadata,
    Column("source", String(KEY), primary_key=True),
    Column("key", String(KEY), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
operations = Table(
    "operations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("source", String(KEY), nullable=False),
    Column("key", String(KEY), nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("business_at", Instant, nullable=False),
    Column("actor", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("corrects", String(36), ForeignKey("operations.id"), index=True),
    Unique("source", "key"),
)
lots = Table(
    "lots",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("customer", String(OWNER), nullable=False),
    Column("operation", String(36), ForeignKey("operations.id"), nullable=False, index=True),
    Column("source", String(12), nullable=False),
    Column("earned", BigInteger, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("activates_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("pending", BigInteger, CheckConstraint("pending >= 0", name="pending"), nullable=False),
    Column("active", BigInteger, CheckConstraint("active >= 0", name="active"), nullable=False),
    Column("held", BigInteger, CheckConstraint("held >= 0", name="held"), nullable=False),
    CheckConstraint("pending + active + held <= earned", name="within"),
    Index(
        "ix_lots_living",
        "customer",
        "expires_at",
        sqlite_where=text("pending + active + held > 0"),
        postgresql_where=text("pending + active + held > 0"),
    ),
    Index("ix_lots_ripe", "activates_at", sqlite_where=text("pending > 0"), postgresql_where=text("pending > 0")),
    Index(
        "ix_lots_over",
        "expires_at",
        "active",
        "customer",
        sqlite_where=text("active > 0"),
        postgresql_where=text("active > 0"),
    ),
)
entries = Table(
    "entries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("operation", String(36), ForeignKey("operations.id"), nullable=False, index=True),
    Column("account", String(12), nullable=False),
    Column("customer", String(OWNER)),
    Column("lot", String(36), index=True),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("(account in ('active', 'pending', 'held')) = (customer is not null)", name="owner"),
    Index(
        "ix_entries_customer",
        "customer",
        sqlite_where=text("customer is not null"),
        postgresql_where=text("customer is not null"),
    ),
)
members = Table(
    "operation_members",
    metadata,
    Column("customer", String(OWNER), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("operation", String(36), ForeignKey("operations.id"), nullable=False, index=True),
    Column("active", BigInteger, nullable=False),
    Column("pending", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("debt", BigInteger, nullable=False),
)
purses = Table(
    "purses",
    metadata,
    Column("customer", String(OWNER), primary_key=True),
    Column("active", BigInteger, CheckConstraint("active >= 0", name="active"), nullable=False, server_default="0"),
    Column("pending", BigInteger, CheckConstraint("pending >= 0", name="pending"), nullable=False, server_default="0"),
    Column("held", BigInteger, CheckConstraint("held >= 0", name="held"), nullable=False, server_default="0"),
    Column("debt", BigInteger, CheckConstraint("debt >= 0", name="debt"), nullable=False, server_default="0"),
    Column("number", Integer, nullable=False, server_default="0"),
    Column("due_at", Instant),
    Index(
        "ix_purses_due", "due_at", sqlite_where=text("due_at is not null"), postgresql_where=text("due_at is not null")
    ),
)
holds = Table(
    "holds",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("operation", String(36), ForeignKey("operations.id"), nullable=False),
    Column("customer", String(OWNER), nullable=False, index=True),
    Column("points", BigInteger, CheckConstraint("points > 0", name="points"), nullable=False),
    Column("until", Instant, nullable=False),
    Column("source", String(KEY), nullable=False),
    Column("state", String(10), nullable=False),
    Index("ix_holds_open", "until", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
)
seals = Table(
    "seals",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=True),
    Column("operation", String(36), ForeignKey("operations.id"), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
)
GROWS = ("operations", "entries", "operation_members", "seals")
"""Nobody changes or removes a line of these; triggers hold that on both databases."""
