"""questionnaires, answers, points for answering"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Instant
from migrations.growing import only_grows

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questionnaires",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_questionnaires"),
    )
    op.create_table(
        "answers",
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.Column("question", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name="fk_answers_customer"),
        sa.PrimaryKeyConstraint("customer", "question", name="pk_answers"),
    )
    op.create_table(
        "question_rewards",
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("points > 0", name="ck_question_rewards_points"),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name="fk_question_rewards_customer"),
        sa.PrimaryKeyConstraint("customer", "key", name="pk_question_rewards"),
    )
    op.create_index(
        "ix_customers_merged_into",
        "customers",
        ["merged_into"],
        sqlite_where=sa.text("merged_into is not null"),
        postgresql_where=sa.text("merged_into is not null"),
    )
    for table in ("questionnaires", "question_rewards"):
        only_grows(table)


def downgrade() -> None:
    op.drop_index("ix_customers_merged_into", table_name="customers")
    op.drop_table("question_rewards")
    op.drop_table("answers")
    op.drop_table("questionnaires")
