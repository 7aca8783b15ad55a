"""By the hour: figures over everybody are counted, and each messenger is asked whether its hook still is ours."""

import asyncio
from datetime import datetime

from adapters.app.hooks import hooks
from adapters.app.house import House
from adapters.app.settings import Settings
from adapters.db.counting import HOOKS, HOUSE, count_now, keep


async def count(house: House, now: datetime) -> dict[str, int]:
    """The home of the console has its figures. The count takes seconds at a million customers, beside the tills."""
    figures = await asyncio.to_thread(count_now, house.settings.database_url, now, house.outside.questionnaire)
    await house.lanes.do("figures", keep(HOUSE, now, figures.as_data()))
    failing = await hooks_failing(house.settings)
    await house.lanes.do("figures", keep(HOOKS, now, failing))
    return {"customers": figures.customers, "hooks": len(failing)}


async def hooks_failing(settings: Settings) -> dict[str, str]:
    """Of each messenger that is switched on and not well: `missing`, `other` (another house's), `error`."""
    found = {}
    for line in await hooks(settings, "show", "all"):
        channel, _, said = line.partition(": ")
        if said.startswith("no hook"):
            found[channel] = "missing"
        elif said.startswith("error: the hook is"):
            found[channel] = "other"
        elif said.startswith("error"):
            found[channel] = "error"
    return found
