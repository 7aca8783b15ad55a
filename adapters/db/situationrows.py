"""Situations as rows: each change of a rule is one more line, and so is each person whom it met."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from adapters.db.erasing import gone_among
from adapters.db.historytables import PHONE
from adapters.db.offerrows import hashes_of
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.situationtables import situation_people, situation_rules
from adapters.db.sql import add, both
from adapters.db.types import among
from core.offers.meeting import Arm, Met
from core.offers.situations import Rule, Switch, untouched
from core.shared.values import CustomerId

_rules = situation_rules.c
NEWEST = select(situation_rules).where(_rules.id.in_(select(func.max(_rules.id)).group_by(_rules.rule)))
_of = situation_people.c
_MET = Prepared(
    {
        dialect: select(situation_people).where(named)
        for dialect, named in among(_of.owner, "p_owners").items()
    }
)  # fmt: skip
_ADD = both(situation_people, lambda insert: insert.on_conflict_do_nothing().returning(_of.owner))


class SituationRows:
    """Satisfies `core.offers.ports.Situations`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def switches(self) -> Mapping[Rule, Switch]:
        """The newest line of each."""
        return switches_of(self._connection.execute(NEWEST))

    def switch(self, switch: Switch) -> None:
        """One more line."""
        row = {
            "rule": switch.rule.value, "active": switch.on, "offer": switch.offer, "control": switch.control,
            "numbers": dict(switch.values), "actor": switch.actor, "at": switch.at,
        }  # fmt: skip
        add(self._connection, situation_rules, row)

    def lot(self, rule: Rule, owner: str) -> int:
        """By the house's key."""
        return self._outside.lot(rule.value, owner)

    def met(self, rule: Rule, owners: Collection[str]) -> Sequence[Met]:
        """In any order."""
        rows = _MET.all(self._connection, {"p_owners": list(owners)})
        return [met_of(row) for row in rows if row.rule == rule.value]

    def count(self, rule: Rule, week: str) -> Mapping[Arm, int]:
        """By the index of weeks."""
        chosen = select(_of.arm, func.count()).where(_of.week == week, _of.rule == rule.value).group_by(_of.arm)
        found = {Arm(arm): int(count) for arm, count in self._connection.execute(chosen)}
        return {arm: found.get(arm, 0) for arm in Arm}

    def add(self, met: Met) -> bool:
        """The primary key decides."""
        row = {
            "rule": met.rule.value, "owner": met.owner, "week": met.week, "arm": met.arm.value,
            "voucher": met.voucher, "at": met.at,
        }  # fmt: skip
        return _ADD.value(self._connection, row) is not None

    def gone(self, owners: Collection[str]) -> Collection[str]:
        """By id and by hash."""
        return gone_among(self._connection, owners)

    def of(self, people: Sequence[CustomerId]) -> Sequence[Met]:
        """Under ids and hashes."""
        owners = [*people, *(PHONE + one for one in hashes_of(self._connection, self._outside, people))]
        found = [met_of(row) for row in _MET.all(self._connection, {"p_owners": owners})]
        return sorted(found, key=lambda one: (one.at, one.week, one.rule))


def switches_of(rows: Iterable[Any]) -> dict[Rule, Switch]:
    """Every rule as the newest lines have it, in the order of rules."""
    found = {row.rule: row for row in rows}
    return {rule: _switch(rule, found[rule]) if rule in found else untouched(rule) for rule in Rule}


def _switch(rule: Rule, row: Any) -> Switch:
    return Switch(rule, bool(row.active), row.offer, row.control, dict(row.numbers), row.actor, row.at)


def met_of(row: Any) -> Met:
    """A row of `situation_people` as the core knows it."""
    return Met(Rule(row.rule), row.owner, row.week, Arm(row.arm), row.voucher, row.at)
