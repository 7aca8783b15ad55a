"""Policies felt at the doors: misses of a till, the kiosk's patience, versions of texts, the zone of a day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.customers.model import Purpose
from core.shared.values import Phone
from tests.journeys.test_web import PHONE, Chat
from tests.support.served import serve


def programme(tmp_path: Path, rules: str) -> str:
    path = tmp_path / "programme.toml"
    path.write_text(rules)
    return str(path)


async def test_misses_kiosk_and_versions_are_as_the_retailer_set_them(tmp_path: Path) -> None:
    versions = 'terms_version = "t9"\nmarketing_version = "m7"\n'
    rules = programme(tmp_path, "till_misses = 2\ntill_miss_minutes = 3\nkiosk_forget_seconds = 20\n" + versions)
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/k.db", programme=rules) as served:
        chat = Chat(served)
        await chat.registers()
        await chat.says("2")
        customer: Any = await served.house.lanes.do("x", lambda work: work.customers.by_phone(Phone(PHONE)))
        consents = await served.house.lanes.do("x", lambda work: work.consents.of(customer.id))
        assert {(one.purpose, one.version) for one in consents} == {(Purpose.TERMS, "t9"), (Purpose.MARKETING, "m7")}
        async with served.http.get(f"{served.url}/chat?kiosk=1") as answer:
            assert 'data-kiosk-seconds="20"' in await answer.text()
        async with served.http.get(f"{served.url}/terms") as answer:
            assert "t9" in await answer.text()
        assert [(await served.lookup("2900000000018"))[0] for _ in range(3)] == [404, 404, 429]
        headers = {"Authorization": f"Bearer {served.till_key}"}
        body = {"code": "2900000000018"}
        async with served.http.post(f"{served.url}/pos/v1/lookup", json=body, headers=headers) as answer:
            assert answer.headers["Retry-After"] == "180"


@pytest.mark.parametrize(("local_hour", "counted"), [(1, 0), (12, 1)])
async def test_today_is_a_day_of_the_programmes_zone(tmp_path: Path, local_hour: int, counted: int) -> None:
    now = datetime.now(UTC)
    ahead = (local_hour - now.hour + 12) % 24 - 12
    rules = programme(tmp_path, f'zone = "Etc/GMT{-ahead:+d}"\n')
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/k.db", programme=rules) as served:
        await Chat(served).registers()
        earlier = (now - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        with served.house.engine.begin() as connection:
            connection.execute(text("update events set at = :at"), {"at": earlier})
        view = await served.house.home_views.home(now)
        assert (view.cards_today, view.cards_week) == (counted, 1)
        assert [one.cards for one in view.days[-2:]] == [1 - counted, counted]
