"""The demo shop's last week: who was offered what, and what some of them did about it, so that there is a report."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from adapters.db.historytables import PHONE
from adapters.db.planrows import CHUNK
from adapters.db.work import DbWork
from core.offers.rankings import Switch
from core.offers.weekly import Because, Chosen, Did, Pick, monday_of, picks_text, week_of
from core.shared.values import CustomerId, Phone

KNOWN = range(250, 300)
"""Of the customers' phones, those that are proven."""
_PLACES = 10
Bought = Sequence[tuple[int, str, date]]
"""Number of the phone, sku and day of each line in the shop's year."""


def prove(work: DbWork) -> None:
    """Some of the customers have proven their phones."""
    for number in KNOWN:
        customer = work.customers.by_phone(_phone(number))
        if customer is not None:
            work.customers.save(replace(customer, phone_verified_at=work.now))


def plan_past(work: DbWork, bought: Bought) -> None:
    """Last week has a plan by the plainest of means: what each bought most, then what everybody buys."""
    week = week_of(work.now.date() - timedelta(weeks=1))
    monday, promo = monday_of(week), {one.sku: one for one in work.planning.promo(week)}
    before = Counter((number, sku) for number, sku, day in bought if day < monday and sku in promo)
    popular = [sku for sku, _ in Counter(sku for _, sku, day in bought if day < monday and sku in promo).most_common()]
    picks = {number: _picks(number, before, popular) for number in sorted({number for number, _, _ in bought})}
    owners = {number: _owner(work, number) for number in picks}
    rows = sorted((owners[number], picks_text(mine)) for number, mine in picks.items())
    begun = work.plans.begin(week, work.now)
    for at in range(0, len(rows), CHUNK):
        work.plans.add(begun.id, rows[at : at + CHUNK])
    work.plans.finish(begun.id, _figures(picks, len(promo)))
    chance = random.Random(week)
    opened = datetime.combine(monday, time(9), UTC)
    for number in KNOWN:
        mine = [Chosen(pick, promo[pick.sku]) for pick in picks.get(number, ())]
        seen = mine[: chance.choice((0, 6, 10))]
        who = CustomerId(owners[number])
        sold = {sku for one, sku, day in bought if one == number and monday <= day < monday + timedelta(weeks=1)}
        for did, some in (
            (Did.SHOWN, seen),
            (Did.ACTIVATED, [one for one in seen if chance.random() < 0.2]),
            (Did.REFUSED, [one for one in seen if chance.random() < 0.05]),
            (Did.REDEEMED, [one for one in mine if one.pick.sku in sold]),
        ):
            work.weeks.note(who, some, did, opened + timedelta(hours=chance.randrange(150)))


def _picks(number: int, before: Mapping[tuple[int, str], int], popular: Sequence[str]) -> list[Pick]:
    mine = sorted(((sku, n) for (one, sku), n in before.items() if one == number), key=lambda row: (-row[1], row[0]))
    usual = [Pick(sku, Because.USUAL, n=n) for sku, n in mine[: _PLACES - 3]]
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
    customer = work.customers.by_phone(_phone(number))
    proven = customer is not None and customer.phone_verified_at is not None
    return customer.id if proven and customer is not None else PHONE + work.offers.hashed(_phone(number))


def _phone(number: int) -> Phone:
    return Phone(f"+38067000{number:04d}")
