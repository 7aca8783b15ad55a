"""What the scheduler does by itself: old rows leave by the hour; points activate and expire, seals and rewards follow.

Time is counted in the programme's days, but everything is due by its own instant, so the night's work runs every few
minutes and a missed night is caught up by the next run. One scheduler works, the others wait (a leader's lock).
"""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from adapters.app.background import running
from adapters.app.counting import count
from adapters.app.house import House
from adapters.app.importfolders import forget_files
from adapters.db.engines import DatabaseError
from adapters.db.lanes import Busy
from adapters.db.leading import Leader
from adapters.db.night import run_night
from adapters.db.purging import purge
from adapters.db.sealing import seal
from adapters.db.work import DbWork
from bot.news import voucher_ends
from bot.ports import Letter
from core.campaigns.measuring import anything_due
from core.customers.actions import customer_of
from core.offers.reporting import is_due
from core.offers.weekly import week_of
from core.surveys.actions import book_rewards, judge_some, open_some
from core.vouchers.actions import expire_some

HOUR = 3600.0
OFTEN = 60.0
FEW = 20
"""Works of every day, which are no news."""
_REWARDS = 200
_REMINDERS = 50
PLANNED_AHEAD = timedelta(hours=6)
"""How long before a Monday its week is planned."""
NICE = ("nice", "-n", "10") if shutil.which("nice") else ()
QUIET_FROM, QUIET_UNTIL = 21, 9
"""Hours of the programme's zone between which nobody is written to (domain section 7)."""
log = structlog.get_logger(__name__)
Chore = Callable[[], Awaitable[dict[str, int]]]


@asynccontextmanager
async def tidied(house: House, every: float = HOUR, often: float = OFTEN) -> AsyncIterator[None]:
    """While this is open where the role `scheduler` is, its chores are done at once and then again and again."""
    if "scheduler" not in house.roles:
        yield
        return
    leader = Leader(house.engine)
    try:
        async with (
            running(_for_ever("scheduler.purged", leader, lambda: purge(house.lanes, _now()), every)),
            running(_for_ever("scheduler.uploads", leader, lambda: uploads_forgotten(house, _now()), every)),
            running(_for_ever("scheduler.night", leader, lambda: night(house), often)),
            running(_for_ever("scheduler.opened", leader, Gatekeeper(house), often)),
            running(_for_ever("scheduler.judged", leader, lambda: judged(house), often / 12)),
            running(_for_ever("scheduler.reminded", leader, lambda: remind(house, _now()), often * 15)),
            running(_for_ever("scheduler.compacted", leader, Tidier(house), every)),
            running(_for_ever("scheduler.planned", leader, lambda: planned(house, _now()), often * 5)),
            running(_for_ever("scheduler.campaigns", leader, house.launches.open, often / 12)),
            running(_for_ever("scheduler.counted", leader, lambda: count(house, _now()), every)),
            running(_for_ever("scheduler.reported", leader, lambda: reported(house, _now()), every)),
            running(_for_ever("scheduler.measured", leader, lambda: measured(house, _now()), every)),
        ):
            yield
    finally:
        await asyncio.to_thread(leader.close)


async def night(house: House) -> dict[str, int]:
    """What time does to points and vouchers, rewards booked, operations sealed: how many of each. Raises Busy."""
    done = await run_night(house.lanes, _now())
    rewards = sealed = vouchers = 0
    while count := await house.lanes.do("rewards", lambda work: book_rewards(work, limit=_REWARDS)):
        rewards += count
    while count := await house.lanes.do("vouchers", expire_some):
        vouchers += count
    while count := await house.lanes.do("seals", lambda work: seal(work.connection)):
        sealed += count
    from adapters.app.histories import LAG, follow, lake_of  # Parquet's library is loaded when there is a lake to fill
    from adapters.lake.lake import LakeBusy

    lake, until = lake_of(house.settings), _now() - LAG
    lines = 0
    with suppress(LakeBusy):  # the mark has not moved: the next run brings these lines as well
        lines = await house.lanes.do("lake", lambda work: follow(work, lake, until))
    return {**done, "rewards": rewards, "vouchers": vouchers, "sealed": sealed, "lines": lines}


async def uploads_forgotten(house: House, now: datetime) -> dict[str, int]:
    """Files that somebody brought and did not import are gone after a day: people's names do not lie about."""
    root, older = Path(house.settings.uploads), (now - timedelta(days=1)).timestamp()
    return {"files": await asyncio.to_thread(forget_files, root, older_than=older)}


class Tidier:
    """The lake's months of many files become one file each, once a day; a lake that is busy is tried an hour later."""

    def __init__(self, house: House, clock: Callable[[], datetime] | None = None) -> None:
        self._house, self._clock = house, clock or _now
        self._done: date | None = None

    async def __call__(self) -> dict[str, int]:
        """How many files and lines were merged, files removed, and files that lie there broken."""
        from adapters.app.histories import compact, lake_of
        from adapters.lake.lake import LakeBusy

        now = self._clock()
        today = now.astimezone(self._house.programme.timezone).date()
        if today == self._done:
            return {}
        lake = lake_of(self._house.settings)
        mark = await self._house.lanes.do("lake", lambda work: work.lake_mark())
        try:
            done = await asyncio.to_thread(compact, lake, mark, now)
        except LakeBusy as busy:
            log.info("scheduler.lake_busy", reason=str(busy))
            return {}
        self._done = today
        broken = len(lake.files.broken())
        return {"files": done.files, "merged": done.lines, "removed": done.removed, "broken": broken}


class Gatekeeper:
    """Cards open for whoever passes the gate: at the start, since its list may be shorter, and with each version."""

    def __init__(self, house: House) -> None:
        self._lanes = house.lanes
        self._seen: int | None = None

    async def __call__(self) -> dict[str, int]:
        """How many cards opened. Raises Busy; the next run begins anew and finds what is left."""
        version = await self._lanes.do("gate", lambda work: work.questionnaires.newest().version)
        if version == self._seen:
            return {"cards": 0}
        opened, after = 0, ""
        while True:
            done = await self._lanes.do("gate", partial(open_some, after=after))
            opened += done.cards
            if done.after is None:
                self._seen = version
                return {"cards": opened}
            after = done.after


async def judged(house: House) -> dict[str, int]:
    """Who has completed the questionnaire is known of everybody: in how many works. Raises Busy."""
    works = 0
    while await house.lanes.do("completions", judge_some):
        works += 1
    return {"works": works if works > FEW else 0}


async def remind(house: House, now: datetime) -> dict[str, int]:
    """Customers hear of vouchers that end within the programme's days, once each, in the daytime. Raises Busy."""
    days = house.programme.voucher_reminder_days
    local = now.astimezone(house.programme.timezone)
    if not days or not QUIET_UNTIL <= local.hour < QUIET_FROM:
        return {"reminded": 0}
    day, reminded = local.date() + timedelta(days=days), 0

    def job(work: DbWork) -> tuple[int, list[Letter]]:
        letters: list[Letter] = []
        ending = work.vouchers.ending(local.date(), day, _REMINDERS)
        for voucher in ending:
            work.vouchers.reminded(voucher.code)
            assert voucher.customer is not None, "only somebody's vouchers are ending"
            for known in work.addresses.of(customer_of(work, voucher.customer).id):
                answer = voucher_ends(work, voucher, known.language)
                if known.subscribed and answer is not None:
                    letters += work.outbox.add(None, known.address, answer, known.language, known.level)
        return len(ending), letters

    while True:
        count, letters = await house.lanes.do("reminders", job)
        await house.desk.send(letters)
        reminded += count
        if count < _REMINDERS:
            return {"reminded": reminded}


async def planned(house: House, now: datetime) -> dict[str, int]:
    """Weeks that have promo items and no plan are planned: this one, and from Sunday evening the next one.

    A process of its own does it, as a person's command would: a till does not wait for a model.
    """
    local = now.astimezone(house.programme.timezone)
    weeks = [week_of(local.date()), week_of((local + PLANNED_AHEAD).date())]
    wanted = await house.lanes.do("plans", lambda work: [one for one in weeks if _wanted(work, one)])
    made = [
        await _by_a_child(house, "scheduler.planned", "plan-week", f"--week={week}") for week in dict.fromkeys(wanted)
    ]
    return {"planned": sum(made)}


async def reported(house: House, now: datetime) -> dict[str, int]:
    """This week and the one before have today's report, until that is final; by a process of its own, too."""
    zone = house.programme.timezone
    today = now.astimezone(zone).date()
    weeks = [week_of(today), week_of(today - timedelta(weeks=1))]

    def due(work: DbWork) -> list[str]:
        planned = [week for week in weeks if work.reports.plan(week) is not None]
        return [week for week in planned if is_due(work.reports.of(week), now, zone)]

    wanted = await house.lanes.do("reports", due)
    made = [await _by_a_child(house, "scheduler.reported", "week-report", f"--week={week}") for week in wanted]
    return {"reported": sum(made)}


async def measured(house: House, now: datetime) -> dict[str, int]:
    """Results of campaigns are a day old at most, until they are final; by a process of its own, too."""
    if not await house.lanes.do("results", lambda work: anything_due(work, now)):
        return {"measured": 0}
    return {"measured": int(await _by_a_child(house, "scheduler.measured", "campaign-results"))}


async def _by_a_child(house: House, chore: str, *verb: str) -> bool:
    """The command is done by a process of its own, as a person's would be; whether it could."""
    command = (*NICE, sys.executable, "-m", "adapters.app", *verb)
    environment = {**os.environ, **house.settings.environment}
    child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=DEVNULL, stderr=PIPE)
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        child.terminate()  # the next one goes on where it stopped
        await child.wait()
        raise
    if child.returncode:
        log.warning("scheduler.failed", chore=chore, command=" ".join(verb), said=_last_line(said))
    return not child.returncode


def _wanted(work: DbWork, week: str) -> bool:
    """A week of nothing but withheld items would be refused again and again."""
    return work.plans.wanted(week) and len(work.planning.promo(week)) > len(work.planning.withheld(week))


def _last_line(said: bytes) -> str:
    return (said.decode(errors="replace").strip().splitlines() or [""])[-1][:200]


async def _for_ever(name: str, leader: Leader, chore: Chore, every: float) -> None:
    while True:
        try:
            if await asyncio.to_thread(leader.leads):
                done = await chore()
                told = {what: count for what, count in done.items() if count}
                if told or every >= HOUR:
                    log.info(name, **told)
        except (Busy, DatabaseError) as error:
            log.warning("scheduler.failed", chore=name, error=type(error).__name__)
        except OSError as error:  # a full disk, or a lake of a newer version: one chore waits, the others go on
            log.error("scheduler.failed", chore=name, error=type(error).__name__, reason=str(error))
        await asyncio.sleep(every)


def _now() -> datetime:
    return datetime.now(UTC)
