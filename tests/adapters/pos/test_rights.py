"""What a code brings to a receipt: vouchers, personal offers, the points of plastic that nobody has restored."""

from datetime import date

from yarl import URL

from adapters.db import keep
from core.cards.model import Plastic
from tests.support.tills import line, open_till


async def test_a_voucher_is_used_once_and_every_other_has_one_reason(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.offer(id="ten", audience="voucher", benefit={"kind": "amount_off", "amount": 500})
        open_code, mine = await till.voucher("ten"), await till.voucher("ten", mine=True)
        status, sale = await till.sell(line(), vouchers=[open_code.lower(), mine, "NOPE2345"])
        assert status == 201
        assert sale["total"] == 9500
        assert sale["not_applied"] == [
            {"voucher": mine, "code": "not-yours"},
            {"voucher": "NOPE2345", "code": "unknown"},
        ]
        status, sale = await till.sell(line(), vouchers=[open_code])
        assert (status, sale["total"], sale["not_applied"]) == (
            201,
            10000,
            [{"voucher": open_code, "code": "used"}],
        )


async def test_plastic_earns_before_it_is_restored_and_its_points_go_with_it(database_url: str) -> None:
    async with open_till(database_url) as till:
        record = Plastic("00012345678", "code128", points=50, points_expire_on=date(2099, 1, 31))
        await till.do(lambda work: work.shelves.put_plastics([record]))
        status, sale = await till.sell(line(), code="00012345678")
        assert (status, sale["earned"], sale["balance"]["pending"]) == (201, 5, 5)
        seen = (await till.served.lookup("00012345678"))[1]
        assert (seen["customer"], seen["card"]["state"], seen["points"]["pending"]) == (None, "prepared", 5)
        assert (await till.sell(line(), code="00012345678", spend_points="max"))[1]["points_spent"] == 0
        link = {"plastic": "00012345678", "code": till.number}
        assert (await till.call("POST", "/plastic/link", link))[0] == 200
        points = (await till.served.lookup("00012345678"))[1]["points"]
        assert (points["active"], points["pending"]) == (50, 10)
        status, back = await till.cancel(sale["sale_id"])
        assert (status, back["points_taken"], back["balance"]["pending"]) == (201, 5, 5)
        assert keep.check(till.served.house.settings.database_url) == []


async def test_a_lookup_tells_vouchers_and_personal_offers_and_finds_people_by_theirs(database_url: str) -> None:
    async with open_till(database_url) as till:
        benefit = {"kind": "amount_off", "amount": 500}
        await till.offer(id="ten", audience="voucher", benefit=benefit, title={"uk": "Десятка"}, until="2099-12-31")
        await till.offer(id="mine", audience="personal", benefit=benefit, title={"uk": "Ваша кава"})
        await till.do(lambda work: work.offers.assign("mine", [(till.customer, None)]))
        code = await till.voucher("ten", mine=True)
        seen = (await till.served.lookup(till.number))[1]
        assert seen["vouchers"] == [{"code": code, "title": "Десятка", "ends_at": "2099-12-31T22:00:00Z"}]
        assert [(one["id"], one["title"]) for one in seen["offers"]] == [("mine", "Ваша кава")]
        assert (await till.served.lookup(code))[1]["customer"] == seen["customer"]
        status, sale = await till.sell(line(), code=till.number, vouchers=[code])
        assert (status, sale["total"], {one["offer"] for one in sale["applied"]}) == (201, 9000, {"ten", "mine"})
        assert (await till.served.lookup(till.number))[1]["vouchers"] == []


async def test_a_hold_keeps_a_voucher_for_its_receipt(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(20)
        await till.offer(id="ten", audience="voucher", benefit={"kind": "amount_off", "amount": 500})
        code = await till.voucher("ten")
        body = {"code": till.number, "points": 5, "vouchers": [code]}
        status, hold = await till.call("POST", "/holds", body, key="h")
        assert status == 201
        assert (await till.sell(line(), vouchers=[code]))[1]["not_applied"] == [{"voucher": code, "code": "used"}]
        status, sale = await till.sell(line(), code=till.number, vouchers=[code], hold=hold["hold_id"])
        assert (status, sale["total"]) == (201, 9500)
        assert await till.points() == {**await till.points(), "active": 20, "held": 0}


async def test_a_path_that_can_be_no_id_of_ours_is_unknown(database_url: str) -> None:
    async with open_till(database_url) as till:
        for wrong in ("%00", "a%00b", "%F0%9F%98%80", "x" * 65, "..%2Fx"):
            for method, path, code in (
                ("GET", f"/sales/{wrong}", "unknown-sale"),
                ("GET", f"/confirmations/{wrong}", "unknown-confirmation"),
                ("DELETE", f"/holds/{wrong}", "unknown-hold"),
            ):
                url = URL(f"{till.served.url}/pos/v1{path}", encoded=True)
                headers = {"Authorization": f"Bearer {till.served.till_key}"}
                async with till.served.http.request(method, url, headers=headers) as answer:
                    told = (await answer.json(content_type=None))["type"]
                assert (answer.status, told) in {(404, f"about:kartka/{code}"), (404, "about:kartka/unknown-path")}
