"""What the online half knows of purchases before it: when somebody first and last bought; the lines are in the lake."""

from sqlalchemy import Column, String, Table

from adapters.db.tables import metadata
from adapters.db.types import Instant
from core.offers.meeting import PHONE as PHONE

purchases = Table(
    "purchases",
    metadata,
    Column("owner", String(80), primary_key=True),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
)
"""`owner`: a customer's id, or `phone:<keyed hash>` until somebody proves the phone."""
