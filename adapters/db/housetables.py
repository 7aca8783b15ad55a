"""The tables of the house: stores, goods, tills, staff, counted tries, facts."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Float, ForeignKey, Index, Integer, String, Table

from adapters.db.metadata import metadata, when, words
from adapters.db.types import Id

stores = Table(
    "stores",
    metadata,
    Column("id", String(64), primary_key=True),
    words("name", default=None),
    words("city"),
    words("street"),
    Column("lat", Float),
    Column("lon", Float),
    words("store_group"),
    words("hours"),
)
products = Table(
    "products",
    metadata,
    Column("sku", String(64), primary_key=True),
    words("name", default=None),
    words("category"),
    words("brand"),
    Column("price", Integer, CheckConstraint("price >= 0", name="price"), nullable=False, server_default="0"),
    Column("no_points", Boolean, nullable=False, server_default="0"),
    words("image"),
)
tills = Table(
    "tills",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("store", String(64), ForeignKey("stores.id"), nullable=False),
    words("name", default=None),
    Column("key_hash", String(64), nullable=False),
    when("created_at", null=False),
    when("revoked_at"),
    Column("next_hash", String(64)),
    when("next_at"),
)
"""`next_hash`: of a second key that opens too, while the till is given it."""
till_sightings = Table(
    "till_sightings",
    metadata,
    Column("till", String(32), primary_key=True),
    when("seen_at", null=False),
    when("next_seen_at"),
)
"""When a till was last heard, to the minute, and when by its second key."""
till_misses = Table(
    "till_misses",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("till", String(32), nullable=False),
    when("at", null=False),
    Index("ix_till_misses_till_at", "till", "at"),
)
staff = Table(
    "staff",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    words("password", default=None),
    Column("one_time", Boolean, nullable=False),
    Column("store", String(64)),
    when("created_at", null=False),
    when("disabled_at"),
    Column("sends", Boolean, nullable=False, server_default="0"),
    when("last_login_at"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff", String(36), ForeignKey("staff.id"), nullable=False, index=True),
    when("created_at", null=False),
    when("seen_at", null=False),
    Column("factored", Boolean, nullable=False, server_default="0"),
)
tries = Table(
    "tries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("item", String(128), nullable=False),
    when("at", null=False),
    Index("ix_tries_kind_subject_at", "kind", "subject", "at"),
)
events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(40), nullable=False),
    when("at", null=False),
    Column("customer", String(36), index=True),
    Column("data", JSON, nullable=False),
    Index("ix_events_name_at", "name", "at"),
)
