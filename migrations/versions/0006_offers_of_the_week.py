"""offers of the week: promo items, plans, refused goods, what came of offers"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Id, Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promo",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("price_was", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("title_uk", sa.Text(), server_default="", nullable=False),
        sa.Column("title_en", sa.Text(), server_default="", nullable=False),
        sa.Column("stores", sa.JSON(), nullable=False),
        sa.Column("per_customer", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("price > 0 and price < price_was", name="ck_promo_price"),
        sa.CheckConstraint("per_customer > 0", name="ck_promo_per_customer"),
        sa.PrimaryKeyConstraint("week", "sku", name="pk_promo"),
    )
    op.create_table(
        "plans",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    for state in ("current", "building"):
        only = sa.text(f"state = '{state}'")
        op.create_index(f"ix_plans_{state}", "plans", ["week"], unique=True, sqlite_where=only, postgresql_where=only)
    op.create_table(
        "plan_rows",
        sa.Column("plan", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("picks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan", "owner", name="pk_plan_rows"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refused_goods",
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer", "sku", name="pk_refused_goods"),
    )
    op.create_table(
        "offer_events",
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer", "week", "sku", "what", name="pk_offer_events"),
    )
    op.create_index("ix_offer_events_week_what_kind", "offer_events", ["week", "what", "kind"])


def downgrade() -> None:
    for table in ("offer_events", "refused_goods", "plan_rows", "plans", "promo"):
        op.drop_table(table)
