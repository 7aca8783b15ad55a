"""purchase history"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purchases",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_purchases"),
    )


def downgrade() -> None:
    op.drop_table("purchases")
