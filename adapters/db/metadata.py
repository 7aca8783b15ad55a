"""What every table is made with: one `metadata`, whose constraints have names, and the columns that all share."""

from sqlalchemy import Column, MetaData, Text

from adapters.db.types import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def words(name: str, *, null: bool = False, default: str | None = "") -> Column[str]:
    """A text; not null and empty unless said otherwise."""
    return Column(name, Text, nullable=null, server_default=None if null else default)


def when(name: str, *, null: bool = True) -> Column[object]:
    """A UTC instant."""
    return Column(name, Instant, nullable=null)
