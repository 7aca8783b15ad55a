"""Batches of vouchers, lists of vouchers by offer and state, answers counted by question.

Revision ID: 0016
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table, the column that leads to it, the indexes of the lists."""
    op.create_table(
        "voucher_batches",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("offer", sa.String(length=64), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", sa.String(length=64), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_voucher_batches"),
        sa.CheckConstraint("made >= 0 and made <= codes", name="ck_voucher_batches_made"),
    )
    op.create_index("ix_voucher_batches_offer", "voucher_batches", ["offer"])
    op.add_column("vouchers", sa.Column("batch", sa.String(length=36), nullable=True))
    op.create_index("ix_vouchers_batch", "vouchers", ["batch", "state", "code"])
    op.drop_index("ix_vouchers_offer", "vouchers")
    op.create_index("ix_vouchers_offer", "vouchers", ["offer", "state", "code"])
    op.create_index("ix_answers_question", "answers", ["question", "kind", "value"])


def downgrade() -> None:
    """As it was."""
    op.drop_index("ix_answers_question", "answers")
    op.drop_index("ix_vouchers_offer", "vouchers")
    op.create_index("ix_vouchers_offer", "vouchers", ["offer"])
    op.drop_index("ix_vouchers_batch", "vouchers")
    op.drop_column("vouchers", "batch")
    op.drop_table("voucher_batches")
