"""The table of the audit log: it only grows (a trigger), each line holds the hash of all before it."""

from sqlalchemy import JSON, Column, Index, String, Table

from adapters.db.metadata import metadata, when, words
from adapters.db.types import Id

audit = Table(
    "audit",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=True),
    when("at", null=False),
    Column("login", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("origin", String(64), nullable=False),
    Column("verb", String(40), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    words("why"),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_verb", "verb", "number"),
    Index("ix_audit_login", "login", "number"),
    Index("ix_audit_subject", "subject", "number"),
)
