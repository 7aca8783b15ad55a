"""operations by their instant, so that sealing looks at the newest only"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_operations_at", "operations", ["at"])


def downgrade() -> None:
    op.drop_index("ix_operations_at", table_name="operations")
