"""The tables of cards: their numbers, plastic records, spoken codes, the counter of numbers."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from adapters.db.metadata import metadata, when, words
from adapters.db.types import Id

cards = Table(
    "cards",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("customer", String(36), ForeignKey("customers.id"), nullable=False),
    Column("number", String(40), nullable=False),
    Column("symbology", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    when("issued_at", null=False),
    Column("replaced_by", String(36), ForeignKey("cards.id")),
    Index("ix_cards_customer", "customer", "state"),
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
    words("name"),
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
    when("until", null=False),
)
counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Id, nullable=False),
)
