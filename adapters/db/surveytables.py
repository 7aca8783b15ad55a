"""The tables of questionnaires. Versions and rewards only grow; an answer is the newest to its question."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from adapters.db.tables import metadata
from adapters.db.types import Id, Instant

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
    Index("ix_answers_question", "question", "kind", "value"),
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
questionnaire_completions = Table(
    "questionnaire_completions",
    metadata,
    Column("customer", String(36), primary_key=True),
    sqlite_with_rowid=False,
)
"""Who had completed the questionnaire when they were judged (`adapters.db.completions`)."""
questionnaire_changes = Table(
    "questionnaire_changes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("customer", String(36), nullable=False),
)
"""Whose answers or profile changed since: triggers add a line in the transaction that changes them."""
questionnaire_judged = Table(
    "questionnaire_judged",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("rule", String(64), nullable=False),
    Column("after", String(36)),
)
"""One row: by which questionnaire and gate, and after whom the first judging goes on; null: everybody was judged."""
GROWS = ("questionnaires", "question_rewards")
"""Tables whose lines nobody changes or removes; triggers hold that on both databases."""
