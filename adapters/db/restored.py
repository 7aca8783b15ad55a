"""A database out of a backup: what its campaigns have sent since is not in it, so nothing goes on by itself."""

from datetime import UTC, datetime

from sqlalchemy import Connection, inspect, select, update

from adapters.db.auditrows import AuditRows
from adapters.db.campaigntables import campaigns
from adapters.db.engines import sync_engine
from core.audit.model import COMMAND, Entry
from core.campaigns.launching import RESTORED
from core.campaigns.model import State

_PAUSED = {"state": State.PAUSED.value, "why": RESTORED}


def hold_campaigns(url: str) -> int:
    """Every campaign that ran is paused until somebody resumes it; how many did. A database from before has none."""
    engine = sync_engine(url, patient=True)
    try:
        with engine.begin() as connection:
            return _hold(connection) if inspect(connection).has_table("campaigns") else 0
    finally:
        engine.dispose()


def _hold(connection: Connection) -> int:
    of, now = campaigns.c, datetime.now(UTC)
    running = list(connection.execute(select(of.id).where(of.state == State.RUNNING.value)).scalars())
    for campaign in running:
        connection.execute(update(campaigns).where(of.id == campaign).values(**_PAUSED))
        states = {"state": State.RUNNING.value}, {"state": State.PAUSED.value}
        AuditRows(connection).note(Entry(now, COMMAND, "campaign.pause", campaign, *states, why=RESTORED))
    return len(running)
