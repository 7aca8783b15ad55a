"""Migrations as functions: up, down, where we are."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapters.db.engines import sync_engine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """The database has the tables of this version."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str = "-1") -> None:
    """The database is one revision (or down to the named one) older."""
    command.downgrade(_config(url), revision)


def current(url: str) -> str | None:
    """The revision that the database has; None when it is empty."""
    engine = sync_engine(url, patient=True)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def newest() -> str | None:
    """The revision that this version wants."""
    return ScriptDirectory.from_config(_config("")).get_current_head()


def is_current(url: str) -> bool:
    """True when the database is as new as this version."""
    return current(url) == newest()
