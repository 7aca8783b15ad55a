"""A campaign over the messengers' own HTTP: sent, delivered, seen, a platform that stumbles, somebody who has left."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from adapters.app.campaigncommands import app as commands
from adapters.app.sendingout import sending
from adapters.db.tables import addresses, campaign_people, consents, customers
from core.campaigns.actions import approve, draft
from core.campaigns.launching import start
from core.campaigns.model import Content, Leads, Link, Plan
from tests.fakes.telegram import TOKEN as TELEGRAM
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_rules import Refused
from tests.fakes.viber import TOKEN as VIBER
from tests.fakes.viber import FakeViber
from tests.support.campaigns import MARKETER, name_of
from tests.support.served import Served, serve, until

PLAN = Plan(
    "Кава", segment="ready:lifecycle-registered",
    contents={"A": Content({"uk": "Кава <дешево> & {{смачно}}"}, links=(Link({"uk": "Пропозиції"}, Leads.OFFERS),))},
)  # fmt: skip


def daytime(folder: Path) -> str:
    """Rules with a zone in which it is about noon now."""
    hours = 12 - datetime.now(UTC).hour
    file = folder / "programme.toml"
    file.write_text(
        f'zone = "Etc/GMT{-hours:+d}"\nglobal_holdout_percent = 0\ntelegram_per_second = 100\n', encoding="utf-8"
    )
    return str(file)


def people(served: Served) -> Any:
    """Thirty in Telegram, thirty at Viber."""
    bots = {name: served.house.channels[name].bot for name in ("telegram", "viber")}

    def job(work: Any) -> None:
        now, run = work.now, work.connection.execute
        for number in range(1, 61):
            channel = "telegram" if number <= 30 else "viber"
            who = {"id": name_of(number), "created_at": now, "language": "uk", "name": f"П{number}"}
            run(insert(customers), who)
            run(insert(consents), {"customer": who["id"], "purpose": "marketing", "given": True, "version": "1",
                                   "language": "uk", "channel": channel, "at": now})  # fmt: skip
            run(insert(addresses), {"channel": channel, "bot": bots[channel], "user_key": str(number), "language": "uk",
                                    "first_seen_at": now, "chosen_language": False, "customer": who["id"],
                                    "subscribed": True, "level": 10})  # fmt: skip

    return job


async def rows(served: Served) -> list[Any]:
    """Everybody of the run."""
    async with served.house.reading.connect() as connection:
        return list(await connection.execute(select(campaign_people)))


async def test_a_campaign_over_both_messengers(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'kartka.db'}"
    async with (
        FakeTelegram() as telegram,
        FakeViber() as viber,
        serve(
            url, telegram_token=TELEGRAM, telegram_api=telegram.url, viber_token=VIBER, viber_api=viber.url,
            programme=daytime(tmp_path),
        ) as served,
    ):  # fmt: skip
        viber.hook = f"{served.url}/viber/webhook"
        lanes = served.house.lanes
        await lanes.do("people", people(served))
        for number in range(1, 31):
            telegram.person(number)
            _ = telegram.person(number).chat
        for number in range(31, 61):
            viber.person(str(number)).subscribed = number % 10 != 0
        telegram.person(7).chat.blocked = True
        telegram.script += [None, Refused(429, "Too Many Requests: retry after 1", retry_after=1), "reset-after"]
        made = await lanes.do("campaign", lambda work: draft(work, plan=PLAN, actor="maryna"))
        await lanes.do("campaign", lambda work: approve(work, campaign=made.id, version=1, actor="olha"))
        await lanes.do("campaign", lambda work: start(work, campaign=made.id, actor=MARKETER))
        assert await served.house.launches.open() == {"opened": 1, "frozen": 1}
        async with sending(served.house):
            await until(lambda: finished(served, made.id), seconds=30)
        found = await rows(served)
        ended = Counter((row.channel, row.outcome, row.reason) for row in found)
        assert ended["telegram", "unknown", "lost_answer"] == 1
        for row in found:
            number = int(row.customer[-12:])
            chat = telegram.chats.get(number)
            texts = [seen.text for seen in chat.messages] if chat else viber.people[str(number)].texts
            got = [text for text in texts if "Кава" in text]  # who has no standing keys yet gets them with it
            assert len(got) == 1 if row.outcome == "sent" else len(got) <= (row.outcome == "unknown"), row
            assert all(text.startswith("Кава <дешево> & {смачно}\n") for text in got)
        assert telegram.strange == viber.refused == []
        assert next(row for row in found if row.customer == name_of(7)).outcome in ("unreachable", "control")
        assert {row.reason for row in found if row.outcome == "unreachable"} <= {"blocked", "not_subscribed"}
        await receipts_arrive(served, viber, found)


async def finished(served: Served, campaign: str) -> bool:
    """The campaign has come to its end."""
    one = await served.house.campaign_views.campaign(campaign)
    return one is not None and one.state == "finished"


async def receipts_arrive(served: Served, viber: FakeViber, found: list[Any]) -> None:
    """Delivered on two phones, seen once."""
    row = next(row for row in found if row.channel == "viber" and row.outcome == "sent")
    user = str(int(row.customer[-12:]))
    for event in ("delivered", "delivered", "seen"):
        status, _ = await viber.post({"event": event, "user_id": user, "message_token": int(row.message)})
        assert status == 200
    await served.house.receipts.write()
    progress = await served.house.campaign_views.progress(row.run)
    assert progress is not None
    assert {what: sum(told.values()) for what, told in progress.marks.items()} == {"delivered": 1, "seen": 1}
    assert progress.rate > 0
    [listed] = await served.house.campaign_views.campaigns()
    assert (listed.campaign.plan.name, listed.runs, listed.outcomes["seen"]) == ("Кава", 1, 1)


def test_the_command_lists_what_it_can_do() -> None:
    assert {one.name or getattr(one.callback, "__name__", "") for one in commands.registered_commands} == {
        "list", "start", "pause", "resume", "stop",
    }  # fmt: skip
