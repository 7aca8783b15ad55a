"""what came of a week's offers, which ranking chooses them, and what an unfinished plan was begun with"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Id, Instant
from migrations.growing import only_grows

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "week_reports",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("week", name="pk_week_reports"),
    )
    op.create_table(
        "rankings",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("champion", sa.String(length=16), nullable=False),
        sa.Column("challenger", sa.String(length=16), nullable=True),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.CheckConstraint("share between 0 and 50", name="ck_rankings_share"),
        sa.PrimaryKeyConstraint("id", name="pk_rankings"),
    )
    only_grows("rankings")
    op.add_column("plans", sa.Column("inputs", sa.String(length=64), nullable=True))
    op.drop_index("ix_offer_events_week_what_kind", "offer_events")
    op.create_index("ix_offer_events_week_customer", "offer_events", ["week", "customer"])


def downgrade() -> None:
    op.drop_index("ix_offer_events_week_customer", "offer_events")
    op.create_index("ix_offer_events_week_what_kind", "offer_events", ["week", "what", "kind"])
    op.drop_column("plans", "inputs")
    for table in ("rankings", "week_reports"):
        op.drop_table(table)
