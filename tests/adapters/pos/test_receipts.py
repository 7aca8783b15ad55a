"""Receipts over HTTP: quotes, sales, returns, holds, confirmations, as a POS integrator meets them."""

import asyncio
from typing import Any

from adapters.db import keep
from core.shared.values import StoreId
from core.stores.model import Store
from tests.support.tills import Till, line, now, open_till


async def test_a_sale_earns_and_is_answered_once_and_again_to_the_byte(database_url: str) -> None:
    async with open_till(database_url) as till:
        body = {"code": till.number, "store": "s1", "till": "1", "receipt": "7", "sold_at": now(), "lines": [line()]}
        status, first = await till.call("POST", "/sales", body, key="k")
        assert (status, first["total"], first["earned"]) == (201, 10000, 5)
        assert first["balance"] == {"active": 0, "pending": 5, "held": 0, "spendable": 0, "next_expiry": None}
        for _ in range(2):
            status, again = await till.call("POST", "/sales", body, key="k")
            assert (status, again, till.replayed) == (200, first, True)
        status, problem = await till.call("POST", "/sales", {**body, "receipt": "8"}, key="k")
        assert (status, problem["type"]) == (422, "about:kartka/idempotency-conflict")
        status, again = await till.call("POST", "/sales", body, key="another")
        assert (status, again, till.replayed) == (200, first, True)
        status, problem = await till.call("POST", "/sales", {**body, "lines": [line(price=1)]}, key="third")
        assert (status, problem["type"]) == (422, "about:kartka/receipt-conflict")
        assert (await till.points())["pending"] == 5
        assert keep.check(till.served.house.settings.database_url) == []


async def test_points_pay_when_possession_is_proven_and_a_code_pays_once(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(40)
        status, quoted = await till.quote(line(), code=till.number, spend_points="max")
        assert (status, quoted["points_spent"], quoted["points_max"], quoted["total"]) == (200, 40, 40, 6000)
        status, problem = await till.sell(line(), code=till.number, spend_points=10)
        assert (status, problem["type"]) == (409, "about:kartka/proof-needed")
        spoken = await till.spoken()
        status, sale = await till.sell(line(), code=spoken, spend_points=10)
        assert (status, sale["points_spent"], sale["points_paid_minor"], sale["total"]) == (201, 10, 1000, 9000)
        assert sale["earned"] == 4
        status, problem = await till.sell(line(), code=spoken, spend_points=10)
        assert (status, problem["type"]) == (409, "about:kartka/code-used")
        status, _ = await till.sell(line(), code=spoken)
        assert status == 201
        assert (await till.points())["active"] == 30
        assert keep.check(till.served.house.settings.database_url) == []


async def test_a_return_gives_back_money_points_and_vouchers(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(30)
        await till.offer(id="ten", audience="voucher", benefit={"kind": "percent_off", "percent": "10"})
        code = await till.voucher("ten", mine=True)
        lines = [line("a", 10000, "2"), line("b", 3333, "3")]
        spoken = await till.spoken()
        status, sale = await till.sell(*lines, code=spoken, spend_points=20, vouchers=[code])
        assert status == 201
        assert [one["voucher"] for one in sale["applied"]] == [code]
        status, back = await till.take_back(sale["sale_id"], (0, "1"))
        assert status == 201
        assert back["money_back"] == (sale["lines"][0]["total"] + 1) // 2
        status, rest = await till.cancel(sale["sale_id"])
        assert status == 201
        assert back["money_back"] + rest["money_back"] == sale["total"]
        assert back["points_returned"] + rest["points_returned"] == 20
        assert back["points_taken"] + rest["points_taken"] == sale["earned"]
        assert (back["vouchers_restored"], rest["vouchers_restored"]) == ([], [code])
        assert (await till.points())["active"] == 30
        status, whole = await till.call("GET", f"/sales/{sale['sale_id']}")
        assert (status, whole["returned"], len(whole["returns"])) == (200, ["2", "3"], 2)
        status, problem = await till.cancel(sale["sale_id"])
        assert (status, problem["type"]) == (409, "about:kartka/nothing-to-return")
        status, problem = await till.take_back(sale["sale_id"], (0, "1"))
        assert (status, problem["type"]) == (409, "about:kartka/return-exceeds-sale")
        assert keep.check(till.served.house.settings.database_url) == []


async def test_a_hold_is_captured_by_its_sale_or_let_go(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(50)
        status, problem = await till.call("POST", "/holds", {"code": till.number, "points": 51}, key="h0")
        assert (status, problem["type"]) == (409, "about:kartka/not-enough-points")
        status, hold = await till.call("POST", "/holds", {"code": till.number, "points": 30}, key="h1")
        assert status == 201
        assert await till.points() == {**await till.points(), "active": 50, "held": 30, "spendable": 20}
        spoken = await till.spoken()
        status, sale = await till.sell(line(), code=spoken, spend_points=40, hold=hold["hold_id"])
        assert (status, sale["points_spent"]) == (201, 40)
        assert (await till.points())["active"] == 10
        status, problem = await till.call("DELETE", f"/holds/{hold['hold_id']}")
        assert (status, problem["type"]) == (409, "about:kartka/hold-closed")
        status, hold = await till.call("POST", "/holds", {"code": till.number, "points": 10}, key="h2")
        for _ in range(2):
            assert (await till.call("DELETE", f"/holds/{hold['hold_id']}"))[0] == 204
        assert (await till.points())["spendable"] == 10
        assert (await till.call("DELETE", "/holds/none"))[1]["type"] == "about:kartka/unknown-hold"


async def test_a_total_that_changed_is_refused_with_the_new_quote(database_url: str) -> None:
    async with open_till(database_url) as till:
        status, problem = await till.sell(line(), code=till.number, expected_total=9999)
        assert (status, problem["type"], problem["quote"]["total"]) == (409, "about:kartka/total-changed", 10000)
        assert (await till.points())["pending"] == 0
        assert (await till.sell(line(), code=till.number, expected_total=10000, key="same"))[0] == 201


async def test_the_customer_s_tap_proves_a_spending_once(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(40)
        status, asked = await till.call("POST", "/confirmations", {"code": till.number, "points": 20})
        assert status == 201
        path = f"/confirmations/{asked['confirmation']}"
        assert (await till.call("GET", path))[1] == {"state": "waiting"}
        question = await _question(till)
        assert question["data"] == {"confirmation": asked["confirmation"]}
        yes, no = question["buttons"]
        await till.chat.sends(kind="action", action=yes["action"])
        await till.chat.sends(kind="action", action=no["action"])
        assert (await till.call("GET", path))[1] == {"state": "confirmed"}
        assert (await till.call("GET", path, bearer="x"))[0] == 401
        more = {"code": till.number, "confirmation": asked["confirmation"]}
        assert (await till.sell(line(), spend_points=21, **more))[1]["type"] == "about:kartka/proof-needed"
        assert (await till.sell(line(), spend_points=20, **more))[0] == 201
        assert (await till.sell(line(), spend_points=20, **more))[1]["type"] == "about:kartka/code-used"


async def _question(till: Till) -> Any:
    for _ in range(100):
        headers = {"Authorization": f"Bearer {till.chat.token}"}
        async with till.served.http.get(f"{till.served.url}/chat/api/messages?after=0", headers=headers) as answer:
            replies = (await answer.json())["replies"]
        if replies[-1]["kind"] == "question":
            return replies[-1]
        await asyncio.sleep(0.02)
    raise AssertionError("nobody was asked")


BAD_SALES: list[tuple[dict[str, Any], int, str]] = [
    ({"lines": [line(quantity="0")]}, 422, "invalid"),
    ({"lines": [line(quantity="0.000")]}, 422, "invalid"),
    ({"lines": [line(quantity="-1")]}, 422, "invalid"),
    ({"lines": [line(quantity="1.2345")]}, 422, "invalid"),
    ({"lines": [line(quantity="1e3")]}, 422, "invalid"),
    ({"lines": [line(quantity="100000")]}, 422, "invalid"),
    ({"lines": [line(quantity="١")]}, 422, "invalid"),
    ({"lines": [{**line(), "quantity": 1}]}, 422, "invalid"),
    ({"lines": [line(price=-1)]}, 422, "invalid"),
    ({"lines": [line(price=2**63)]}, 422, "invalid"),
    ({"lines": [{**line(), "unit_price": True}]}, 422, "invalid"),
    ({"lines": [{**line(), "unit_price": 1.0}]}, 422, "invalid"),
    ({"lines": []}, 422, "invalid"),
    ({"lines": [line()] * 501}, 422, "invalid"),
    ({"lines": [line(sku="a\u0000b")]}, 422, "invalid"),
    ({"lines": [line(extra=1)]}, 422, "invalid"),
    ({"points": 99}, 422, "invalid"),
    ({"vouchers": [f"V{at:05d}" for at in range(21)]}, 422, "invalid"),
    ({"spend_points": -1}, 422, "invalid"),
    ({"spend_points": "all"}, 422, "invalid"),
    ({"spend_points": 2**63}, 422, "invalid"),
    ({"sold_at": "yesterday"}, 422, "invalid"),
    ({"sold_at": "2026-11-26T12:00:00"}, 422, "invalid"),
    ({"sold_at": now(minutes=60)}, 422, "clock-ahead"),
    ({"sold_at": now(days=-8)}, 422, "too-late"),
    ({"store": "nowhere"}, 422, "unknown-store"),
    ({"store": "s2"}, 403, "other-store"),
    ({"code": "2900000000018"}, 404, "unknown-code"),
    ({"hold": "none"}, 404, "unknown-hold"),
    ({"confirmation": "none", "spend_points": 5}, 409, "proof-needed"),
]


async def test_each_bad_sale_gets_one_clear_refusal_and_changes_nothing(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(10)
        await till.do(lambda work: work.shelves.put_stores([Store(StoreId("s2"), "Другий")]))
        for given, status, code in BAD_SALES:
            got, problem = await till.sell(**{"code": till.number, **given})
            assert (got, problem.get("type")) == (status, f"about:kartka/{code}"), given
        points = await till.points()
        assert (points["active"], points["pending"]) == (10, 0)
        assert (await till.sell(line(), code=till.number, key="after"))[0] == 201


async def test_a_missing_or_unusable_key_is_refused(database_url: str) -> None:
    async with open_till(database_url) as till:
        body = {"store": "s1", "till": "1", "receipt": "1", "sold_at": now(), "lines": [line()]}
        for key in (None, "", "x" * 256, "ключ".encode().decode("latin-1"), "a\tb"):
            status, problem = await till.call("POST", "/sales", body, key=key)
            assert (status, problem["type"]) == (400, "about:kartka/idempotency-key"), key


async def test_another_store_s_sale_is_as_if_it_were_not_there(database_url: str) -> None:
    async with open_till(database_url) as till:
        _, sale = await till.sell(line(), code=till.number)
        key = await till.do(_second_till)
        path = f"/sales/{sale['sale_id']}"
        for method, more, body in (("GET", "", None), ("POST", "/cancel", {}), ("POST", "/returns", _ONE)):
            keyed = "k" if method == "POST" else None
            status, problem = await till.call(method, path + more, body, key=keyed, bearer=key)
            assert (status, problem["type"]) == (404, "about:kartka/unknown-sale")


_ONE = {"lines": [{"line": 0, "quantity": "1"}]}


def _second_till(work: Any) -> str:
    from core.stores.actions import add_till

    work.shelves.put_stores([Store(StoreId("s2"), "Другий")])
    return add_till(work, store=StoreId("s2"), name="Каса 2")


async def test_an_offline_receipt_earns_by_the_day_it_was_made_and_spends_nothing_by_default(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(30)
        status, sale = await till.sell(line(), code=till.number, sold_at=now(days=-3), offline=True, spend_points=10)
        assert (status, sale["points_spent"], sale["earned"]) == (201, 0, 5)


async def test_offline_spending_has_its_caps_and_a_shortfall_is_the_house_s_loss(
    database_url: str, tmp_path: Any
) -> None:
    rules = tmp_path / "programme.toml"
    rules.write_text(
        "offline_points_sale = 20\noffline_points_day = 50\noffline_points_outage = 45\n"
        "spend_without_proof_points = 99\n"
    )
    async with open_till(database_url, programme=str(rules)) as till:
        await till.gift(30)
        spent = []
        for _ in range(4):
            _, sale = await till.sell(line(), code=till.number, offline=True, spend_points=99)
            spent.append(sale["points_spent"])
        assert spent == [20, 20, 5, 0]
        assert (await till.points())["active"] == 0
        assert keep.check(till.served.house.settings.database_url) == []
