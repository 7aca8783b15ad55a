"""campaigns go out: who is compared, how many stand where, what is on its way, who sends"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Id, Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("resumed_at", Instant(), nullable=True))
    op.drop_table("campaign_people")  # nothing has gone out before this version
    op.create_table(
        "campaign_people",
        *_row(),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        *_later(),
        sa.PrimaryKeyConstraint("run", "serial", name="pk_campaign_people"),
        sqlite_with_rowid=False,
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_campaign_people_customer", "campaign_people", ["customer"])
    op.create_table(
        "campaign_counts",
        sa.Column("run", Id, nullable=False),
        sa.Column("arm", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run", "arm", "channel", "what", "reason", name="pk_campaign_counts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_rates",
        sa.Column("run", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run", "at", name="pk_campaign_rates"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_packs",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("run", Id, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_packs"),
    )
    for column in ("channel", "run"):
        op.create_index(f"ix_campaign_packs_{column}", "campaign_packs", [column])
    op.create_table(
        "campaign_senders",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("sender", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_campaign_senders"),
    )
    viber = sa.text("channel = 'viber'")
    op.create_index(
        "ix_inbox_session", "inbox", ["user_key", "received_at"], sqlite_where=viber, postgresql_where=viber
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_session", table_name="inbox")
    for table in ("campaign_senders", "campaign_packs", "campaign_rates", "campaign_counts", "campaign_people"):
        op.drop_table(table)
    op.create_table(
        "campaign_people",
        *_row(),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("sender", sa.String(length=36), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        *_later(),
        sa.PrimaryKeyConstraint("run", "serial", name="pk_campaign_people"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_campaign_people_customer", "campaign_people", ["customer", "at"])
    waiting = sa.text("outcome is null")
    op.create_index(
        "ix_campaign_people_waiting", "campaign_people", ["run", "serial"],
        sqlite_where=waiting, postgresql_where=waiting,
    )  # fmt: skip
    op.drop_column("campaigns", "resumed_at")


def _row() -> list[sa.Column[object]]:
    return [
        sa.Column("run", Id, nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.Column("arm", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("cost", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
    ]


def _later() -> list[sa.Column[object]]:
    return [sa.Column(name, Instant(), nullable=True) for name in ("at", "delivered_at", "seen_at", "tapped_at")]
