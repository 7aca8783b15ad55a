"""Rehearsals: a campaign's next run gone through to its end with a clock of its own and messengers that take all.

The code is that of the real run: whom it reaches, who is capped, the night, the pace, the budget. It plays upon a copy
of what sending looks at, alone on each channel, and nothing of it is kept.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.app.audiences import Audiences, rates_of
from adapters.app.owners import Do
from adapters.app.settings import Settings
from adapters.db.campaigncounts import waiting_of
from adapters.db.outside import Outside
from adapters.db.rehearsing import StageLanes, endings_of, sent_between, stage
from adapters.db.standing import CHANNELS
from adapters.db.work import DbWork
from adapters.delivery.campaigns.sender import Sender
from adapters.delivery.campaigns.taking import sweep
from adapters.delivery.campaigns.virtual import Echo, VirtualClock, VirtualLoop
from bot.messages import Answer, Say
from bot.words import Verbatim
from core.campaigns.model import Campaign, Run, State
from core.campaigns.rehearsal import Rehearsal
from core.campaigns.timing import is_quiet, loud_from, quiet_from
from core.shared.refusals import Conflict, Unknown

MOST = 50_000
"""People whom a rehearsal writes to while somebody waits for it on a page; half a minute of a core."""
TOGETHER = {"viber": 300}
"""How many a channel takes at once where all are told the same (channels.md)."""
_TURN, _STILL = 1.0, 150
"""Seconds between two looks at how far it is, and of how many looks nothing may have moved before time is put on."""
_DAWN = timedelta(seconds=90)
"""How long before the morning the night is left to pass: a sender looks once a minute then."""


def rehearse(
    settings: Settings, do: Do, outside: Outside, campaign: str, now: datetime, *, most: int | None = None
) -> Rehearsal:
    """As the campaign stands now. Raises Unknown (`unknown-campaign`, `unknown-segment`), Conflict (`campaign-state`:
    what has been stopped or is over is not rehearsed; `rehearsal-large` with more people than `most`)."""
    found: Campaign | None = do(lambda work: work.campaigns.get(campaign))
    if found is None:
        raise Unknown("unknown-campaign", campaign=campaign)
    if found.state in (State.FINISHED, State.STOPPED):
        raise Conflict("campaign-state", state=found.state.value, move="rehearse")
    with tempfile.TemporaryDirectory(prefix="kartka-") as folder, stage(Path(folder)) as there:
        run, numbers = Audiences(settings, do).set_stage(there, found, now)
        if most is not None and numbers.recipients > most:
            raise Conflict("rehearsal-large", people=numbers.recipients, most=most)
        loop = VirtualLoop()
        clock = VirtualClock(loop, run.due_at)
        with there.connect() as connection:
            lanes = StageLanes(connection, replace(outside, clock=clock, locks=False))
            try:
                loop.run_until_complete(_played(lanes, found, run, clock, outside.programme))
            finally:
                loop.close()
            zone = outside.programme.timezone
            night = is_quiet(run.due_at, zone)
            morning = loud_from(run.due_at if night else quiet_from(run.due_at, zone), zone)
            first, last, moved = sent_between(connection, run.id, morning)
            over = lanes.now(lambda work: work.campaigns.get(found.id))
            spent = lanes.now(lambda work: work.campaigns.runs(found.id)[-1].spent)
            assert over is not None
            return Rehearsal(
                found.id, now, run.due_at, numbers, endings_of(connection, run.id), spent, moved, first, last,
                over.why if over.state is State.PAUSED else "",
            )  # fmt: skip


async def _played(lanes: StageLanes, campaign: Campaign, run: Run, clock: VirtualClock, rules: Any) -> None:
    """Until nobody waits any more, the house would pause it, or its messages are too old."""
    rates = rates_of(rules)
    senders = [_sender(lanes, name, rates[name], clock) for name in CHANNELS]
    tasks = [asyncio.create_task(one.run()) for one in senders]
    still, before = 0, -1
    while True:
        await asyncio.sleep(_TURN)
        left = await lanes.do("rehearsal", lambda work: _left(work, campaign.id, run.id))
        if left is None:
            break
        still, before = (still + 1 if left == before else 0), left
        if is_quiet(clock(), rules.timezone):
            clock.forward(min(loud_from(clock(), rules.timezone) - _DAWN, run.deliver_by))
            still = 0
        elif still > _STILL:  # nothing comes any more that they wait for
            clock.forward(run.deliver_by)
        if clock() > run.deliver_by + timedelta(hours=1):
            break
    for one in senders:
        one.stop()
    await asyncio.gather(*tasks)


def _left(work: DbWork, campaign: str, run: int) -> int | None:
    """How many wait; None: it is over."""
    sweep(work, {})
    found = work.campaigns.get(campaign)
    waiting = sum(waiting_of(work.connection, run).values())
    return waiting if found is not None and found.state is State.RUNNING and waiting else None


def _sender(lanes: StageLanes, name: str, rate: float, clock: VirtualClock) -> Sender:
    async def leads() -> bool:
        return True

    async def posted(letters: Sequence[Any]) -> None:
        del letters

    echo = Echo(name, TOGETHER.get(name, 1))
    return Sender(
        messenger=echo, lanes=lanes, advert=_says, rate=rate, leads=leads, clock=clock, posted=posted, away=(),
        broadcaster=echo if echo.most > 1 else None,
    )  # fmt: skip


def _says(*asked: Any) -> Answer:
    """What is said does not matter here: how long it takes and what it costs does."""
    del asked
    return Answer([Say(Verbatim("…"))], ())
