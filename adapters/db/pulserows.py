"""When this database was last served, in itself: an older one than the house remembers came out of a backup."""

import secrets
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from adapters.db.sql import put
from adapters.db.tables import counters

_HOUSE, _BEAT = "pulse-house", "pulse-beat"


class Pulse(NamedTuple):
    """Of which database, and when it was last served, in microseconds since 1970; it only grows."""

    house: int
    beat: int

    @property
    def at(self) -> datetime:
        """The instant."""
        return datetime.fromtimestamp(self.beat / 1_000_000, UTC)


class PulseRows:
    """The database's own word of it; a copy says the same as what it was copied from."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last(self) -> Pulse | None:
        """None: nobody has served it since it was made."""
        of = counters.c
        chosen = select(of.name, of.value).where(of.name.in_((_HOUSE, _BEAT))).order_by(of.name).with_for_update()
        found = {row.name: row.value for row in self._connection.execute(chosen)}
        return Pulse(found[_HOUSE], found[_BEAT]) if len(found) == 2 else None  # both or none

    def beat(self, at: datetime, after: int) -> Pulse:
        """It is served now, which is later than `after` whatever the clock says."""
        last = self.last()
        house = secrets.randbits(62) if last is None else last.house
        made = Pulse(house, max(int(at.timestamp() * 1_000_000), after + 1, 0 if last is None else last.beat + 1))
        put(self._connection, counters, [{"name": _HOUSE, "value": made.house}, {"name": _BEAT, "value": made.beat}])
        return made
