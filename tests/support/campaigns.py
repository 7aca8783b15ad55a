"""People who can be written to, made in numbers, and campaigns for them, approved."""

from dataclasses import replace
from datetime import timedelta
from sys import intern
from typing import Any

from sqlalchemy import Connection, insert, select, text

from adapters.app.audiences import Audiences
from adapters.app.settings import Settings, read_settings
from adapters.db.tables import addresses, campaign_people, consents, customers
from core.audit.model import Actor
from core.campaigns.actions import approve, draft
from core.campaigns.launching import open_due, start
from core.campaigns.model import Campaign, Content, Link, Plan, Run
from core.segments.model import EVERYBODY, Node
from tests.support.served import SECRET
from tests.support.world import World

MARKETER = Actor("maryna", "marketer")
BOT = "bot"
_AT_ONCE = 20_000
"""People whom `crowd` holds in memory: a million of them at once are gigabytes."""


def name_of(number: int) -> str:
    """The id of the customer with the number; ids are in the order of numbers."""
    return f"00000000-0000-7000-8000-{number:012d}"


def settings_of(world: World) -> Settings:
    """Settings of a house over the world's database."""
    return read_settings(database_url=world.served, secret_key=SECRET)


def audiences(world: World) -> Audiences:
    """Numbers and frozen runs over the world's database."""
    return Audiences(settings_of(world), world.do)


def keep_people(connection: Connection, world: World, people: dict[int, dict[str, Any]]) -> None:
    """By their numbers: `channels` with whether each is subscribed, `consent` (None: never asked), `merged` into whom.

    Anything else is a column of the customer.
    """
    known = world.clock.now - timedelta(days=100)
    rows, places, lines = [], [], []
    for number, told in people.items():
        one = {"channels": {"telegram": True}, "consent": True, "merged": None, **told}
        own = {name: one[name] for name in ("birthday", "forgotten_at", "phone", "language", "name") if name in one}
        base: dict[str, Any] = {"language": "uk", "name": f"П{number}", "birthday": None, "forgotten_at": None}
        into = None if one["merged"] is None else name_of(one["merged"])
        rows.append({"phone": None, **base, **own, "id": name_of(number), "created_at": known, "merged_into": into})
        owner = into or name_of(number)
        places += [
            {
                "channel": channel, "bot": BOT, "user_key": f"{number}", "first_seen_at": known,
                "language": rows[-1]["language"], "chosen_language": False, "customer": owner, "subscribed": on,
            }
            for channel, on in one["channels"].items()
        ]  # fmt: skip
        if one["consent"] is not None:
            lines.append(
                {"customer": name_of(number), "purpose": "marketing", "given": one["consent"], "version": "1",
                 "language": "uk", "channel": "telegram", "at": known}
            )  # fmt: skip
    for table, given in ((customers, rows), (addresses, places), (consents, lines)):
        if given:
            connection.execute(insert(table), given)


def crowd(world: World, count: int, channel: str = "telegram", first: int = 1) -> None:
    """So many people who have agreed and can be reached by the channel."""
    with world.owner.begin() as connection:
        for begin in range(first, first + count, _AT_ONCE):
            some = range(begin, min(begin + _AT_ONCE, first + count))
            keep_people(connection, world, {number: {"channels": {channel: True}} for number in some})
        if connection.dialect.name == "postgresql":  # in a living house its own housekeeping has done so long ago
            connection.execute(text("analyze customers, addresses, consents"))


def content(text: str = "Кава за пів ціни", *links: Link) -> Content:
    """What an arm is told."""
    return Content({"uk": text}, links=links)


def approved(world: World, plan: Plan, tree: Node = EVERYBODY) -> Campaign:
    """A campaign with the plan for everybody in the tree, approved."""
    told = plan if plan.contents else replace(plan, contents={one.name: content() for one in plan.treated})
    made = world.do(lambda work: draft(work, plan=told, actor="maryna"))
    ready = world.do(lambda work: approve(work, campaign=made.id, version=1, actor="olha"))
    done = replace(ready, audience=tree)
    world.do(lambda work: work.campaigns.save(done))
    return done


def launched(world: World, plan: Plan, tree: Node = EVERYBODY) -> tuple[Campaign, Run]:
    """A campaign that runs, its run frozen."""
    one = approved(world, plan, tree)
    world.do(lambda work: start(work, campaign=one.id, actor=MARKETER))
    [run] = [run for run in world.do(open_due) if run.campaign == one.id]
    audiences(world).freeze(run, world.clock.now)
    running = world.do(lambda work: work.campaigns.get(one.id))
    assert running is not None
    return running, world.do(lambda work: work.campaigns.runs(one.id))[-1]


def outcomes_of(world: World, run: Run) -> dict[int, str]:
    """What became of each, by the numbers of their customers; somebody who waits is `None` in words."""
    of = campaign_people.c
    with world.engine.connect() as connection:
        rows = connection.execute(select(of.customer, of.outcome).where(of.run == run.id))
        return {int(who[-12:]): intern(str(outcome)) for who, outcome in rows}


def people_of(world: World, run: Run) -> dict[int, Any]:
    """The rows of a run by the numbers of their customers."""
    with world.engine.connect() as connection:
        rows = connection.execute(select(campaign_people).where(campaign_people.c.run == run.id))
        return {int(row.customer[-12:]): row for row in rows}
