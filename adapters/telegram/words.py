"""`sendMessage` as one bare request: a message of words is what most of the house's sending is.

aiogram builds and checks a model of every call and of every answer, ten times what the request itself costs; it keeps
all other calls, and says what a refusal means here too. The connections are those of its session, kept alive.
"""

import json
from collections.abc import Mapping
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import TelegramNetworkError, TelegramServerError
from aiogram.methods import SendMessage
from aiohttp import ClientConnectorError, ClientError, ClientTimeout

TIMEOUT = 15
CONNECTIONS = 512
"""Answers that are waited for at once: half a second's worth at the paid pace."""
_HEADERS = {"Content-Type": "application/json"}
_WAIT = ClientTimeout(total=TIMEOUT)
_read = json.JSONDecoder().decode
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Words:
    """Sends messages of words."""

    def __init__(self, bot: Bot) -> None:
        assert isinstance(bot.session, AiohttpSession), "the house talks by aiohttp"
        self._bot, self._session = bot, bot.session
        self._url = bot.session.api.api_url(bot.token, "sendMessage")

    async def send(self, chat: int, text: str, markup: Mapping[str, Any] | None, *, plain: bool = False) -> str:
        """The message's id. Raises what aiogram raises."""
        body: dict[str, Any] = {"chat_id": chat, "text": text}
        if not plain:
            body["parse_mode"] = "HTML"
        if markup is not None:
            body["reply_markup"] = markup
        raw, http = _written(body).encode(), await self._session.create_session()
        try:
            async with http.post(self._url, data=raw, headers=_HEADERS, timeout=_WAIT) as answer:
                status, content = answer.status, await answer.read()
        except ClientConnectorError as error:
            raise TelegramNetworkError(self._method(chat, text), "Cannot connect") from error
        except (ClientError, TimeoutError) as error:
            raise TelegramNetworkError(self._method(chat, text), type(error).__name__) from error
        found = _message(content) if status == 200 else None
        if found is None:
            said, method = content.decode(errors="replace"), self._method(chat, text)
            self._session.check_response(self._bot, method, status, said)
            raise TelegramServerError(method, "the answer tells of no message")
        return found

    def _method(self, chat: int, text: str) -> SendMessage:
        return SendMessage(chat_id=chat, text=text)


def _message(content: bytes) -> str | None:
    """The id in an answer that says yes; None for any other, which aiogram looks at."""
    try:
        answer = _read(content.decode())
        return str(int(answer["result"]["message_id"])) if answer["ok"] is True else None
    except (ValueError, KeyError, TypeError):
        return None
