"""Lots drawn by the databases: who is in the standing holdout, and who in which arm (core.campaigns.arms).

PostgreSQL knows SHA-256, and tells its digests apart; SQLite is taught to draw, and is told the number of the arm.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from adapters.db.tables import customers
from core.campaigns.arms import Arm, bound

_HELD = -1
"""What SQLite draws for whoever is in the standing holdout, in place of an arm's number."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What lots are drawn with. `held_below`: the lots of the house's salt that are the standing holdout."""

    house: str
    own: str
    held_below: int
    arms: Sequence[Arm]
    dialect: str

    @property
    def _taught(self) -> bool:
        return self.dialect == "sqlite"

    def get_ready(self, connection: Connection) -> None:
        """Whatever `columns` asks for is there, on this connection."""
        if self._taught:
            driver: Any = connection.connection.dbapi_connection
            driver.create_function("kartka_draw", 1, self._drawer(), deterministic=True)

    def columns(self, customer: ColumnElement[str]) -> list[ColumnElement[Any]]:
        """Of each of them, what `held`, `control` and `arm` are said by."""
        gone = customers.alias("gone").c
        if self._taught:
            lots: list[ColumnElement[Any]] = [_drawn(customer).label("drawn")]
            other = _drawn(gone.id)
            held, control = other == _HELD, other == 0
        else:
            digests = self._digests(customer)
            lots = [one.label(name) for name, one in zip(("house_lot", "own_lot"), digests, strict=True)]
            house, own = self._digests(gone.id)
            held, control = house < bound(self.held_below), own < bound(self.arms[0].share)
        return [
            *lots,
            customer.in_(_into(gone, held)).label("was_held"),
            customer.in_(_into(gone, control)).label("was_control"),
        ]

    def held(self, of: Any) -> ColumnElement[bool]:
        """They, or a self of theirs, are in the standing holdout: of a control group one stays a member (domain 2)."""
        return or_(of.drawn == _HELD if self._taught else of.house_lot < bound(self.held_below), of.was_held)

    def control(self, of: Any) -> ColumnElement[bool]:
        """They, or a self of theirs, are in the campaign's control group; of the held nothing is said."""
        return or_(of.drawn == 0 if self._taught else of.own_lot < bound(self.arms[0].share), of.was_control)

    def arm(self, of: Any) -> ColumnElement[int]:
        """The number of their arm, the control group's for the held."""
        nothing = (or_(self.held(of), self.control(of)), 0)
        if self._taught:
            return case(nothing, else_=of.drawn)
        return case(
            nothing, *((of.own_lot < edge, number) for number, edge in enumerate(self._edges)), else_=self._last
        )

    @property
    def _last(self) -> int:
        return len(self.arms) - 1

    @property
    def _edges(self) -> list[bytes]:
        """Before each the lots of its arm end; behind them all are the last arm's."""
        return [bound(edge) for edge in accumulate(one.share for one in self.arms[:-1])]

    def _digests(self, customer: ColumnElement[str]) -> list[ColumnElement[bytes]]:
        return [_digest(salt, customer) for salt in (self.house, self.own)]

    def _drawer(self) -> Callable[[bytes], int]:
        """The number of the customer's arm, or that they are held; each salt is digested once."""
        house, own = (hashlib.sha256(f"{salt}:".encode()).copy for salt in (self.house, self.own))
        below, edges = bound(self.held_below), self._edges

        def drawn(customer: bytes) -> int:
            lot = house()
            lot.update(customer)
            if lot.digest() < below:
                return _HELD
            lot = own()
            lot.update(customer)
            return bisect_right(edges, lot.digest())

        return drawn


def _drawn(customer: ColumnElement[str]) -> ColumnElement[int]:
    """SQLite gives the bytes as it has them."""
    return func.kartka_draw(cast(customer, LargeBinary), type_=Integer)


def _into(gone: Any, drawn: ColumnElement[bool]) -> Select[Any]:
    """Into whom those of the lots were merged."""
    return select(gone.merged_into).where(gone.merged_into.is_not(None), drawn)


def _digest(salt: str, customer: ColumnElement[str]) -> ColumnElement[bytes]:
    given: Any = bindparam(None, f"{salt}:", String, unique=True)
    return func.sha256(func.convert_to(given.concat(customer), literal_column("'UTF8'")), type_=LargeBinary)
