"""The tables of imports: each file that was brought, and what it has changed, for whoever takes it back."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table

from adapters.db.metadata import metadata, when, words
from adapters.db.types import Id

imports = Table(
    "imports",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("columns", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("by", String(64), nullable=False),
    when("at", null=False),
    Column("good", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("first", JSON, nullable=False),
    words("why"),
    when("finished_at"),
    Column("undone_by", String(64), nullable=False, server_default=""),
    Column("undone", Integer, nullable=False, server_default="0"),
    Column("kept", Integer, nullable=False, server_default="0"),
)
"""`first`: the first rejected lines with their reasons; `undone` and `kept`: what taking it back came to."""
import_changes = Table(
    "import_changes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("import", String(36), ForeignKey("imports.id"), nullable=False),
    Column("key", String(80), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Index("ix_import_changes_import", "import", "id"),
)
"""Goods and promo items as they were and are, codes of vouchers, numbers of plastics: nothing about a person."""
