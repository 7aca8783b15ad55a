"""what campaigns did, as it was last counted"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_results",
        sa.Column("campaign", sa.String(length=36), nullable=False),
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "run", name="pk_campaign_results"),
    )


def downgrade() -> None:
    op.drop_table("campaign_results")
