"""The week's situations: whom each rule meets, who of them gets a voucher, and what that comes to.

Every rule's reach is counted, whether it is on or not. Vouchers are given in works of bounded size, each with the lines
that say who was met: killed at any point, the next run goes on and nobody gets a second one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import pyarrow as pa

from adapters.analytics.neighbours import Door
from adapters.analytics.ports import Moved
from adapters.analytics.situations import big_tickets, dear, leaving
from adapters.app.uplifting import Order
from adapters.db.work import DbWork
from core.offers.meeting import Arm, Person, birthday_in, last_day
from core.offers.model import Offer
from core.offers.situations import Gives, Rule, Switch, lacks
from core.offers.weekly import monday_of
from core.vouchers.meeting import free, meet

Do = Callable[[Callable[[DbWork], Any]], Any]
Told = dict[str, int | bool | str]
CHUNK = 100
"""People met in one work: 10 ms on a busy core, so that a sale hardly waits."""
_READ = 2_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What the week is planned of, as far as rules look at it. `first`: the day from which nothing is known."""

    week: str
    first: date
    today: date
    source: Moved
    table: pa.Table
    """The features; with a column `leaving` the chance of each owner to stay away."""
    unprofiled: Set[str]
    gone: Set[str]
    prices: Sequence[int]
    order: Order
    """In which the leaving get their vouchers."""


def door(switches: Mapping[Rule, Switch], gone: Set[str]) -> Door:
    """How far the plan looks next door for this rule."""
    rule = switches[Rule.NEIGHBOUR]
    return Door(rule.value("days"), rule.value("nearest"), rule.on, frozenset(gone))


def situations(
    do: Do, seen: Seen, switches: Mapping[Rule, Switch], *, next_door: int, picked: int, dry_run: bool
) -> dict[str, Told]:
    """What each rule comes to this week, by its name; unless it is a dry run, its people are met.

    `next_door`: people who have a good next door; `picked`: how many of them the plan offers it.
    """
    offers = do(lambda work: work.offers.current())
    told = {}
    for rule, switch in switches.items():
        if switch.situation.gives is Gives.PICK:
            told[rule.value] = _told(switch, next_door, {Arm.GIVEN: picked if switch.on else 0}, "")
        else:
            told[rule.value] = _vouchers(do, seen, switch, offers, dry_run)
    return told


def _vouchers(do: Do, seen: Seen, switch: Switch, offers: Sequence[Offer], dry_run: bool) -> Told:
    rule, week = switch.rule, seen.week
    price = switch.value("price") or dear(seen.prices) if rule is Rule.BIG_TICKETS else 0
    people, why = _people(do, seen, switch, price)
    why = why or lacks(switch, offers, max(seen.today, monday_of(week)))
    before = do(lambda work: work.situations.count(rule, week))
    most = switch.value("most") - sum(before.values()) if rule is Rule.LEAVING else len(people)
    found = _free(do, switch, week, people, most)
    counts = dict(before)
    if switch.on and not why:
        if dry_run:
            for _, arm in found:
                counts[arm] += 1
        else:
            assert switch.offer is not None, "lacks() would have said so"
            for chunk in _chunks([one for one, _ in found], CHUNK):
                do(partial(_meet, switch=switch, week=week, offer=switch.offer, people=chunk))
            counts = do(lambda work: work.situations.count(rule, week))
            found = []
    reach = sum(counts.values()) if switch.on and not why else sum(before.values()) + len(found)
    told = _told(switch, reach, counts, why)
    if rule is Rule.LEAVING and why != "no-risk":
        return {**told, **seen.order.told()}
    return {**told, "price": price} if rule is Rule.BIG_TICKETS else told


def _told(switch: Switch, reach: int, counts: Mapping[Arm, int], why: str) -> Told:
    return {
        "on": switch.on,
        "reach": reach,
        "given": counts.get(Arm.GIVEN, 0),
        "control": counts.get(Arm.CONTROL, 0),
        "why": why,
    }


def _people(do: Do, seen: Seen, switch: Switch, price: int) -> tuple[list[Person], str]:
    """Whom the rule would meet, in its order, and what it lacks to tell."""
    if switch.rule is Rule.BIRTHDAY:
        before, after = switch.value("before"), switch.value("after")
        return [
            Person(owner, day - timedelta(days=before), day + timedelta(days=after))
            for owner, day in _birthdays(do, seen.week)
            if owner not in seen.gone
        ], ""
    if switch.rule is Rule.BIG_TICKETS:
        if not price:
            return [], "no-prices"
        owners = big_tickets(
            seen.source, first=seen.first - timedelta(days=switch.value("days")), until=seen.first,
            price=price, items=switch.value("items"),
        )  # fmt: skip
    elif "leaving" not in seen.table.column_names:
        return [], "no-risk"
    else:
        uplift = seen.order.uplift if seen.order.by_uplift else None
        owners = leaving(seen.table, switch.value("risk") / 100, uplift)
    return _persons(seen, switch, owners), ""


def _persons(seen: Seen, switch: Switch, owners: Sequence[str]) -> list[Person]:
    first, last = monday_of(seen.week), last_day(seen.week, switch.value("valid"))
    selves: dict[str, list[str]] = defaultdict(list)
    for once, now in seen.source.into.items():
        selves[now].append(once)
    shy = seen.gone | seen.unprofiled
    return [Person(one, first, last, tuple(sorted(selves.get(one, ())))) for one in owners if one not in shy]


def _birthdays(do: Do, week: str) -> Iterator[tuple[str, date]]:
    after: str | None = ""
    while after is not None:
        found, after = do(partial(_some_birthdays, week=week, after=after))
        for owner, birthday in found:
            day = birthday_in(birthday, week)
            assert day is not None, "the database chose by the days of the week"
            yield owner, day


def _some_birthdays(work: DbWork, week: str, after: str) -> Any:
    return work.planning.birthdays(week, after, 5 * _READ)


def _free(do: Do, switch: Switch, week: str, people: Sequence[Person], most: int) -> list[tuple[Person, Arm]]:
    """Those of the people whom the rule may still meet, in their order, so many at most."""
    found: list[tuple[Person, Arm]] = []
    for chunk in _chunks(people, _READ):
        if len(found) >= most:
            break
        found += do(partial(_looked_at, switch=switch, week=week, people=chunk))
    return found[: max(0, most)]


def _looked_at(work: DbWork, switch: Switch, week: str, people: Sequence[Person]) -> list[tuple[Person, Arm]]:
    return free(work, switch=switch, week=week, people=people)


def _meet(work: DbWork, switch: Switch, week: str, offer: str, people: Sequence[Person]) -> int:
    return meet(work, switch=switch, week=week, offer=offer, people=people)


def _chunks(people: Sequence[Person], size: int) -> Iterator[Sequence[Person]]:
    for at in range(0, len(people), size):
        yield people[at : at + size]
