"""The tables of the talk: dialogs, what a channel remembers, files, events as they came, letters on their way."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from adapters.db.metadata import metadata, when, words
from adapters.db.types import Id

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
    words("value", default=None),
)
media = Table(
    "media",
    metadata,
    Column("name", String(80), primary_key=True),
    words("mime", default=None),
    Column("content", LargeBinary, nullable=False),
    Column("owner", String(256), nullable=False, index=True),
    Column("digest", String(64), nullable=False, index=True),
    when("created_at", null=False),
    when("until"),
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
    when("received_at", null=False),
    Column("state", String(8), nullable=False, server_default="new"),
    Column("tries", Integer, nullable=False, server_default="0"),
    words("error"),
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
    Index(
        "ix_inbox_session",
        "user_key",
        "received_at",
        sqlite_where=text("channel = 'viber'"),
        postgresql_where=text("channel = 'viber'"),
    ),
    Index("ix_inbox_parked", "id", sqlite_where=text("state = 'parked'"), postgresql_where=text("state = 'parked'")),
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
    when("created_at", null=False),
    when("not_before"),
    Column("state", String(12), nullable=False, server_default="new"),
    Column("tries", Integer, nullable=False, server_default="0"),
    when("lease_until"),
    words("message"),
    words("error"),
    Index("ix_outbox_user", "channel", "bot", "user_key", "id"),
    Index(
        "ix_outbox_unsent", "lease_until", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")
    ),
    Index("ix_outbox_failed", "id", sqlite_where=text("state = 'failed'"), postgresql_where=text("state = 'failed'")),
)
