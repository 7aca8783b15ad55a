"""receipts of campaigns' messages, on record until it is known whose message it was; room for each row's own outcome"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Id, Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_receipts",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("bot", sa.String(length=64), nullable=False),
        sa.Column("user_key", sa.String(length=128), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_receipts"),
        sa.UniqueConstraint(
            "channel",
            "bot",
            "user_key",
            "message",
            "seen",
            name="uq_campaign_receipts_channel_bot_user_key_message_seen",
        ),
    )
    op.create_index("ix_campaign_receipts_due_at", "campaign_receipts", ["due_at"])


def downgrade() -> None:
    op.drop_table("campaign_receipts")
