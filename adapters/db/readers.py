"""Reads for pages and for the worker, on connections that cannot write."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.db.lanes import Lanes
from adapters.db.outboxrows import READABLE, letter_of_row
from adapters.db.outside import OUTBOX_LEASE_SECONDS, Outside
from adapters.db.sql import put
from adapters.db.tables import inbox, media, memories, outbox
from adapters.db.work import DbWork
from bot.ports import Letter
from core.shared.values import Address

_LETTERS = 200
_EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "application/json": ".json"}


class Mailroom:
    """Letters and events as they stand; satisfies delivery's `Waiting` and the chat's `ChatViews`."""

    def __init__(self, engine: AsyncEngine, lanes: Lanes) -> None:
        self._engine, self._lanes = engine, lanes

    async def letters_after(self, address: Address, number: int) -> Sequence[Letter]:
        """The address' letters with a greater number whose time has come."""
        now = datetime.now(UTC)
        chosen = select(outbox).where(
            outbox.c.channel == address.channel,
            outbox.c.bot == address.bot,
            outbox.c.user_key == address.user,
            outbox.c.id > number,
            or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(chosen.order_by(outbox.c.id).limit(_LETTERS))
            return [letter_of_row(row) for row in rows if row.letter]

    async def letter(self, number: int) -> Letter | None:
        """The letter with this number, as long as its words are kept."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(outbox).where(outbox.c.id == number))).one_or_none()
        return letter_of_row(row) if row is not None and row.letter else None

    async def people_waiting(self, limit: int) -> Sequence[Address]:
        """Addresses with events that nobody has handled."""
        chosen = select(inbox.c.channel, inbox.c.bot, inbox.c.user_key).where(text("state = 'new'")).distinct()
        async with self._engine.connect() as connection:
            return [Address(*row) for row in await connection.execute(chosen.limit(limit))]

    async def handled(self, event: int) -> bool:
        """True when the event is done or parked (or was erased with its address)."""
        async with self._engine.connect() as connection:
            state = (await connection.execute(select(inbox.c.state).where(inbox.c.id == event))).scalar()
            return state != "new"

    async def of_event(self, event: int) -> Sequence[Letter]:
        """The letters that answer an event, as far as their words are kept."""
        chosen = select(outbox).where(outbox.c.event == event, text(READABLE)).order_by(outbox.c.id)
        async with self._engine.connect() as connection:
            return [letter_of_row(row) for row in await connection.execute(chosen) if row.letter]

    async def letters_unsent(self, limit: int, now: datetime) -> Sequence[Letter]:
        """Letters whose lease is over, leased to this process: no two processes send one at once."""
        due = and_(text("state = 'new'"), or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now))
        async with self._engine.connect() as connection:
            if (await connection.execute(select(outbox.c.id).where(due).limit(1))).first() is None:
                return ()

        def claim(work: DbWork) -> list[Letter]:
            chosen = select(outbox.c.id).where(due).order_by(outbox.c.id).limit(limit).with_for_update(skip_locked=True)
            numbers = work.connection.execute(chosen).scalars().all()
            if not numbers:
                return []
            lease = now + timedelta(seconds=OUTBOX_LEASE_SECONDS)
            work.connection.execute(update(outbox).where(outbox.c.id.in_(numbers)).values(lease_until=lease))
            rows = work.connection.execute(select(outbox).where(outbox.c.id.in_(numbers)).order_by(outbox.c.id))
            return [letter_of_row(row) for row in rows]

        return await self._lanes.do("outbox", claim)

    async def release_leases(self) -> None:
        """After a restart of the only process: what an earlier life had leased may be sent at once."""

        def release(work: DbWork) -> None:
            work.connection.execute(update(outbox).where(text("state = 'new'")).values(lease_until=None))

        await self._lanes.do("outbox", release)

    async def sms_to(self, phone: str) -> Sequence[tuple[Letter, datetime]]:
        """Messages to a phone, oldest first (the demo's page)."""
        chosen = select(outbox).where(outbox.c.channel == "sms", outbox.c.user_key == phone).order_by(outbox.c.id)
        async with self._engine.connect() as connection:
            return [(letter_of_row(row), row.created_at) for row in await connection.execute(chosen) if row.letter]


class Memories:
    """Satisfies `bot.ports.Memory`."""

    def __init__(self, engine: AsyncEngine, lanes: Lanes) -> None:
        self._engine, self._lanes = engine, lanes

    async def recall(self, address: Address, key: str) -> str | None:
        """What was remembered."""
        chosen = select(memories.c.value).where(*_memory(address, key))
        async with self._engine.connect() as connection:
            value: str | None = (await connection.execute(chosen)).scalar()
            return value

    async def remember(self, address: Address, key: str, value: str | None) -> None:
        """Remembered; None forgets."""

        def write(work: DbWork) -> None:
            if value is None:
                work.connection.execute(memories.delete().where(*_memory(address, key)))
                return
            row = {"channel": address.channel, "bot": address.bot, "user_key": address.user, "key": key, "value": value}
            put(work.connection, memories, [row])

        await self._lanes.do(address.key, write)


class MediaShelf:
    """Satisfies `bot.ports.Media`."""

    def __init__(self, engine: AsyncEngine, lanes: Lanes, outside: Outside) -> None:
        self._engine, self._lanes, self._outside = engine, lanes, outside

    def url(self, name: str) -> str:
        """The public address of a file."""
        return f"{self._outside.public_url}/media/{name}"

    async def publish(self, content: bytes, mime: str, address: Address) -> str:
        """The same bytes for the same person get the same name, which a keyed hash makes unguessable."""
        digest = hashlib.sha256(content).hexdigest()
        tag = hmac.digest(self._outside.hash_key, f"media|{address.key}|{digest}".encode(), hashlib.sha256).hex()
        name = tag + _EXTENSIONS.get(mime, ".bin")
        async with self._engine.connect() as connection:
            found = (await connection.execute(select(media.c.name).where(media.c.name == name))).first()
        if found is None:
            row = {
                "name": name,
                "mime": mime,
                "content": content,
                "owner": address.key,
                "digest": digest,
                "created_at": self._outside.clock(),
                "until": None,
            }
            await self._lanes.do(address.key, lambda work: put(work.connection, media, [row]))
        return self.url(name)

    async def read(self, name: str) -> tuple[bytes, str] | None:
        """Content and type; None when there is none or its time is over."""
        chosen = select(media.c.content, media.c.mime, media.c.until).where(media.c.name == name)
        async with self._engine.connect() as connection:
            row = (await connection.execute(chosen)).one_or_none()
        if row is None or (row.until is not None and row.until <= self._outside.clock()):
            return None
        return bytes(row.content), row.mime


def _memory(address: Address, key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        memories.c.channel == address.channel,
        memories.c.bot == address.bot,
        memories.c.user_key == address.user,
        memories.c.key == key,
    )
