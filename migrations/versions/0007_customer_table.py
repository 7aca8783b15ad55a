"""the customer table: features, cluster and churn of each owner, as of the newest planned week"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NUMBERS = (
    "recency_days", "tenure_days", "receipts", "days", "money", "receipts_28d", "receipts_90d", "receipts_365d",
    "money_28d", "money_90d", "money_365d", "categories", "brands", "stores", "weekday", "hour", "returns", "r", "f",
    "m", "basket_third", "items_third",
)  # fmt: skip
_SHARES = (
    "basket_mean", "items_per_receipt", "gap_median", "gap_mean", "gap_sd", "discount_share", "promo_share",
    "return_share", "leaving",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "customer_features",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("first_day", "last_day")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in _NUMBERS),
        *(sa.Column(name, sa.Double(), nullable=True) for name in _SHARES),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("top_category", "top_store", "lifecycle")),
        *(sa.Column(name, sa.Boolean(), nullable=True) for name in ("single_category", "active_12m")),
        sa.Column("cluster", sa.Integer(), nullable=True),
        sa.CheckConstraint("leaving between 0 and 1", name="ck_customer_features_leaving"),
        sa.PrimaryKeyConstraint("owner", name="pk_customer_features"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("customer_features")
