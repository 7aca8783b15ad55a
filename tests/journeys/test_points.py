"""Points in the chat: news of a sale, history, explanations, vouchers, quiet (web chat, both databases)."""

from typing import Any

from tests.support.tills import Till, line, open_till


async def heard(till: Till) -> list[Any]:
    """Everything the house has said in the chat."""
    headers = {"Authorization": f"Bearer {till.chat.token}"}
    async with till.served.http.get(f"{till.served.url}/chat/api/messages?after=0", headers=headers) as answer:
        replies: list[Any] = (await answer.json())["replies"]
        return replies


async def test_a_sale_is_told_explained_and_can_be_kept_quiet(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.gift(40)
        _, sale = await till.sell(
            line("a", 10000, name="Кава"), line("b", 2500, "2"), code=await till.spoken(), spend_points=20
        )
        news = (await heard(till))[-1]["text"]
        assert "Дякуємо за покупку: Поділ" in news
        assert "Сплачено 130,00" in news
        assert "Нараховано 6 бонусів." in news
        assert "Списано 20 бонусів." in news
        assert "На картці 20 бонусів." in news
        replies = await till.chat.says("операції")
        assert "Поділ, 130,00" in replies[-1]["text"]
        assert "· −14" in replies[-1]["text"]
        assert "від магазину · +40" in replies[-1]["text"]
        replies = await till.chat.sends(kind="action", action=f"explain:{sale['sale_id']}")
        for told in ("Кава: 1 × 100,00", "Бонусами: 20 бонусів = −20,00", "Сплачено 130,00", "Нараховано 6 бонусів"):
            assert told in replies[-1]["text"]
        await till.chat.sends(kind="action", action="quiet")
        before = len(await heard(till))
        await till.sell(line(), code=till.number)
        assert len(await heard(till)) == before
        await till.chat.sends(kind="action", action="loud")
        await till.sell(line(), code=till.number)
        assert "Дякуємо за покупку" in (await heard(till))[-1]["text"]
        await till.cancel(sale["sale_id"])
        back = (await heard(till))[-1]["text"]
        assert "Повернення оформлено: 130,00" in back
        assert "Повернуто на картку 20 бонусів." in back


async def test_somebody_else_s_receipt_voucher_or_question_stays_theirs(database_url: str) -> None:
    async with open_till(database_url) as till:
        await till.offer(id="ten", audience="voucher", benefit={"kind": "percent_off", "percent": "10"})
        _, sale = await till.sell(line())
        code = await till.voucher("ten")
        for action in (f"explain:{sale['sale_id']}", f"voucher:{code}", "explain:none"):
            replies = await till.chat.sends(kind="action", action=action)
            assert replies[-1]["kind"] == "say"
            assert "10 %" not in replies[-1]["text"]
        replies = await till.chat.sends(kind="action", action="confirm:none")
        assert "вже закрите" in replies[-1]["text"]


async def test_vouchers_are_shown_one_at_once_and_several_as_a_list(database_url: str) -> None:
    async with open_till(database_url) as till:
        assert "Ваучерів зараз немає" in (await till.chat.says("ваучери"))[-1]["text"]
        title = {"uk": "Знижка на каву"}
        await till.offer(id="ten", audience="voucher", benefit={"kind": "percent_off", "percent": "10"}, title=title)
        code = await till.voucher("ten", mine=True)
        shown = (await till.chat.says("ваучери"))[-1]
        assert (shown["kind"], shown["data"]["code"], shown["data"]["expires_at"]) == ("voucher", code, None)
        async with till.served.http.get(shown["image"]["url"]) as picture:
            assert (picture.status, picture.content_type) == (200, "image/png")
        await till.voucher("ten", mine=True)
        listed = (await till.chat.says("ваучери"))[-1]
        assert "У вас 2 ваучери" in listed["text"]
        again = (await till.chat.sends(kind="action", action=f"voucher:{code}"))[-1]
        assert again["data"]["code"] == code
