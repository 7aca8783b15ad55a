"""The Telegram channel: letters out through aiogram, one outcome for each, as channels.md 3.8 lists them."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

import structlog
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, InputMediaPhoto, Message, ReplyKeyboardMarkup

from adapters.telegram.door import mini_app_url
from adapters.telegram.limits import PHOTO_BYTES
from adapters.telegram.parse import NAME, parse
from adapters.telegram.render import Call, Renderer
from adapters.telegram.words import CONNECTIONS, TIMEOUT, Words
from bot.drawing import picture_of
from bot.messages import Incoming, ShowCard
from bot.ports import (
    Letter,
    Media,
    Memory,
    Outcome,
    Pictures,
    RawEvent,
    Rejected,
    Retry,
    Sent,
    Texts,
    Unreachable,
    Unsure,
)
from core.shared.values import Address

T = TypeVar("T")
_KEYBOARD, _CARD = "keyboard", "card"
log = structlog.get_logger(__name__)


def new_bot(token: str, api: str) -> Bot:
    """The client for a token, against Telegram or a server of that address."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(api), timeout=TIMEOUT, limit=CONNECTIONS)
    return Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML"))


class TelegramChannel:
    """Satisfies `bot.ports.Channel`."""

    name = NAME

    def __init__(
        self, *, bot: Bot, public_url: str, texts: Texts, pictures: Pictures, memory: Memory, media: Media
    ) -> None:
        self.bot = str(bot.id)
        self.client = bot
        self._texts, self._pictures, self._memory, self._media = texts, pictures, memory, media
        self._renderer, self._words = Renderer(texts, mini_app_url(public_url)), Words(bot)
        self._quiet_until = 0.0

    def parse(self, event: RawEvent) -> Incoming | None:
        """What the person did."""
        return parse(event)

    async def photo(self, ref: str) -> bytes | None:
        """The picture, at most 8 MB."""
        file = await self.client.get_file(ref)
        if file.file_path is None or (file.file_size or 0) > PHOTO_BYTES:
            return None
        content = await self.client.download_file(file.file_path, timeout=TIMEOUT)
        return content.read() if content is not None else None

    async def answer_callback(self, query: str) -> None:
        """The button stops spinning; a query that is too old is nobody's trouble."""
        try:
            await self.client.answer_callback_query(query)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.info("telegram.callback-unanswered", error=type(error).__name__)

    async def send(self, letter: Letter) -> Outcome:
        """The letter's calls one after another; the first that fails decides the outcome."""
        wait = self._quiet_until - asyncio.get_running_loop().time()
        if wait > 0:
            return Retry(wait)
        shown = await self._memory.recall(letter.address, _KEYBOARD) if letter.keyboard else None
        plan = self._renderer.plan(letter, shown)
        message = ""
        for call in plan.calls:
            outcome = await self._guarded(letter, call)
            if not isinstance(outcome, Sent):
                return outcome
            message = outcome.message
        if plan.keyboard is not None:
            await self._memory.remember(letter.address, _KEYBOARD, plan.keyboard)
        return Sent(message)

    async def _guarded(self, letter: Letter, call: Call) -> Outcome:
        try:
            return await self._call(letter, call)
        except TelegramRetryAfter as error:
            self._quiet_until = asyncio.get_running_loop().time() + error.retry_after
            return Retry(float(error.retry_after))
        except TelegramForbiddenError as error:
            return Unreachable(_short(error))
        except TelegramUnauthorizedError:
            return Rejected("the token is wrong or revoked", fatal=True)
        except TelegramNotFound:
            return Rejected("the token or the server's address is wrong", fatal=True)
        except TelegramBadRequest as error:
            text = error.message.lower()
            if "chat not found" in text or "user is deactivated" in text:
                return Unreachable(_short(error))
            if "can't parse entities" in text:
                return await self._plain(letter, call)
            return Rejected(_short(error))
        except (TelegramServerError, ClientDecodeError):
            return Unsure("the platform answered with an error of its own")
        except TelegramNetworkError as error:
            refused = "Cannot connect" in error.message
            return Retry(2.0) if refused else Unsure("the answer was lost")

    async def _plain(self, letter: Letter, call: Call) -> Outcome:
        """Our markup was wrong: the words go out without it, and the log says so."""
        log.error("telegram.bad-markup", letter=letter.id)
        return Sent(await self._words.send(int(letter.address.user), call.text, None, plain=True))

    async def _call(self, letter: Letter, call: Call) -> Outcome:
        chat = int(letter.address.user)
        if call.picture is None and not call.media:
            return Sent(await self._words.send(chat, call.text, call.markup))
        markup = _markup(call.markup)
        if call.picture is not None:
            return await self._picture(letter, call, chat, markup)
        found = await self._media.read(call.media)
        if found is None:
            return Rejected("the file is over")
        if call.kept:
            digest = hashlib.sha256(found[0]).hexdigest()
            return Sent(str((await self._photo(chat, found[0], digest, call.text, markup)).message_id))
        document = BufferedInputFile(found[0], call.file_name)
        sent = await self.client.send_document(chat, document, caption=call.text, reply_markup=markup)
        return Sent(str(sent.message_id))

    async def _picture(self, letter: Letter, call: Call, chat: int, markup: Any) -> Outcome:
        picture = call.picture
        if call.photo:
            try:
                sent = await self.client.send_photo(chat, call.photo, caption=call.text, reply_markup=markup)
                return Sent(str(sent.message_id))
            except TelegramBadRequest as error:
                log.info("telegram.no-photo", letter=letter.id, error=_short(error))
        content = await asyncio.to_thread(picture_of, letter, self._pictures, self._texts)
        if content is None:
            raise TypeError("nothing is drawn for this letter")
        digest = hashlib.sha256(content).hexdigest()
        if call.card and letter.event is None and await self._edited(letter, call, chat, content, digest):
            return Sent()
        sent = await self._photo(chat, content, digest, call.text, markup)
        if call.card and isinstance(picture, ShowCard):
            await self._pin(letter.address, chat, sent.message_id)
        return Sent(str(sent.message_id))

    async def _photo(self, chat: int, content: bytes, digest: str, caption: str, markup: Any) -> Message:
        """The photo by its known file id, else uploaded; a file id that is refused is uploaded again."""
        cache = Address(NAME, self.bot, "")
        known = await self._memory.recall(cache, f"file:{digest}")
        if known is not None:
            try:
                return await self.client.send_photo(chat, known, caption=caption, reply_markup=markup)
            except TelegramBadRequest as error:
                if "file" not in error.message.lower():
                    raise
        upload = BufferedInputFile(content, "kartka.png")
        sent = await self.client.send_photo(chat, upload, caption=caption, reply_markup=markup)
        if sent.photo:
            await self._memory.remember(cache, f"file:{digest}", sent.photo[-1].file_id)
        return sent

    async def _edited(self, letter: Letter, call: Call, chat: int, content: bytes, digest: str) -> bool:
        """True when the card's own message now shows the new picture; False when a new message is needed."""
        del digest
        message = await self._memory.recall(letter.address, _CARD)
        if message is None:
            return False
        media = InputMediaPhoto(media=BufferedInputFile(content, "kartka.png"), caption=call.text)
        inline = _markup(call.markup) if call.markup and "inline_keyboard" in call.markup else None
        try:
            await self.client.edit_message_media(media, chat_id=chat, message_id=int(message), reply_markup=inline)
        except TelegramBadRequest as error:
            return "message is not modified" in error.message.lower()
        return True

    async def _pin(self, address: Address, chat: int, message: int) -> None:
        """The card is pinned, silently, instead of the one before; a pin that fails takes nothing away."""
        before = await self._memory.recall(address, _CARD)
        await self._memory.remember(address, _CARD, str(message))
        try:
            await self.client.pin_chat_message(chat, message, disable_notification=True)
            if before is not None:
                await self.client.unpin_chat_message(chat_id=chat, message_id=int(before))
        except (TelegramAPIError, ClientDecodeError) as error:
            log.info("telegram.not-pinned", error=type(error).__name__)


def _markup(markup: Mapping[str, Any] | None) -> Any:
    if markup is None:
        return None
    kind = InlineKeyboardMarkup if "inline_keyboard" in markup else ReplyKeyboardMarkup
    return kind.model_validate(markup)


def _short(error: TelegramAPIError) -> str:
    return error.message[:120]
