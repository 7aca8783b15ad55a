"""The till API: keys, misses, states, and what schemathesis can invent."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from core.cards.actions import block_card, reissue_card
from core.cards.model import Plastic
from core.shared.values import TillId
from core.stores.actions import revoke_till
from tests.journeys.test_web import Chat
from tests.support.served import Served, serve


async def card_of(served: Served) -> str:
    return str((await Chat(served).registers())["data"]["number"])


async def test_unknown_blocked_replaced_prepared_and_foreign_codes_are_told_apart(database_url: str) -> None:
    async with serve(database_url) as served:
        number = await card_of(served)
        lanes = served.house.lanes
        await lanes.do("x", lambda work: work.shelves.put_plastics([Plastic("77712345678", "code128", blocked=True)]))
        found: Any = await lanes.do("x", lambda work: _card(work, number))
        for code, status, reason in (
            ("2900000000018", 404, "unknown"),
            ("4820000009997", 404, "other-programme"),
            ("123456", 404, "code-over"),
            ("hello world!", 404, "not-a-code"),
            (number + "00000000", 404, "code-over"),
        ):
            got, problem = await served.lookup(code)
            assert (got, problem["type"], problem["reason"]) == (status, "about:kartka/unknown-code", reason)
        assert (await served.lookup("77712345678"))[1]["type"] == "about:kartka/card-blocked"
        blocked = await lanes.do("x", lambda work: block_card(work, card=found))
        assert (await served.lookup(number))[1]["type"] == "about:kartka/card-blocked"
        fresh = await lanes.do("x", lambda work: reissue_card(work, card=blocked))
        assert (await served.lookup(number))[1]["type"] == "about:kartka/card-replaced"
        assert (await served.lookup(fresh.number))[0] == 200


def _card(work: Any, number: str) -> Any:
    from sqlalchemy import text

    row = work.connection.execute(text("select card from card_numbers where number = :n"), {"n": number}).scalar_one()
    return work.cards.get(row)


async def test_a_key_opens_until_it_is_revoked_and_no_other_key_does(database_url: str) -> None:
    async with serve(database_url) as served:
        number = await card_of(served)
        assert (await served.lookup(number))[0] == 200
        till = TillId(served.till_key.split("_")[1])
        for key in ("", "x", "ktill_0000000000_abc", served.till_key + "x", f"ktill_{till}_"):
            status, problem = await served.post("/pos/v1/lookup", {"code": number}, key)
            assert (status, problem["type"]) == (401, "about:kartka/unauthorized")
        await served.house.lanes.do("x", lambda work: revoke_till(work, till=till))
        assert (await served.lookup(number))[0] == 401


async def test_too_many_wrong_codes_stop_a_till_for_a_while(database_url: str) -> None:
    async with serve(database_url) as served:
        number = await card_of(served)
        for at in range(20):
            assert (await served.lookup(f"29000000{at:05d}"))[0] == 404
        status, problem = await served.lookup(number)
        assert (status, problem["type"]) == (429, "about:kartka/too-many-misses")


async def test_a_phone_finds_a_card_only_where_the_programme_allows_it(tmp_path: Any) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/k.db"
    rules = tmp_path / "programme.toml"
    rules.write_text("lookup_by_phone = true\n")
    async with serve(url) as served:
        await card_of(served)
        assert (await served.lookup("+380671234567"))[0] == 404
    async with serve(url, furnish=False, programme=str(rules)) as served:
        from core.shared.values import StoreId
        from core.stores.actions import add_till

        served.till_key = await served.house.lanes.do("x", lambda work: add_till(work, store=StoreId("s1"), name="2"))
        status, seen = await served.lookup("067 123 45 67")
        assert (status, seen["customer"]["name"], seen["proof"]) == (200, "Олена К.", "none")


async def test_a_rotating_code_lives_six_minutes_and_no_longer(small_world: Any) -> None:
    from datetime import timedelta

    from core.cards.lookup import Found, Holder, keys_of, recognise
    from core.cards.model import Card, CardState, NumberKind
    from core.cards.totp import rotating_code
    from core.shared.refusals import Unknown
    from core.shared.values import CardId, CustomerId

    now = small_world.clock.now
    card = Card(CardId("c"), CustomerId("p"), "2912345678906", "ean13", CardState.ACTIVE, b"s" * 32, now)
    holder = Holder(card.number, "number", NumberKind.CURRENT, card, "Олена Коваль", "")
    code = rotating_code(card.number, card.secret, now)
    rules = small_world.programme
    for minutes in (0, 1, 5):
        seen = recognise(keys_of(code), Found([holder], None), programme=rules, now=now + timedelta(minutes=minutes))
        assert seen.proof == "rotating"
    for minutes in (-3, 6, 60):
        at = now + timedelta(minutes=minutes)
        with pytest.raises(Unknown) as refused:
            recognise(keys_of(code), Found([holder], None), programme=rules, now=at)
        assert refused.value.data["reason"] == "code-over"
    locked = replace(holder, spend_lock="recycled-phone")
    seen = recognise(keys_of(card.number), Found([locked], None), programme=rules, now=now)
    assert list(seen.spend_blocked_by) == ["recycled-phone"]


REFUSALS = """
# A value that the schema cannot forbid (a store that does not exist, a clock that is ahead) is a 422 by the contract,
# and whoever asks too fast is told so before anybody looks at the rest.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 403, 404, 409, 422, 429, 503]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503]
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 404, 409, 422, 429]
"""


async def test_schemathesis_finds_nothing(database_url: str, tmp_path: Any) -> None:
    (tmp_path / "schemathesis.toml").write_text(REFUSALS)
    rules = tmp_path / "programme.toml"
    rules.write_text("till_misses = 1000000\n")
    async with serve(database_url, programme=str(rules)) as served:
        command = [
            sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/pos/v1/openapi.json",
            "--header", f"Authorization: Bearer {served.till_key}", "--max-examples", "30", "--workers", "1",
            "--seed", "20261126", "--phases", "examples,coverage,fuzzing", "--no-color",
        ]  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()[-6000:]
