"""Whether somebody of a run may be written to at this moment: asked for many at once, right before they are.

Everything is looked at again that may have changed since the run was frozen: merges, erasures, consents, subscriptions,
the cap, the session at Viber. Of most people one statement tells all of it; of those who were merged, forgotten or have
left the channel, what their former selves did counts too, and is asked for here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from adapters.db.audience import (
    LONGEST_LIFE,
    MEANWHILE,
    PAID,
    SESSION,
    cap_since,
    counts_as_contact,
    spoke,
)
from adapters.db.campaigntables import campaign_people, campaign_runs, campaigns
from adapters.db.prepared import Prepared
from adapters.db.standing import CHANNELS, NO_ADDRESS
from adapters.db.tables import addresses, consents, customers, inbox
from adapters.db.types import among
from core.campaigns.arms import CONTROL
from core.campaigns.model import Kind, Outcome
from core.campaigns.sending import Going, Recipient
from core.customers.model import Purpose
from core.programme.model import Programme
from core.shared.values import Address, CustomerId, Language

FORGOTTEN, MERGED = "forgotten", "merged"
_LANGUAGES = {one.value: one for one in Language}
_person, _row = customers.c, campaign_people.c


def _for_both(column: Any, made: Any) -> Prepared:
    return Prepared({dialect: made(named) for dialect, named in among(column, "p_ids").items()})


_ADDRESSES = _for_both(
    addresses.c.customer,
    lambda named: select(addresses).where(named, addresses.c.subscribed.is_(True)).order_by(addresses.c.first_seen_at),
)
_CONSENTS = _for_both(
    consents.c.customer,
    lambda named: (
        select(consents.c.customer, consents.c.given)
        .where(named, consents.c.purpose == Purpose.MARKETING.value)
        .order_by(consents.c.at, consents.c.id)
    ),
)
_SELVES = _for_both(_person.merged_into, lambda named: select(_person.id, _person.merged_into).where(named))
_LIVING = _for_both(
    _person.id, lambda named: select(_person.id, _person.merged_into, _person.forgotten_at).where(named)
)
_CONTACTS = _for_both(
    _row.customer,
    lambda named: (
        select(_row.customer, func.count().label("contacts"))
        .join(campaign_runs, campaign_runs.c.id == _row.run)
        .join(campaigns, campaigns.c.id == campaign_runs.c.campaign)
        .where(named, _row.run != bindparam("p_run"))
        .where(counts_as_contact(bindparam("p_since"), bindparam("p_run"), bindparam("p_priority"), bindparam("p_old")))
        .group_by(_row.customer)
    ),
)
_OF_RUN = _for_both(_row.customer, lambda named: select(campaign_people).where(named, _row.run == bindparam("p_run")))
_SPOKE = _for_both(
    inbox.c.user_key,
    lambda named: select(inbox.c.user_key, inbox.c.bot).where(named, spoke(bindparam("p_since"))).distinct(),
)


class Verdict(NamedTuple):
    """Of one row that is not written to: how it ends, or by which other channel it is to be tried."""

    row: Any
    outcome: Outcome | None = None
    reason: str = ""
    channel: str = ""


class Vetting:
    """Looks at rows of one run, by one channel, at one instant."""

    def __init__(self, connection: Connection, programme: Programme, going: Going, channel: str, now: datetime) -> None:
        self._connection, self._programme, self._now = connection, programme, now
        self._going, self._plan, self._channel = going, going.campaign.plan, channel
        self._promotion = self._plan.kind is Kind.PROMOTION

    def verdicts(self, rows: Sequence[Any]) -> tuple[list[Recipient], list[Verdict]]:
        """Of the rows of `sendingfacts.facts`: whom to write to, in the order of their serials, and whom not."""
        odd = [row for row in rows if row.odd or row.user_key is None]
        found = [self._allowed(row, row.customer, row.agreed, row, row.contacts, row.free)
                 for row in rows if not (row.odd or row.user_key is None)]  # fmt: skip
        if odd:
            found += self._of_families(odd)
        go = [one for one in found if isinstance(one, Recipient)]
        if len(go) < len(found) or odd:
            go.sort(key=lambda one: one.serial)
        return go, [one for one in found if isinstance(one, Verdict)]

    def _allowed(self, row: Any, who: str, agreed: bool, here: Any, contacts: int, free: bool) -> Recipient | Verdict:
        """Of somebody who is still themselves and can be reached here."""
        if self._promotion and not agreed:
            return Verdict(row, Outcome.NO_CONSENT, MEANWHILE)
        if self._promotion and contacts >= self._programme.promotions_in_7_days:
            return Verdict(row, Outcome.CAPPED, MEANWHILE)
        address, language = Address(here.channel, here.bot, here.user_key), _LANGUAGES[here.language]
        cost = 0 if free else self._programme.viber_message_price
        return Recipient(row.serial, CustomerId(who), row.arm, row.tries, address, language, here.level, cost)

    def _of_families(self, rows: Sequence[Any]) -> list[Recipient | Verdict]:
        owner = self._owners(rows)
        living = sorted(set(owner.values()))
        places = self._places(living)
        agreed = {one.customer: one.given for one in self._ask(_CONSENTS, living)}
        selves = self._selves(living)
        family = sorted({*living, *(one for some in selves.values() for one in some)})
        contacts = self._contacts(family, selves)
        others = self._others(owner, selves)
        free = self._free([place for some in places.values() for place in some])
        found, taken = list[Recipient | Verdict](), set[str]()
        for row in rows:
            who = owner.get(row.customer)
            verdict = self._verdict(row, who, places, agreed, contacts, others, free, taken)
            if isinstance(verdict, Recipient) and who is not None:
                taken.add(who)
            found.append(verdict)
        return found

    def _verdict(
        self, row: Any, who: str | None, places: Mapping[str, list[Any]], agreed: Mapping[str, bool],
        contacts: Mapping[str, int], others: Mapping[str, list[Any]], free: set[tuple[str, str]], taken: set[str],
    ) -> Recipient | Verdict:  # fmt: skip
        if who is None:
            return Verdict(row, Outcome.UNREACHABLE, FORGOTTEN)
        if who in taken or any(_stands_for(other, row) for other in others.get(who, ())):
            return Verdict(row, Outcome.UNREACHABLE, MERGED)
        if self._promotion and any(other.arm == CONTROL for other in others.get(who, ())):
            return Verdict(row, Outcome.CONTROL, MERGED)
        mine, says = places.get(who, []), agreed.get(who, False)
        here = next((one for one in reversed(mine) if one.channel == self._channel), None)
        if here is not None:
            costs_nothing = here.channel != PAID or self._is_free(here, free)
            return self._allowed(row, who, says, here, contacts.get(who, 0), costs_nothing)
        if self._promotion and not says:
            return Verdict(row, Outcome.NO_CONSENT, MEANWHILE)
        other = next((name for name in self._plan.channels or CHANNELS if any(p.channel == name for p in mine)), "")
        if other:
            return Verdict(row, channel=other)
        return Verdict(row, Outcome.UNREACHABLE, NO_ADDRESS)

    def _is_free(self, here: Any, free: set[tuple[str, str]]) -> bool:
        return not self._programme.viber_message_price or (here.bot, here.user_key) in free

    def _ask(self, statement: Prepared, ids: Sequence[str], **more: Any) -> list[Any]:
        return statement.all(self._connection, {"p_ids": list(ids), **more}) if ids else []

    def _owners(self, rows: Sequence[Any]) -> dict[str, str]:
        """Who each is by now; whoever is forgotten is nobody."""
        known = {one.id: one for one in self._ask(_LIVING, sorted({row.customer for row in rows}))}
        found = {}
        for row in rows:
            one = known[row.customer]
            while one.merged_into is not None:
                if one.merged_into not in known:
                    known.update({told.id: told for told in self._ask(_LIVING, [one.merged_into])})
                one = known[one.merged_into]
            if one.forgotten_at is None:
                found[row.customer] = one.id
        return found

    def _places(self, living: Sequence[str]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for row in self._ask(_ADDRESSES, living):
            found.setdefault(row.customer, []).append(row)
        return found

    def _selves(self, living: Sequence[str]) -> dict[str, list[str]]:
        """Who was merged into each, or into those."""
        found: dict[str, list[str]] = {}
        root = {one: one for one in living}
        last: Sequence[str] = living
        while last:
            rows = [row for row in self._ask(_SELVES, last) if row.id not in root]
            for row in rows:
                root[row.id] = root[row.merged_into]
                found.setdefault(root[row.id], []).append(row.id)
            last = [row.id for row in rows]
        return found

    def _contacts(self, family: Sequence[str], selves: Mapping[str, list[str]]) -> dict[str, int]:
        """Promotions of each living person, those of their former selves too."""
        if not self._promotion:
            return {}
        since = cap_since(self._now, self._programme.timezone)
        more = {
            "p_run": self._going.run.id,
            "p_since": since,
            "p_priority": self._plan.priority,
            "p_old": since - LONGEST_LIFE,
        }
        root = {one: who for who, some in selves.items() for one in some}
        found: dict[str, int] = {}
        for row in self._ask(_CONTACTS, family, **more):
            who = root.get(row.customer, row.customer)
            found[who] = found.get(who, 0) + row.contacts
        return found

    def _others(self, owner: Mapping[str, str], selves: Mapping[str, list[str]]) -> dict[str, list[Any]]:
        """The run's other rows of people who were somebody else before."""
        who_merged = {who for who in owner.values() if who in selves}
        ids = sorted(who_merged | {one for who in who_merged for one in selves[who]})
        root = {one: who for who in who_merged for one in selves[who]}
        found: dict[str, list[Any]] = {}
        for row in self._ask(_OF_RUN, ids, p_run=self._going.run.id):
            found.setdefault(root.get(row.customer, row.customer), []).append(row)
        return found

    def _free(self, places: Sequence[Any]) -> set[tuple[str, str]]:
        """The addresses at Viber with an open session; nobody asks where it costs nothing anyway."""
        if not self._programme.viber_message_price:
            return set()
        keys = sorted({one.user_key for one in places if one.channel == PAID})
        since = self._now - SESSION
        return {(row.bot, row.user_key) for row in self._ask(_SPOKE, keys, p_since=since)}


def _stands_for(other: Any, row: Any) -> bool:
    """Another row of the same person that has been written to, may have been, or comes first."""
    if other.serial == row.serial:
        return False
    return other.outcome in (Outcome.SENT.value, Outcome.UNKNOWN.value) or (
        other.outcome is None and other.serial < row.serial
    )
