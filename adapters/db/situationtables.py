"""The tables of situations: how each rule stands and stood, and whom a rule met in which week."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table

from adapters.db.tables import metadata
from adapters.db.types import Id, Instant

situation_rules = Table(
    "situation_rules",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("rule", String(20), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("offer", String(64)),
    Column("control", Integer, nullable=False),
    Column("numbers", JSON, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
"""The newest line of a rule is how it stands; `numbers`: the parameters that were chosen, by name."""
situation_people = Table(
    "situation_people",
    metadata,
    Column("rule", String(20), primary_key=True),
    Column("owner", String(80), primary_key=True),
    Column("week", String(8), primary_key=True),
    Column("arm", String(10), nullable=False),
    Column("voucher", String(32)),
    Column("at", Instant, nullable=False),
    Index("ix_situation_people_owner", "owner"),
    Index("ix_situation_people_week", "week", "rule", "arm"),
)
"""Once for each rule, person and week: a week planned twice gives nobody a second voucher."""
GROWS = ("situation_rules",)
