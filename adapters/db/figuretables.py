"""Figures that are counted by the hour and kept: what a page of the console could not count while somebody waits."""

from sqlalchemy import JSON, Column, String, Table

from adapters.db.metadata import metadata, when

kept_figures = Table(
    "kept_figures",
    metadata,
    Column("name", String(16), primary_key=True),
    when("at", null=False),
    Column("figures", JSON, nullable=False),
)
"""The newest of each name: sums over everybody, never a person."""
