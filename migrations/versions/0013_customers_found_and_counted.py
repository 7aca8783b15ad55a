"""customers are found by the beginning of a name and their merges by either side; figures of the house are kept"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
_STATES = (("inbox", "parked"), ("outbox", "failed"))


def upgrade() -> None:
    op.create_table(
        "kept_figures",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kept_figures"),
    )
    op.create_index("ix_customers_name", "customers", ["name"], postgresql_ops={"name": "text_pattern_ops"})
    op.create_index("ix_merges_survivor", "merges", ["survivor"])
    op.create_index("ix_merges_absorbed", "merges", ["absorbed"])
    for table, state in _STATES:
        here = sa.text(f"state = '{state}'")
        op.create_index(f"ix_{table}_{state}", table, ["id"], sqlite_where=here, postgresql_where=here)


def downgrade() -> None:
    for table, state in _STATES:
        op.drop_index(f"ix_{table}_{state}", table)
    op.drop_index("ix_merges_absorbed", "merges")
    op.drop_index("ix_merges_survivor", "merges")
    op.drop_index("ix_customers_name", "customers")
    op.drop_table("kept_figures")
