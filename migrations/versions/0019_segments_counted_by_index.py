"""what segments ask for most of the customer table, and who does not want profiling, are read from indexes alone"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
_TOLD = ["owner", "lifecycle", "active_12m", "r", "f", "m", "basket_third", "items_third", "single_category", "cluster",
         "leaving"]  # fmt: skip


def upgrade() -> None:
    op.create_index("ix_customer_features_told", "customer_features", _TOLD)
    sqlite, postgresql = (sa.text(f"purpose = 'profiling' and given is {no}") for no in ("0", "false"))
    op.create_index(
        "ix_consents_against_profiling", "consents", ["customer"], sqlite_where=sqlite, postgresql_where=postgresql
    )


def downgrade() -> None:
    op.drop_index("ix_consents_against_profiling", table_name="consents")
    op.drop_index("ix_customer_features_told", table_name="customer_features")
