"""Verbs about campaigns that go out: started, paused, resumed, stopped, finished; their runs opened when they are due.

Each is noted in the audit log with whoever did it: a member of the staff, or the house by itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.audit.model import HOUSE, Actor, Entry
from core.campaigns.actions import found, must_have_offer
from core.campaigns.arms import arms_of
from core.campaigns.model import Campaign, Kind, Move, Once, Run, State, moved
from core.campaigns.ports import LaunchWork
from core.campaigns.timing import LATE, due
from core.shared.refusals import Conflict

ASKED, ERRORS, BUDGET, OVERDUE = "asked", "errors", "budget", "late"
RESTORED, VOUCHERS = "restored", "vouchers"
"""Why a campaign is paused."""


def start(work: LaunchWork, *, campaign: str, actor: Actor, recipients: int = 0) -> Campaign:
    """The campaign runs; one whose instant was more than half an hour ago is paused at once and asks (`late`).

    `recipients`: how many people would be given a voucher. Raises Unknown, Conflict (`campaign-state`,
    `vouchers-short` with how many are left), Invalid: a promotion without a control group, an offer that is gone.
    """
    before = found(work, campaign)
    after, plan = moved(before.state, Move.START), before.plan
    if plan.kind is Kind.PROMOTION:
        arms_of(plan.arms)
    if before.audience is None:
        raise Conflict("campaign-state", state=before.state.value, move=Move.START.value)
    must_have_offer(work, plan)
    must_have_vouchers(work, before, recipients)
    running = replace(before, state=after, started_by=actor.login, started_at=work.now, resumed_at=work.now, why="")
    if isinstance(plan.schedule, Once) and plan.schedule.at is not None and work.now - plan.schedule.at > LATE:
        running = replace(running, state=moved(running.state, Move.PAUSE), why=OVERDUE)
    return _saved(work, before, running, Move.START, actor)


def pause(work: LaunchWork, *, campaign: str, actor: Actor = HOUSE, why: str = ASKED) -> Campaign:
    """Nothing more goes out until it is resumed. Raises Unknown, Conflict (`campaign-state`)."""
    before = found(work, campaign)
    return _saved(work, before, replace(before, state=moved(before.state, Move.PAUSE), why=why), Move.PAUSE, actor)


def resume(work: LaunchWork, *, campaign: str, actor: Actor) -> Campaign:
    """It goes on where it stopped; a start that asked, because it was late, is made now.

    Weeks and days that passed meanwhile are not made up for. Raises Unknown, Conflict (`campaign-state`).
    """
    before = found(work, campaign)
    after = replace(before, state=moved(before.state, Move.RESUME), why="", resumed_at=work.now)
    done = _saved(work, before, after, Move.RESUME, actor)
    schedule = before.plan.schedule
    passed = isinstance(schedule, Once) and (schedule.at is None or schedule.at <= work.now)
    if before.why == OVERDUE or (passed and not work.campaigns.runs(campaign)):
        _open(work, done, work.now)
    return done


def hold(work: LaunchWork) -> int:
    """Whatever runs waits until somebody resumes it: the database does not know what has been sent; how many do."""
    running = work.campaigns.ids(State.RUNNING)
    for campaign in running:
        pause(work, campaign=campaign, actor=HOUSE, why=RESTORED)
    return len(running)


def stop(work: LaunchWork, *, campaign: str, actor: Actor) -> Campaign:
    """It is over: whoever has not been written to is not any more. Raises Unknown, Conflict (`campaign-state`)."""
    before = found(work, campaign)
    after = replace(before, state=moved(before.state, Move.STOP), why=ASKED, ended_at=work.now)
    return _saved(work, before, after, Move.STOP, actor)


def finish(work: LaunchWork, *, campaign: str) -> Campaign | None:
    """The campaign is finished when it will not run again and each of its runs has ended; None: it is not yet."""
    before = found(work, campaign)
    runs = work.campaigns.runs(campaign)
    over = isinstance(before.plan.schedule, Once) and runs and all(run.ended_at for run in runs)
    if before.state is not State.RUNNING or not over:
        return None
    after = replace(before, state=moved(before.state, Move.FINISH), ended_at=work.now)
    return _saved(work, before, after, Move.FINISH, HOUSE)


def open_due(work: LaunchWork) -> Sequence[Run]:
    """Every running campaign whose time has come has its run; one that is more than half an hour late asks instead."""
    opened = []
    for name in work.campaigns.ids(State.RUNNING):
        one = found(work, name)
        runs = work.campaigns.runs(name)
        at = due(one, runs[-1].due_at if runs else None, work.now, work.programme.timezone)
        if one.state is not State.RUNNING or at is None:
            continue
        if at.late:
            pause(work, campaign=name, why=OVERDUE)
        else:
            opened.append(_open(work, one, at.at))
    return opened


def must_have_vouchers(work: LaunchWork, campaign: Campaign, recipients: int) -> None:
    """Raises Conflict (`vouchers-short`) where the offer's limit leaves fewer uses than people who would get one."""
    offer = next((one for one in work.offers.current() if one.id == campaign.plan.voucher_offer), None)
    if offer is None or offer.limits.total is None:
        return
    _, used, _ = work.offers.uses([offer.id], [], lock=False).get(offer.id, (0, 0, 0))
    left = max(0, offer.limits.total - used - work.campaigns.open_vouchers(offer.id))
    if recipients > left or left == 0:
        raise Conflict("vouchers-short", offer=offer.id, left=left, wanted=recipients)


def _open(work: LaunchWork, campaign: Campaign, at: datetime) -> Run:
    plan = campaign.plan
    return work.campaigns.add_run(campaign.id, at, at + plan.lifetime, at + timedelta(days=plan.window_days))


def _saved(work: LaunchWork, before: Campaign, after: Campaign, move: Move, actor: Actor) -> Campaign:
    work.campaigns.save(after)
    states = {"state": before.state.value}, {"state": after.state.value}
    work.audit.note(Entry(work.now, actor, f"campaign.{move.value}", after.id, *states, why=after.why))
    return after
