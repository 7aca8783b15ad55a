"""By the hour the figures are kept, and a messenger whose hook is not ours is something to look at."""

from datetime import UTC, datetime
from pathlib import Path

from adapters.app.counting import count
from adapters.db.homeviews import HomeReads
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.journeys.test_web import Chat
from tests.support.console import entered
from tests.support.served import serve


async def test_figures_are_kept_and_a_strange_hook_is_told(tmp_path: Path) -> None:
    async with (
        FakeTelegram() as telegram,
        serve(f"sqlite+aiosqlite:///{tmp_path}/k.db", telegram_token=TOKEN, telegram_api=telegram.url) as served,
    ):
        await Chat(served).registers()
        url = f"{served.house.settings.public_url}/telegram/webhook"
        async with entered(served) as program:
            for hook, codes in (
                ({}, ["hook-missing"]), ({"url": "https://elsewhere.example/hook"}, ["hook-other"]), ({"url": url}, [])
            ):  # fmt: skip
                telegram.hook = hook
                done = await count(served.house, datetime.now(UTC))
                assert done == {"customers": 1, "hooks": len(codes)}
                found = (await program.get("/home"))[1]["attention"]
                assert [one["code"] for one in found if one["name"] == "telegram"] == codes
            page = (await program.get("/console"))[1]
            assert TOKEN not in page
        large = HomeReads(
            served.house.reading, served.house.programme.timezone, served.house.outside.questionnaire, small=0
        )
        kept = await large.counted(datetime.now(UTC))
        assert kept is not None
        assert (kept.customers, kept.cards) == (1, 1)
