"""The demo shop's last week: who was offered what, and what some of them did about it, so that there is a report."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from adapters.app.demopeople import KNOWN, phone_of
from adapters.db.historytables import PHONE
from adapters.db.planrows import CHUNK
from adapters.db.work import DbWork
from core.offers.rankings import Switch
from core.offers.weekly import Because, Chosen, Did, Pick, monday_of, picks_text, week_of
from core.shared.values import CustomerId

_PLACES = 10
Bought = Sequence[tuple[int, str, date]]
"""Number of the phone, sku and day of each line in the shop's year."""


def plan_past(work: DbWork, bought: Bought) -> None:
    """Last week has a plan by the plainest of means: what each bought most, then what everybody buys."""
    week = week_of(work.now.date() - timedelta(weeks=1))
    monday, promo = monday_of(week), {one.sku: one for one in work.planning.promo(week)}
    popular = [sku for sku, _ in Counter(sku for _, sku, day in bought if day < monday and sku in promo).most_common()]
    mine = defaultdict[int, Counter[str]](Counter)
    for number, sku, day in bought:
        mine[number][sku] += day < monday and sku in promo
    picks = {number: _picks(+mine[number], popular) for number in sorted(mine)}
    owners = {number: _owner(work, number) for number in picks}
    rows = sorted((owners[number], picks_text(mine)) for number, mine in picks.items())
    begun = work.plans.begin(week, work.now)
    for at in range(0, len(rows), CHUNK):
        work.plans.add(begun.id, rows[at : at + CHUNK])
    work.plans.finish(begun.id, _figures(picks, len(promo)))
    chance = random.Random(week)
    opened = datetime.combine(monday, time(9), UTC)
    sales = {(number, sku) for number, sku, day in bought if monday <= day < monday + timedelta(weeks=1)}
    for number in KNOWN:
        offered = [Chosen(pick, promo[pick.sku]) for pick in picks.get(number, ())]
        seen = offered[: chance.choice((0, 6, 10))]
        who = CustomerId(owners[number])
        sold = {sku for one, sku in sales if one == number}
        for did, some in (
            (Did.SHOWN, seen),
            (Did.ACTIVATED, [one for one in seen if chance.random() < 0.2]),
            (Did.REFUSED, [one for one in seen if chance.random() < 0.05]),
            (Did.REDEEMED, [one for one in offered if one.pick.sku in sold]),
        ):
            work.weeks.note(who, some, did, opened + timedelta(hours=chance.randrange(150)))


def _picks(mine: Mapping[str, int], popular: Sequence[str]) -> list[Pick]:
    most = sorted(mine.items(), key=lambda pair: (-pair[1], pair[0]))
    usual = [Pick(sku, Because.USUAL, n=n) for sku, n in most[: _PLACES - 3]]
    rest = [Pick(sku, Because.CHAIN) for sku in popular if sku not in {pick.sku for pick in usual}]
    return [*usual, *rest][:_PLACES]


def _figures(picks: Mapping[int, Sequence[Pick]], items: int) -> dict[str, object]:
    every = Counter(pick.sku for mine in picks.values() for pick in mine)
    offers, most = every.total(), sum(n for _, n in every.most_common(max(1, items // 10)))
    reasons = Counter(pick.because.value for mine in picks.values() for pick in mine)
    return {
        "owners": len(picks), "offers": offers, "empty": 0, "reasons": dict(reasons), "coverage": len(every) / items,
        "concentration": most / offers, "expected": 0, "cost": 0, "arms": {}, "switch": Switch().as_data(),
    }  # fmt: skip


def _owner(work: DbWork, number: int) -> str:
    customer = work.customers.by_phone(phone_of(number))
    proven = customer is not None and customer.phone_verified_at is not None
    return customer.id if proven and customer is not None else PHONE + work.offers.hashed(phone_of(number))
