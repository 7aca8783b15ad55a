"""Runs the migrations over one connection of the given database."""

from alembic import context

from adapters.db.engines import sync_engine
from adapters.db.tables import metadata

url = context.config.attributes["url"]
engine = sync_engine(url, patient=True)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    if connection.in_transaction():
        connection.commit()
engine.dispose()
