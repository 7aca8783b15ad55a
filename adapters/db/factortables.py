"""The tables of the second factor: what a member's secret is made from, how far its codes are used, the way back in."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from adapters.db.metadata import metadata, when

staff_factors = Table(
    "staff_factors",
    metadata,
    Column("staff", String(36), ForeignKey("staff.id"), primary_key=True),
    Column("salt", String(64), nullable=False),
    when("since"),
    Column("last_step", BigInteger, nullable=False, server_default="0"),
)
"""No secret stands here: it is made from the salt and the house's key. `since` is empty until the first right code."""
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("staff", String(36), ForeignKey("staff.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
)
"""Keyed hashes of codes that are not used yet."""
