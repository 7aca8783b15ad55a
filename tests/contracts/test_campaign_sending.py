"""A run that goes out: what was shown is what is sent; whoever says stop hears nothing more; nobody hears too much."""

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from adapters.db.saletables import vouchers
from adapters.db.tables import addresses, campaign_counts, campaign_packs, customers
from adapters.db.work import DbWork
from core.campaigns.arms import CONTROL, Arm
from core.campaigns.launching import open_due, start, stop
from core.campaigns.model import Campaign, Plan, Run, State
from core.cards.actions import forget
from core.customers.actions import agree
from core.customers.merging import merge_people
from core.customers.model import Purpose
from core.offers.reading import offer_from
from core.shared.values import CustomerId
from tests.contracts.test_audiences import keep, made
from tests.support.campaigns import (
    MARKETER,
    approved,
    audiences,
    content,
    crowd,
    launched,
    name_of,
    people_of,
)
from tests.support.platform import Platform
from tests.support.sending import send
from tests.support.world import World

ARMS = (Arm(CONTROL, 1_000), Arm("A", 5_000), Arm("B", 4_000))


def outcomes(world: World, run: Run) -> Counter[str]:
    """People by outcome and reason."""
    return Counter(f"{row.outcome} {row.reason}".strip() for row in people_of(world, run).values())


def now_of(world: World, campaign: Campaign) -> Campaign:
    """The campaign as it is by now."""
    found = world.do(lambda work: work.campaigns.get(campaign.id))
    assert found is not None
    return found


def counts_agree(world: World, run: Run) -> None:
    """The kept counts are those of the rows, whatever has happened."""
    rows = people_of(world, run).values()
    wanted = Counter((row.arm, row.channel or "", row.outcome or "waiting", row.reason) for row in rows)
    with world.engine.connect() as connection:
        kept = connection.execute(select(campaign_counts).where(campaign_counts.c.run == run.id))
        found = {(one.arm, one.channel, one.what, one.reason): one.people for one in kept if one.people}
        assert connection.execute(select(campaign_packs)).all() == []
    assert found == wanted


def test_what_was_shown_is_what_is_sent_in_every_row(world: World) -> None:
    world.rules(viber_message_price=30)
    people = made(world)
    keep(world, people)
    campaign = approved(world, Plan("Кава", arms=ARMS, contents={"A": content("А"), "B": content("Б, {name|друже}")}))
    shown = audiences(world).numbers(campaign, world.clock.now)
    world.do(lambda work: start(work, campaign=campaign.id, actor=MARKETER))
    [run] = world.do(open_due)
    audiences(world).freeze(run, world.clock.now)
    telegram, viber, web = Platform("telegram"), Platform("viber"), Platform("web")
    letters: list[Any] = []
    send(world, telegram, viber, web, seconds=60, posted=letters)
    rows = people_of(world, run).values()
    sent = Counter((row.arm, row.channel) for row in rows if row.outcome == "sent")
    named = [row.message for row in rows if row.channel == "telegram" and row.outcome == "sent"]
    assert sorted(named) == sorted(f"m{number}" for number in range(1, len(telegram.log) + 1))
    assert sent == {(one.arm, one.channel): one.people for one in shown.receives}
    cost = Counter[tuple[str, str]]()
    for row in rows:
        cost[row.arm, row.channel] += row.cost if row.outcome == "sent" else 0
    assert {key: spent for key, spent in cost.items() if spent} == {
        (one.arm, one.channel): one.cost for one in shown.receives if one.cost
    }
    [run] = world.do(lambda work: work.campaigns.runs(campaign.id))
    assert (run.spent, run.ended_at is not None) == (shown.cost, True)
    ended = outcomes(world, run)
    assert ended["no_consent"] == shown.matching - shown.consented
    assert ended["unreachable no_address"] == shown.consented - sum(shown.reachable.values())
    assert (ended["control holdout"], ended["control"]) == (shown.holdout, shown.control)
    assert sum(ended.values()) == shown.matching
    assert len(telegram.log) + len(viber.log) + len(letters) == shown.recipients
    assert {letter.address.channel for letter in letters} == {"web"}
    arms = {number: row.arm for number, row in people_of(world, run).items()}
    for _, user, text in telegram.log:
        who = people[int(user)].get("merged") or int(user)
        assert text.startswith("А" if arms[who] == "A" else f"Б, П{who}\n"), text
    assert now_of(world, campaign).state is State.FINISHED
    counts_agree(world, run)


def test_a_stop_takes_effect_within_two_seconds(world: World) -> None:
    crowd(world, 600)
    campaign, run = launched(world, Plan("Кава"))
    platform = Platform()
    halt = {5.0: lambda: world.do(lambda work: stop(work, campaign=campaign.id, actor=MARKETER))}
    send(world, platform, seconds=12, meanwhile=halt)
    assert 80 < len(platform.log) < 200
    assert max(at for at, _, _ in platform.log) < 7.0
    found = outcomes(world, run)
    assert found["sent"] == len(platform.log)
    assert set(found) == {"sent", "control", "control holdout", "stopped"}
    assert world.do(lambda work: work.campaigns.runs(campaign.id))[0].ended_at is not None
    counts_agree(world, run)


def withdraw(work: DbWork, who: CustomerId) -> None:
    """They do not want to be written to any more."""
    known = work.addresses.of(who)[0]
    agree(work, customer=who, purpose=Purpose.MARKETING, given=False, known=known)


def test_whoever_says_stop_leaves_or_is_forgotten_hears_nothing_five_seconds_later(world: World) -> None:
    crowd(world, 500)
    _, run = launched(world, Plan("Кава"))
    waiting = [n for n, row in sorted(people_of(world, run).items()) if row.outcome is None]
    silent, left, gone, blocked = waiting[150:160], waiting[200:210], waiting[250:255], waiting[300:310]

    def everybody() -> None:
        for number in silent:
            world.do(lambda work, number=number: withdraw(work, CustomerId(name_of(number))))
        for number in gone:
            who = world.do(lambda work, number=number: work.customers.get(CustomerId(name_of(number))))
            assert who is not None
            world.do(lambda work, who=who: forget(work, customer=who, channel="telegram"))
        with world.owner.begin() as connection:
            off = update(addresses).where(addresses.c.user_key.in_([str(number) for number in left]))
            connection.execute(off.values(subscribed=False))

    platform = Platform(blocked={str(number) for number in blocked})
    send(world, platform, seconds=40, meanwhile={1.0: everybody})
    late = {user for at, user, _ in platform.log if at > 6.0}
    assert not late & {str(number) for number in (*silent, *left, *gone)}
    rows = people_of(world, run)
    assert {(rows[n].outcome, rows[n].reason) for n in silent} == {("no_consent", "meanwhile")}
    assert {(rows[n].outcome, rows[n].reason) for n in left} == {("unreachable", "no_address")}
    assert {(rows[n].outcome, rows[n].reason) for n in gone} == {("unreachable", "forgotten")}
    assert {(rows[n].outcome, rows[n].reason) for n in blocked} == {("unreachable", "blocked")}
    with world.engine.connect() as connection:
        of = addresses.c
        off = select(of.user_key).where(of.subscribed.is_(False), of.user_key.in_([str(n) for n in blocked]))
        assert len(connection.execute(off).all()) == len(blocked)
    counts_agree(world, run)


def test_merged_in_the_middle_one_person_hears_once_and_the_control_group_stays_silent(world: World) -> None:
    crowd(world, 400)
    _, run = launched(world, Plan("Кава"))
    rows = people_of(world, run)
    waiting = [n for n, row in sorted(rows.items()) if row.outcome is None][100:]
    control = [n for n, row in rows.items() if (row.outcome, row.reason) == ("control", "")]
    twins = list(zip(waiting[:40:2], waiting[1:40:2], strict=True))
    quiet = list(zip(waiting[50:55], control[:5], strict=True))

    def unite() -> None:
        for keep_one, absorbed in (*twins, *quiet):
            world.do(lambda work, a=keep_one, b=absorbed: merge_people(
                work, survivor=CustomerId(name_of(a)), absorbed=CustomerId(name_of(b)), actor="support"))  # fmt: skip

    platform = Platform()
    send(world, platform, seconds=30, meanwhile={0.5: unite})
    got = platform.got
    for keep_one, absorbed in twins:
        assert got[str(keep_one)] + got[str(absorbed)] == 1
    after = people_of(world, run)
    assert {(after[keep_one].outcome, after[keep_one].reason) for keep_one, _ in quiet} == {("control", "merged")}
    assert not any(got[str(keep_one)] + got[str(absorbed)] for keep_one, absorbed in quiet)
    counts_agree(world, run)


def test_two_promotions_in_seven_days_and_the_one_of_more_priority_wins(world: World) -> None:
    crowd(world, 60)
    with world.owner.begin() as connection:  # one more channel, so that control groups and holdouts do not matter here
        connection.execute(delete(addresses).where(addresses.c.user_key == "0"))
    first = launched(world, Plan("Перша"))
    platform = Platform()
    send(world, platform, seconds=5)
    low, high = launched(world, Plan("Нижча")), launched(world, Plan("Вища", priority=5))
    send(world, platform, seconds=15)
    rows = [people_of(world, run) for _, run in (first, low, high)]
    for number in rows[0]:
        got = [one[number].outcome == "sent" for one in rows]
        assert sum(got) <= 2
        if got[0] and rows[2][number].outcome == "sent":
            assert rows[1][number].outcome in ("capped", "control")
    assert Counter(one.outcome for one in rows[2].values())["capped"] == 0
    capped = [row for row in rows[1].values() if row.outcome == "capped"]
    assert capped
    assert {row.reason for row in capped} == {"meanwhile"}
    fourth = approved(world, Plan("Четверта"))
    full = sum(sum(one[number].outcome == "sent" for one in rows) == 2 for number in rows[0])
    assert audiences(world).numbers(fourth, world.clock.now).capped == full > 0
    world.clock.forward(days=6, hours=13)
    assert audiences(world).numbers(fourth, world.clock.now).capped == 0


def test_a_budget_is_never_exceeded_and_pauses_the_campaign(world: World) -> None:
    world.rules(viber_message_price=30)
    crowd(world, 200, "viber")
    campaign, _ = launched(world, Plan("Кава", budget=1_000))
    platform = Platform("viber", refused=0.05, lost=0.02, broken=0.02, retry_after=0.2)
    send(world, platform, seconds=60)
    [run] = world.do(lambda work: work.campaigns.runs(campaign.id))
    found, seen = outcomes(world, run), now_of(world, campaign)
    assert (seen.state, seen.why) == (State.PAUSED, "budget")
    assert run.spent == 30 * (found["sent"] + found["unknown lost_answer"])
    assert 900 <= run.spent <= 1_000
    assert len(platform.log) <= 33
    counts_agree(world, run)


def test_each_recipient_has_a_voucher_of_their_own_and_whoever_got_no_message_has_none(world: World) -> None:
    crowd(world, 120)
    gives = {"kind": "amount_off", "amount": 500}
    offer = {"id": "coffee", "audience": "voucher", "benefit": gives, "limits": {"total": 200}}
    world.do(lambda work: work.offers.put(offer_from(offer, 1), offer))
    told = {"A": content("Ваш код {voucher} до {voucher_until}")}
    _, run = launched(world, Plan("Код", contents=told, voucher_offer="coffee", voucher_days=10))
    waiting = [n for n, row in sorted(people_of(world, run).items()) if row.outcome is None]
    platform = Platform(blocked={str(n) for n in waiting[:7]}, refused=0.05, retry_after=0.2)
    send(world, platform, seconds=60)
    with world.engine.connect() as connection:
        rows = connection.execute(select(vouchers)).all()
    assert {row.state for row in rows} == {"issued", "void"}
    good = {row.customer: row for row in rows if row.state == "issued"}
    assert set(good) == {name_of(n) for n in waiting[7:]}
    assert len(rows) == len(waiting) == len({row.customer for row in rows})
    assert {row.valid_until for row in rows} == {run.due_at.date() + timedelta(days=10)}
    for _, user, text in platform.log:
        code = good[name_of(int(user))].code
        assert text.startswith(f"Ваш код {code[:4]}-{code[4:8]}-{code[8:]} до 6 грудня 2026\n"), text


def test_somebody_whom_one_channel_does_not_reach_is_reached_by_the_next(world: World) -> None:
    crowd(world, 40)
    with world.owner.begin() as connection:
        known = world.clock.now
        rows = [
            {"channel": "viber", "bot": "bot", "user_key": f"v{n}", "first_seen_at": known, "language": "uk",
             "chosen_language": False, "customer": name_of(n), "subscribed": True}
            for n in range(1, 21)
        ]  # fmt: skip
        connection.execute(insert(addresses), rows)
        connection.execute(update(customers).values(language="uk"))
    _, run = launched(world, Plan("Кава"))
    telegram, viber = Platform("telegram", blocked={str(n) for n in range(1, 41)}), Platform("viber")
    send(world, telegram, viber, seconds=30)
    rows_now = people_of(world, run)
    reached = {n for n, row in rows_now.items() if row.outcome == "sent"}
    assert reached
    assert {f"v{n}" for n in reached} == set(viber.got)
    assert {rows_now[n].channel for n in reached} == {"viber"}
    assert {row.reason for n, row in rows_now.items() if n > 20 and row.outcome == "unreachable"} == {"blocked"}
    counts_agree(world, run)
