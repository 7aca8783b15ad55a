"""situations: how each rule stands and stood, whom a rule met in which week"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Id, Instant
from migrations.growing import only_grows

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "situation_rules",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("offer", sa.String(length=64), nullable=True),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_situation_rules"),
    )
    op.create_table(
        "situation_people",
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("arm", sa.String(length=10), nullable=False),
        sa.Column("voucher", sa.String(length=32), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "owner", "week", name="pk_situation_people"),
    )
    op.create_index("ix_situation_people_owner", "situation_people", ["owner"])
    op.create_index("ix_situation_people_week", "situation_people", ["week", "rule", "arm"])
    only_grows("situation_rules")
    gone = sa.text("forgotten_at is not null")
    op.create_index("ix_customers_forgotten", "customers", ["id"], sqlite_where=gone, postgresql_where=gone)


def downgrade() -> None:
    op.drop_index("ix_customers_forgotten", table_name="customers")
    op.drop_table("situation_people")
    op.drop_table("situation_rules")
