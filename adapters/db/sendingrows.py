"""Runs that go out, as rows: claimed, on their way, settled; each change fenced by who sends."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from adapters.db.audience import LONGEST_LIFE, PAID, SESSION, cap_since
from adapters.db.campaigncounts import waiting_of
from adapters.db.campaignrows import CampaignRows, campaign_of, run_of
from adapters.db.campaigntables import campaign_packs, campaign_people, campaign_runs, campaign_senders, campaigns
from adapters.db.outboxrows import UNSUBSCRIBE
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.sendingfacts import FRESH, LOCK, OTHERS, facts
from adapters.db.sendingvet import Vetting
from adapters.db.settling import Change, Ending, Told, alike, change, spend
from adapters.db.sql import belongs, put, to
from adapters.db.standing import CHANNELS
from adapters.db.sweeping import sweep
from adapters.db.tables import addresses
from adapters.db.voucherrows import VoucherRows
from core.campaigns.model import Kind, Outcome, State
from core.campaigns.sending import CRASHED, MOST_TRIES, Claimed, Going, Recipient, Result
from core.shared.values import Address
from core.vouchers.codes import COUNT, code_of
from core.vouchers.model import Voucher, VoucherState

_row, _run, _plan, _pack = campaign_people.c, campaign_runs.c, campaigns.c, campaign_packs.c
_CODES = 8
"""Codes that are tried for one voucher; each is taken by another with a chance of one in ten million."""
_SPAN = 5_000
"""Serials that one claim looks through, whatever the database knows of the table: a run of a million has no statistics
when it begins."""
_PACKS = Prepared(select(_pack.people).where(_pack.run == bindparam("p_run")))
_GONE = Prepared(
    delete(campaign_packs).where(_pack.id == bindparam("p_pack")).returning(_pack.run, _pack.channel, _pack.people)
)
_LEADS = Prepared(
    select(campaign_senders.c.sender).where(campaign_senders.c.channel == bindparam("p_channel")).with_for_update()
)
_GOING = Prepared(
    select(campaign_runs.c.id, campaign_runs.c.campaign)
    .join(campaigns, _plan.id == _run.campaign)
    .where(_plan.state == State.RUNNING.value, _run.frozen_at.is_not(None), _run.ended_at.is_(None))
    .where(_run.deliver_by > bindparam("p_now"))
)


class SendingRows:
    """Satisfies `core.campaigns.sending.Sendings`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside
        self._now = outside.clock()

    def lead(self, channel: str, sender: str) -> int:
        """Packs that are left are over: what was on its way is unknown, or tried once more where that is allowed."""
        put(self._connection, campaign_senders, [{"channel": channel, "sender": sender, "at": self._now}])
        _LEADS.one(self._connection, {"p_channel": channel})
        left = 0
        chosen = select(campaign_packs).where(_pack.channel == channel).order_by(_pack.id)
        for pack in self._connection.execute(chosen).all():
            self.settle(pack.id, [Result(serial, Outcome.UNKNOWN, CRASHED, tried=True) for serial, _ in pack.people])
            left += len(pack.people)
        return left

    def leads(self, channel: str, sender: str) -> bool:
        """Its row stays locked until the work is over."""
        return bool(_LEADS.value(self._connection, {"p_channel": channel}) == sender)

    def going(self, channel: str) -> Sequence[Going]:
        """By priority, then the oldest run first."""
        found = []
        for row in _GOING.all(self._connection, {"p_now": self._now}):
            if waiting_of(self._connection, row.id).get(channel):
                found.append(self._going_of(row.id))
        return sorted(found, key=lambda one: (-one.campaign.plan.priority, one.run.id))

    def claim(self, going: Going, channel: str, after: int, limit: int) -> Claimed:
        """While the run's row is locked nobody sweeps it: whoever is claimed has no outcome until they are settled."""
        run, until = going.run, after + _SPAN
        LOCK.one(self._connection, {"p_run": run.id})
        state = FRESH.value(self._connection, {"p_run": run.id, "p_now": self._now})
        if state != State.RUNNING.value:
            return Claimed([], after, False)
        rows = self._facts(going, channel, after, until, limit)
        away = self._away(run.id)
        vetting = Vetting(self._connection, self._outside.programme, going, channel, self._now)
        go, stay = vetting.verdicts([row for row in rows if row.serial not in away] if away else rows)
        if stay:
            told = [
                Change(one.row.serial, channel, Ending(_word(one.outcome), one.channel or channel, one.reason))
                for one in stay
            ]
            change(self._connection, run.id, alike(told), self._now)
        people, broke = self._paid(going, go)
        last = rows[-1].serial if len(rows) == limit else until
        return Claimed(people, last, last < run.figures["matching"], broke)

    def _facts(self, going: Going, channel: str, after: int, until: int, limit: int) -> list[Any]:
        """A service message never waits for a session."""
        plan, programme, now = going.campaign.plan, self._outside.programme, self._now
        promotion = plan.kind is Kind.PROMOTION
        priced = channel == PAID and programme.viber_message_price > 0
        values: dict[str, Any] = {
            "p_run": going.run.id, "p_after": after, "p_until": until, "p_channel": channel, "p_now": now,
            "p_limit": limit,
        }  # fmt: skip
        others = []
        if promotion:
            since = cap_since(now, programme.timezone)
            named = {"p_run": going.run.id, "p_since": since, "p_old": since - LONGEST_LIFE}
            others = OTHERS.all(self._connection, {**named, "p_priority": plan.priority})
        if others:
            values["p_since"], values["p_others"] = since, [one.id for one in others]
            values["p_first"] = [one.id for one in others if one.first]
        if priced:
            values["p_session"] = now - SESSION
        waits = priced and promotion and plan.await_session
        asked = facts(promotion=promotion, others=bool(others), priced=priced, waits=waits)
        found = {row.serial: row for row in asked.all(self._connection, values)}
        return list(found.values())

    def pack(self, going: Going, channel: str, people: Sequence[Recipient]) -> int:
        """One row for all of them: they themselves are written when it is over."""
        pairs = [[one.serial, one.cost] for one in people]
        row = {"run": going.run.id, "channel": channel, "people": pairs, "at": self._now}
        spend(self._connection, going.run.id, sum(one.cost for one in people))
        number: int = self._connection.execute(insert(campaign_packs).returning(_pack.id), row).scalar_one()
        return number

    def voucher(self, going: Going, person: Recipient) -> Voucher:
        """A keyed hash of run and serial is its code, so that a second try brings the same one."""
        offer = going.campaign.plan.voucher_offer
        assert offer is not None, "only campaigns with vouchers ask for one"
        shelf, zone = VoucherRows(self._connection, self._outside), self._outside.programme.timezone
        first = going.run.due_at.astimezone(zone).date()
        until = first + timedelta(days=going.campaign.plan.voucher_days)
        for turn in range(_CODES):
            code = self._code(going.run.id, person.serial, turn)
            made = Voucher(code, offer, person.customer, valid_from=first, valid_until=until)
            if shelf.add(made):
                return made
            there = shelf.find([code], [person.customer], lock=False)[code]
            if there.offer == offer and there.customer == person.customer and there.state is VoucherState.ISSUED:
                return there
        raise RuntimeError("no code is free")  # one in 10^56

    def settle(self, pack: int, results: Sequence[Result]) -> bool:
        """Whoever removes the pack settles it."""
        found = _GONE.one(self._connection, {"p_pack": pack})
        if found is None:
            return False
        costs: dict[int, int] = dict(found.people)
        sent: dict[int, list[Told]] = {cost: [] for cost in costs.values()}
        rest = []
        for one in results:
            if one.outcome is Outcome.SENT and not one.reason and one.serial in costs:
                sent[costs[one.serial]].append((one.serial, one.message or None))
            elif one.serial in costs:
                rest.append(one)
        usual = {(found.channel, Ending(Outcome.SENT.value, found.channel, cost=cost, tried=True)): some
                 for cost, some in sent.items()}  # fmt: skip
        told = {**usual, **alike(self._changes(found.run, found.channel, rest, costs))} if rest else usual
        kept = change(self._connection, found.run, told, self._now)
        spend(self._connection, found.run, kept - sum(costs.values()))
        return True

    def _changes(self, run: int, channel: str, rest: Sequence[Result], costs: Mapping[int, int]) -> list[Change]:
        """Of those to whom anything else happened than that they were written to."""
        back, found, odd = Ending(None, channel), list[Change](), list[Result]()
        for one in rest:
            if one.outcome is None and one.dead is None:
                found.append(Change(one.serial, channel, back._replace(not_before=one.not_before)))
            else:
                odd.append(one)
        if odd:
            going, tries = self._going_of(run), self._tries(run, [one.serial for one in odd])
            found += [self._change(going, channel, tries[one.serial], one, costs[one.serial])
                      for one in odd if one.serial in tries]  # fmt: skip
        return found

    def post(self, going: Going, people: Sequence[Recipient]) -> None:
        """Where the message itself was written by this work."""
        sent = [
            Change(one.serial, one.address.channel, Ending(Outcome.SENT.value, one.address.channel)) for one in people
        ]
        change(self._connection, going.run.id, alike(sent), self._now)

    def sweep(self, after: Mapping[int, int]) -> Mapping[int, int]:
        """A chunk of each run that is over."""
        return sweep(self._connection, self._now, after)

    def _going_of(self, run: int) -> Going:
        row = self._connection.execute(select(campaign_runs).where(_run.id == run)).one()
        return Going(
            campaign_of(self._connection.execute(select(campaigns).where(_plan.id == row.campaign)).one()), run_of(row)
        )

    def _away(self, run: int) -> set[int]:
        """Who is on their way: a run that is looked through anew meets them again."""
        packs = _PACKS.all(self._connection, {"p_run": run})
        return {serial for pack in packs for serial, _ in pack.people}

    def _tries(self, run: int, serials: Sequence[int]) -> dict[int, int]:
        """How often each of those without an outcome was tried; they are locked."""
        chosen = select(_row.serial, _row.tries).where(_row.run == run, _row.serial.in_(serials))
        open_ones = chosen.where(_row.outcome.is_(None)).order_by(_row.serial).with_for_update()
        return {row.serial: row.tries for row in self._connection.execute(open_ones)}

    def _paid(self, going: Going, people: list[Recipient]) -> tuple[list[Recipient], bool]:
        """As many as the budget lets pass; the campaign's row is locked while it is counted."""
        budget = going.campaign.plan.budget
        if budget is None or not any(one.cost for one in people):
            return people, False
        CampaignRows(self._connection).get(going.campaign.id, lock=True)
        chosen = select(func.coalesce(func.sum(_run.spent), 0)).where(_run.campaign == going.campaign.id)
        left, found = budget - int(self._connection.execute(chosen).scalar_one()), list[Recipient]()
        for one in people:
            left -= one.cost
            if left < 0:
                return found, True
            found.append(one)
        return found, False

    def _change(self, going: Going, before: str, tries: int, result: Result, cost: int) -> Change:
        """As told; but what is allowed a second try, and what another channel may still reach, waits for it."""
        outcome, reason, channel = result.outcome, result.reason, before
        if outcome is Outcome.UNKNOWN and going.sends_twice and tries + result.tried < MOST_TRIES:
            outcome, reason = None, ""
        if result.dead is not None:
            other = self._elsewhere(going, result.dead)
            if other is not None:
                outcome, reason, channel = None, "", other
        sent = outcome in (Outcome.SENT, Outcome.UNKNOWN)
        if outcome is not None and not sent and going.campaign.plan.voucher_offer is not None:
            self._void(going, result.serial)
        ending = Ending(_word(outcome), channel, reason, cost if sent else 0, result.tried, result.not_before)
        return Change(result.serial, before, ending, result.message)

    def _elsewhere(self, going: Going, dead: Address) -> str | None:
        """Nothing reaches the address any more; the next channel of the campaign's by which the person can be."""
        of = addresses.c
        whose = self._connection.execute(select(of.customer).where(belongs(addresses)), to(dead)).scalar()
        UNSUBSCRIBE.run(self._connection, {**to(dead), "p_at": self._now})
        chosen = select(of.channel).where(of.customer == whose, of.subscribed.is_(True))
        there = set(self._connection.execute(chosen).scalars())
        return next((one for one in going.campaign.plan.channels or CHANNELS if one in there), None)

    def _void(self, going: Going, serial: int) -> None:
        """A voucher that nobody was told of is worth nothing; its first code is the one, but for one in ten million."""
        shelf = VoucherRows(self._connection, self._outside)
        for voucher in shelf.find([self._code(going.run.id, serial, 0)], [], lock=True).values():
            if voucher.state is VoucherState.ISSUED and voucher.offer == going.campaign.plan.voucher_offer:
                shelf.move(voucher, replace(voucher, state=VoucherState.VOID), "void", going.campaign.id, self._now)

    def _code(self, run: int, serial: int, turn: int) -> str:
        told = hmac.digest(self._outside.hash_key, f"voucher|{run}|{serial}|{turn}".encode(), hashlib.sha256)
        return code_of(int.from_bytes(told[:8], "big") % COUNT)


def _word(outcome: Outcome | None) -> str | None:
    return None if outcome is None else outcome.value
