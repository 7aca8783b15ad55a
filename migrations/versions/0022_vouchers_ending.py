"""vouchers that are still to be used are found by their last day"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    which = sa.text("state = 'issued' and valid_until is not null")
    op.create_index(
        "ix_vouchers_ending", "vouchers", ["valid_until", "offer"], sqlite_where=which, postgresql_where=which
    )


def downgrade() -> None:
    op.drop_index("ix_vouchers_ending", table_name="vouchers")
