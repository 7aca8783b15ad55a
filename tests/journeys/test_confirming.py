"""The tap that lets a till spend: in time it pays once; late, double, forged and foreign ones change nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from adapters.db.saletables import confirmations
from tests.support.tills import Till, line
from tests.support.voices import CHANNELS, Voice, comes, hears, open_stage

QUESTION = "хоче списати 20 бонусів"
YES, NO = "Дозволити списання", "Не дозволяти"


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> str:
    """The story is told once in each."""
    return str(request.param)


async def asks(till: Till, voice: Voice) -> str:
    """The till asks for 20 points; its confirmation, once the customer has heard the question."""
    before = len(await voice.texts())
    status, asked = await till.call("POST", "/confirmations", {"code": till.number, "points": 20})
    assert status == 201
    await comes(voice, before, QUESTION)
    return str(asked["confirmation"])


async def state(till: Till, confirmation: str) -> str:
    """What the till hears of it."""
    return str((await till.call("GET", f"/confirmations/{confirmation}"))[1]["state"])


async def pays(till: Till, confirmation: str) -> Any:
    """The status of a sale that spends 20 points by this confirmation, and the code of its refusal."""
    status, body = await till.sell(line(), code=till.number, spend_points=20, confirmation=confirmation)
    return status, str(body.get("type", "")).rpartition("/")[2]


async def test_a_tap_in_time_pays_for_one_sale_and_a_second_tap_changes_nothing(
    database_url: str, channel: str
) -> None:
    async with open_stage(database_url) as stage:
        till, voice = stage.till, await stage.registered(channel)
        await till.gift(100)
        await hears(voice, voice.presses("quiet"), "Більше не пишемо")
        asked = await asks(till, voice)
        assert (await state(till, asked), (await pays(till, asked))) == ("waiting", (409, "proof-needed"))
        await hears(voice, voice.taps(YES), "Дозволено: 20 бонусів")
        for again in (f"confirm:{asked}", f"decline:{asked}"):
            await hears(voice, voice.presses(again), "Дозволено: 20 бонусів")
        assert await state(till, asked) == "confirmed"
        assert [await pays(till, asked), await pays(till, asked)] == [(201, ""), (409, "code-used")]
        await hears(voice, voice.presses(f"confirm:{asked}"), "Дозволено: 20 бонусів")
        assert await pays(till, asked) == (409, "code-used")
        assert (await till.points())["active"] == 80


async def test_a_tap_that_declines_lets_nobody_spend(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        till, voice = stage.till, await stage.registered(channel)
        await till.gift(100)
        asked = await asks(till, voice)
        await hears(voice, voice.taps(NO), "Не дозволено")
        await hears(voice, voice.presses(f"confirm:{asked}"), "Не дозволено")
        assert (await state(till, asked), await pays(till, asked)) == ("declined", (409, "proof-needed"))


async def test_a_tap_after_the_minute_is_told_so_and_lets_nobody_spend(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        till, voice = stage.till, await stage.registered(channel)
        await till.gift(100)
        asked = await asks(till, voice)
        kept = await till.do(lambda work: work.sales.confirmation(asked))
        values = {name: getattr(kept, name) - timedelta(seconds=61) for name in ("asked_at", "expires_at")}
        await till.do(lambda work: work.connection.execute(update(confirmations).values(values)))
        await hears(voice, voice.taps(YES), "вже закрите")
        assert (await state(till, asked), await pays(till, asked)) == ("expired", (409, "proof-needed"))


async def test_a_stranger_who_knows_the_question_cannot_answer_it(database_url: str, channel: str) -> None:
    async with open_stage(database_url) as stage:
        stranger = await stage.registered("telegram" if channel == "web" else "web", "+380671111111")
        till, voice = stage.till, await stage.registered(channel)
        await till.gift(100)
        asked = await asks(till, voice)
        for forged in (
            f"confirm:{asked}",
            f"decline:{asked}",
            f"confirm:{asked[:-1]}",
            "confirm:",
            f"confirm:{'x' * 50}",
        ):
            await hears(stranger, stranger.presses(forged), "вже закрите")
        await hears(voice, voice.presses(f"confirm:{asked[:-1]}"), "вже закрите")
        assert await state(till, asked) == "waiting"
        await hears(voice, voice.taps(YES) if channel != "viber" else voice.presses(f"confirm:{asked}"), "Дозволено")
        assert await pays(till, asked) == (201, "")
