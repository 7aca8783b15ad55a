"""Roles in processes of their own over one PostgreSQL: what one takes in another handles, and nobody is told twice."""

import asyncio

from tests.journeys.test_web import Chat
from tests.support.served import serve


async def test_a_web_process_takes_in_what_two_workers_handle_once(postgres_url: str) -> None:
    url = postgres_url
    web, worker = frozenset({"web"}), frozenset({"worker"})
    async with (
        serve(url, roles=web) as front,
        serve(url, furnish=False, roles=worker),
        serve(url, furnish=False, roles=worker),
    ):
        chats = [Chat(front) for _ in range(6)]
        cards = await asyncio.gather(
            *(chat.registers(f"+3806712345{at:02d}", f"Олена {at}") for at, chat in enumerate(chats, 10))
        )
        assert len({card["data"]["number"] for card in cards}) == 6
        for chat in chats:
            headers = {"Authorization": f"Bearer {chat.token}"}
            async with front.http.get(f"{front.url}/chat/api/messages?after=0", headers=headers) as answer:
                kinds = [reply["kind"] for reply in (await answer.json())["replies"]]
            assert kinds == ["question", "question", "question", "card", "question"]
