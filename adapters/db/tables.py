"""The tables. Instants are UTC, phones E.164, enums texts; what is append-only has triggers (migrations)."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from adapters.db.types import Id, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _words(name: str, *, null: bool = False, default: str | None = "") -> Column[str]:
    """A text; not null and empty unless said otherwise."""
    return Column(name, Text, nullable=null, server_default=None if null else default)


def _when(name: str, *, null: bool = True) -> Column[object]:
    return Column(name, Instant, nullable=null)


stores = Table(
    "stores",
    metadata,
    Column("id", String(64), primary_key=True),
    _words("name", default=None),
    _words("city"),
    _words("street"),
    Column("lat", Float),
    Column("lon", Float),
    _words("store_group"),
    _words("hours"),
)
products = Table(
    "products",
    metadata,
    Column("sku", String(64), primary_key=True),
    _words("name", default=None),
    _words("category"),
    _words("brand"),
    Column("price", Integer, CheckConstraint("price >= 0", name="price"), nullable=False, server_default="0"),
    Column("no_points", Boolean, nullable=False, server_default="0"),
    _words("image"),
)
tills = Table(
    "tills",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("store", String(64), ForeignKey("stores.id"), nullable=False),
    _words("name", default=None),
    Column("key_hash", String(64), nullable=False),
    _when("created_at", null=False),
    _when("revoked_at"),
)
till_misses = Table(
    "till_misses",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("till", String(32), nullable=False),
    _when("at", null=False),
    Index("ix_till_misses_till_at", "till", "at"),
)
staff = Table(
    "staff",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    _words("password", default=None),
    Column("one_time", Boolean, nullable=False),
    Column("store", String(64)),
    _when("created_at", null=False),
    _when("disabled_at"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff", String(36), ForeignKey("staff.id"), nullable=False, index=True),
    _when("created_at", null=False),
    _when("seen_at", null=False),
)
customers = Table(
    "customers",
    metadata,
    Column("id", String(36), primary_key=True),
    _when("created_at", null=False),
    _words("name"),
    Column("phone", String(16)),
    _when("phone_verified_at"),
    Column("language", String(2), nullable=False),
    _words("source", null=True),
    Column("birthday", Date),
    _words("sex"),
    _words("city"),
    _words("email"),
    _when("last_seen_at"),
    _words("spend_lock"),
    Column("merged_into", String(36), ForeignKey("customers.id")),
    _when("forgotten_at"),
    UniqueConstraint("phone"),
    Index(
        "ix_customers_merged_into",
        "merged_into",
        sqlite_where=text("merged_into is not null"),
        postgresql_where=text("merged_into is not null"),
    ),
)
addresses = Table(
    "addresses",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("bot", String(64), primary_key=True),
    Column("user_key", String(128), primary_key=True),
    _when("first_seen_at", null=False),
    Column("language", String(2), nullable=False),
    Column("chosen_language", Boolean, nullable=False),
    Column("customer", String(36), ForeignKey("customers.id"), index=True),
    _words("profile_name"),
    _words("source", null=True),
    Column("level", Integer),
    Column("subscribed", Boolean, nullable=False),
    _when("subscribed_at"),
)
consents = Table(
    "consents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("customer", String(36), ForeignKey("customers.id"), nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("given", Boolean, nullable=False),
    _words("version", default=None),
    Column("language", String(2), nullable=False),
    Column("channel", String(16), nullable=False),
    _when("at", null=False),
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
    _when("sent_at", null=False),
    _when("expires_at", null=False),
    Column("tries_left", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
    Index("ix_codes_use_subject_sent_at", "use", "subject", "sent_at"),
    Index("ix_codes_phone_sent_at", "phone", "sent_at"),
    Index("ix_codes_origin_sent_at", "origin", "sent_at"),
    Index("ix_codes_sent_at", "sent_at"),
)
tries = Table(
    "tries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("item", String(128), nullable=False),
    _when("at", null=False),
    Index("ix_tries_kind_subject_at", "kind", "subject", "at"),
)
merges = Table(
    "merges",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("survivor", String(36), ForeignKey("customers.id"), nullable=False),
    Column("absorbed", String(36), ForeignKey("customers.id"), nullable=False),
    _words("actor", default=None),
    _when("at", null=False),
    Column("addresses", JSON, nullable=False),
    Column("card", String(36), nullable=False),
    Column("agreed_before", JSON, nullable=False),
    _when("undone_at"),
)
suppressed = Table(
    "suppressed",
    metadata,
    Column("phone_hash", String(64), primary_key=True),
    _when("at", null=False),
)
cards = Table(
    "cards",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("customer", String(36), ForeignKey("customers.id"), nullable=False, index=True),
    Column("number", String(40), nullable=False),
    Column("symbology", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    _when("issued_at", null=False),
    Column("replaced_by", String(36), ForeignKey("cards.id")),
)
card_numbers = Table(
    "card_numbers",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("card", String(36), ForeignKey("cards.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
)
plastics = Table(
    "plastics",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("symbology", String(8), nullable=False),
    Column("phone", String(16), index=True),
    _words("name"),
    Column("birthday", Date),
    Column("points", Integer, nullable=False),
    Column("points_expire_on", Date),
    Column("blocked", Boolean, nullable=False),
    Column("card", String(36), ForeignKey("cards.id"), index=True),
)
spoken_codes = Table(
    "spoken_codes",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("card", String(36), ForeignKey("cards.id"), nullable=False, index=True),
    _when("until", null=False),
)
counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Id, nullable=False),
)
dialogs = Table(
    "dialogs",
    metadata,
    Column("key", String(256), primary_key=True),
    Column("state", JSON, nullable=False),
)
memories = Table(
    "memories",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("bot", String(64), primary_key=True),
    Column("user_key", String(128), primary_key=True),
    Column("key", String(128), primary_key=True),
    _words("value", default=None),
)
media = Table(
    "media",
    metadata,
    Column("name", String(80), primary_key=True),
    _words("mime", default=None),
    Column("content", LargeBinary, nullable=False),
    Column("owner", String(256), nullable=False, index=True),
    Column("digest", String(64), nullable=False, index=True),
    _when("created_at", null=False),
    _when("until"),
)
inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("bot", String(64), nullable=False),
    Column("user_key", String(128), nullable=False),
    Column("event_key", String(200), nullable=False),
    Column("body", JSON, nullable=False),
    _when("received_at", null=False),
    Column("state", String(8), nullable=False, server_default="new"),
    Column("tries", Integer, nullable=False, server_default="0"),
    _words("error"),
    UniqueConstraint("channel", "bot", "event_key"),
    Index(
        "ix_inbox_waiting",
        "channel",
        "bot",
        "user_key",
        "id",
        sqlite_where=text("state = 'new'"),
        postgresql_where=text("state = 'new'"),
    ),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("event", Id, index=True),
    Column("channel", String(16), nullable=False),
    Column("bot", String(64), nullable=False),
    Column("user_key", String(128), nullable=False),
    Column("letter", JSON, nullable=False),
    Column("language", String(2), nullable=False),
    Column("level", Integer),
    Column("is_last", Boolean, nullable=False),
    _when("created_at", null=False),
    _when("not_before"),
    Column("state", String(12), nullable=False, server_default="new"),
    Column("tries", Integer, nullable=False, server_default="0"),
    _when("lease_until"),
    _words("message"),
    _words("error"),
    Index("ix_outbox_user", "channel", "bot", "user_key", "id"),
    Index(
        "ix_outbox_unsent", "lease_until", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")
    ),
)
events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(40), nullable=False),
    _when("at", null=False),
    Column("customer", String(36), index=True),
    Column("data", JSON, nullable=False),
    Index("ix_events_name_at", "name", "at"),
)
APPEND_ONLY = ("consents",)
"""Tables whose lines nobody changes or removes; triggers hold that on both databases."""
