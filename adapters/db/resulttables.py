"""What campaigns did, as it was last counted."""

from sqlalchemy import JSON, Column, Integer, String, Table

from adapters.db.metadata import metadata, when

campaign_results = Table(
    "campaign_results",
    metadata,
    Column("campaign", String(36), primary_key=True),
    Column("run", Integer, primary_key=True, autoincrement=False),
    when("made_at", null=False),
    Column("state", String(8), nullable=False),
    Column("figures", JSON, nullable=False),
)
"""`run`: its number, 0 for all runs together; of the standing holdout the month, as 202611."""
