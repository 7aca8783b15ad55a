"""The tables of questionnaires. Versions and rewards only grow; an answer is the newest to its question."""

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Integer, PrimaryKeyConstraint, String, Table, Text

from adapters.db.tables import metadata
from adapters.db.types import Instant

questionnaires = Table(
    "questionnaires",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("data", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
answers = Table(
    "answers",
    metadata,
    Column("customer", String(36), ForeignKey("customers.id"), nullable=False),
    Column("question", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("value", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("customer", "question"),
)
question_rewards = Table(
    "question_rewards",
    metadata,
    Column("customer", String(36), ForeignKey("customers.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("points", Integer, CheckConstraint("points > 0", name="points"), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("customer", "key"),
)
GROWS = ("questionnaires", "question_rewards")
"""Tables whose lines nobody changes or removes; triggers hold that on both databases."""
