"""The tables of segments and campaigns: what is meant, what is planned, each run, each person of a run."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from adapters.db.metadata import metadata, when, words
from adapters.db.types import Id, Instant

segments = Table(
    "segments",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String(80), nullable=False),
    Column("tree", JSON, nullable=False),
    Column("created_by", String(64), nullable=False),
    when("created_at", null=False),
    Column("changed_by", String(64), nullable=False),
    when("changed_at", null=False),
    Column("archived", Boolean, nullable=False, server_default="0"),
)
campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("name", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("plan", JSON, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("created_by", String(64), nullable=False),
    when("created_at", null=False),
    Column("changed_by", String(64), nullable=False),
    when("changed_at", null=False),
    Column("audience", JSON(none_as_null=True)),
    Column("approved_by", String(64), nullable=False, server_default=""),
    when("approved_at"),
    Column("started_by", String(64), nullable=False, server_default=""),
    when("started_at"),
    when("ended_at"),
    words("why"),
    when("resumed_at"),
    Index("ix_campaigns_state", "state"),
)
campaign_runs = Table(
    "campaign_runs",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("campaign", String(36), ForeignKey("campaigns.id"), nullable=False),
    Column("number", Integer, nullable=False),
    when("due_at", null=False),
    when("deliver_by", null=False),
    when("window_until", null=False),
    when("frozen_at"),
    when("ended_at"),
    Column("spent", Integer, nullable=False, server_default="0"),
    Column("figures", JSON, nullable=False),
    UniqueConstraint("campaign", "number"),
)
campaign_people = Table(
    "campaign_people",
    metadata,
    Column("run", Id, primary_key=True),
    Column("serial", Integer, primary_key=True),
    Column("customer", String(36), nullable=False),
    Column("arm", String(16), nullable=False),
    Column("trial", Boolean, nullable=False),
    Column("outcome", String(12)),
    words("reason"),
    Column("channel", String(16)),
    words("message", null=True),
    Column("cost", Integer, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    when("not_before"),
    when("at"),
    when("delivered_at"),
    when("seen_at"),
    when("tapped_at"),
    Index("ix_campaign_people_customer", "customer"),
    sqlite_with_rowid=False,
    postgresql_with={"fillfactor": 70},
)
"""One row for each person of a run, in the control group too; `outcome` null: not settled yet.

`trial`: they are compared, whatever becomes of their message: may be written to, can be reached, not capped, not of the
standing holdout, when the run was frozen. No index has a column that changes: each row is written twice or more.
"""
campaign_counts = Table(
    "campaign_counts",
    metadata,
    Column("run", Id, primary_key=True),
    Column("arm", String(16), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("what", String(12), primary_key=True),
    Column("reason", String(32), primary_key=True),
    Column("people", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How many people of a run stand where: `what` is their outcome, `waiting`, or a mark (`delivered`, `seen`, `tapped`).

Renewed with every row of `campaign_people` that changes, so that nobody has to count a million."""
campaign_rates = Table(
    "campaign_rates",
    metadata,
    Column("run", Id, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("people", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How many of a run's messages were settled in each ten seconds: how fast it goes."""
campaign_packs = Table(
    "campaign_packs",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("run", Id, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("people", JSON, nullable=False),
    when("at", null=False),
    Index("ix_campaign_packs_channel", "channel"),
    Index("ix_campaign_packs_run", "run"),
)
"""Messages that are on their way, as pairs of serial and cost: written before the platform is called, gone with their
outcomes. What an ended sender has left here may have been sent."""
campaign_receipts = Table(
    "campaign_receipts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("bot", String(64), nullable=False),
    Column("user_key", String(128), nullable=False),
    words("message", default=None),
    Column("seen", Boolean, nullable=False),
    when("at", null=False),
    Column("turn", Integer, nullable=False),
    when("due_at", null=False),
    UniqueConstraint("channel", "bot", "user_key", "message", "seen"),
    Index("ix_campaign_receipts_due_at", "due_at"),
)
"""What platforms say of messages, written before they are told that it was heard; gone when the message is marked."""
campaign_senders = Table(
    "campaign_senders",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("sender", String(36), nullable=False),
    when("at", null=False),
)
"""Who sends by the channel: whoever has been replaced cannot begin or settle anything any more."""
