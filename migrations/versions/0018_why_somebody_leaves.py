"""beside the chance that a customer stays away: what speaks for it and against it"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer_features", sa.Column("leaving_why", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("customer_features", "leaving_why")
