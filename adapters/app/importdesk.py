"""Where files of the console arrive: streamed to the disk, looked at, and given to a process of their own."""

import asyncio
import hashlib
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO

import structlog
from aiohttp import web

from adapters.app.importfolders import (
    LOCK,
    PROGRESS,
    REJECTS,
    file_in,
    folder_of,
    forget_files,
    is_at_work,
    rejects_in,
)
from adapters.app.importing import BROKE_OFF, work_on
from adapters.app.scheduling import NICE
from adapters.app.settings import Settings
from adapters.console.importports import Taken
from adapters.db.importviews import ImportReads
from adapters.db.lanes import Lanes
from adapters.db.work import DbWork
from adapters.imports.files import BadFile, head_of
from core.imports.actions import failed, the_import
from core.imports.guessing import Guess, guessed
from core.imports.model import BUSY, Import
from core.imports.reasons import Reason, as_text
from core.shared.listing import Asked, Slice
from core.shared.refusals import Conflict, Invalid

MOST = 2 * 1024 * 1024 * 1024
"""Bytes of a file that come by a browser; a larger one is brought by the command, on the machine itself."""
SMALL = 256 * 1024
"""Bytes that are worked through in a moment, here; starting a process takes longer than that."""
_FREE = 1_000_000_000
"""Bytes that stay free on the disk, for the database."""
_KEPT = timedelta(days=1)
log = structlog.get_logger(__name__)


class ImportDesk:
    """Satisfies `adapters.console.importports.ImportDesk`."""

    def __init__(
        self, settings: Settings, lanes: Lanes, views: ImportReads, clock: Callable[[], datetime],
        new_id: Callable[[], str], *, most: int = MOST, small: int = SMALL,
    ) -> None:  # fmt: skip
        self._settings, self._lanes, self._views, self._clock, self._new_id = settings, lanes, views, clock, new_id
        self.most, self._small = most, small
        self._children: dict[str, asyncio.Task[None]] = {}

    async def take(self, name: str, size: int | None, chunks: AsyncIterator[bytes]) -> Taken:
        """The file is on the disk and was looked at, or nothing of it is there.

        Raises Invalid (`file-too-large`, `file-empty`, `file-unreadable`), Conflict (`disk-full`).
        """
        root = Path(self._settings.uploads)
        await asyncio.to_thread(_swept, root, (self._clock() - _KEPT).timestamp())
        if size is not None and size > self.most:
            raise Invalid("file", "file-too-large", most=self.most >> 30)
        if shutil.disk_usage(root).free < _FREE + (size or 0):
            raise Conflict("disk-full")
        id = self._new_id()
        folder = folder_of(self._settings, id)
        await asyncio.to_thread(folder.mkdir, 0o700)
        try:
            return await self._taken(id, folder / _plain(name), chunks)
        except BaseException:  # whoever went away in the middle leaves nothing, either
            shutil.rmtree(folder, ignore_errors=True)
            raise

    async def _taken(self, id: str, path: Path, chunks: AsyncIterator[bytes]) -> Taken:
        digest, size = hashlib.sha256(), 0
        with await asyncio.to_thread(_opened, path) as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > self.most:
                    raise Invalid("file", "file-too-large", most=self.most >> 30)
                if size % (64 << 20) < len(chunk) and shutil.disk_usage(path.parent).free < _FREE:
                    raise Conflict("disk-full")
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk) if len(chunk) > 1 << 16 else file.write(chunk)
        if not size:
            raise Invalid("file", "file-empty")
        try:
            guess = await asyncio.to_thread(_guess, path)
        except BadFile as bad:
            raise Invalid("file", "file-unreadable", why=as_text(bad.reason)) from None
        return Taken(id, path.name, digest.hexdigest(), size, guess)

    async def sample(self, id: str) -> Sequence[Mapping[str, str]]:
        """The first rows of the file, while it is there."""
        file = file_in(folder_of(self._settings, id))
        if file is None or file.suffix.lower() == ".json":
            return []
        try:
            return (await asyncio.to_thread(head_of, file))[1]
        except BadFile:
            return []

    async def rows(self, asked: Asked) -> Slice[Import]:
        """The newest first."""
        return await self._views.rows(asked)

    async def get(self, id: str) -> Import | None:
        """As it stands; one whose process is gone has failed."""
        found = await self._views.get(id)
        if found is None or found.state not in BUSY or id in self._children:
            return found
        if await asyncio.to_thread(is_at_work, folder_of(self._settings, id)):
            return found
        return await self._lanes.do("imports", partial(_broken_off, id))

    async def same(self, one: Import) -> Import | None:
        """The newest import of the very same bytes that is in the house, but for this one."""
        return await self._views.same(one)

    def progress(self, id: str) -> int:
        """Good rows so far."""
        try:
            return int((folder_of(self._settings, id) / PROGRESS).read_text() or 0)
        except (OSError, ValueError):
            return 0

    def rejects(self, id: str) -> Iterator[tuple[int, Reason]] | None:
        """Every rejected line with its reason, read from the disk; None: there is no list of them."""
        folder = folder_of(self._settings, id)
        return rejects_in(folder) if (folder / REJECTS).is_file() else None

    def codes(self, id: str) -> AsyncIterator[tuple[str, str]]:
        """Codes of the vouchers that the import has made, with their offers."""
        return self._views.codes(id)

    def begin(self, id: str, what: str, by: str) -> None:
        """A process of its own is at work on it."""
        self._children[id] = asyncio.get_running_loop().create_task(self._watch(id, what, by))

    async def close(self, app: web.Application) -> None:
        """Whatever is at work stops; nothing of it is in the house."""
        del app
        for child in list(self._children.values()):
            child.cancel()
        await asyncio.gather(*self._children.values(), return_exceptions=True)

    async def _watch(self, id: str, what: str, by: str) -> None:
        try:
            file = file_in(folder_of(self._settings, id))
            if file is None or await asyncio.to_thread(_size, file) <= self._small:
                await asyncio.to_thread(work_on, self._settings, id, what, by)
            else:
                await self._by_a_child(id, what, by)
        finally:
            self._children.pop(id, None)

    async def _by_a_child(self, id: str, what: str, by: str) -> None:
        command = (*NICE, sys.executable, "-m", "adapters.app", "import-upload", id, what, "--by", by)
        environment = {**os.environ, **self._settings.environment}
        (folder_of(self._settings, id) / PROGRESS).unlink(missing_ok=True)
        child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=DEVNULL, stderr=PIPE)
        try:
            _, said = await child.communicate()
            if child.returncode:
                log.warning("import.failed", import_id=id, code=child.returncode, said=_last_line(said))
        except asyncio.CancelledError:
            child.terminate()
            await child.wait()
            raise


def _broken_off(id: str, work: DbWork) -> Import:
    """It may have ended while it was looked at."""
    one = the_import(work, id)
    return failed(work, id=id, why=BROKE_OFF) if one.state in BUSY else one


def _swept(root: Path, older_than: float) -> None:
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_files(root, older_than=older_than)


def _size(path: Path) -> int:
    return path.stat().st_size


def _opened(path: Path) -> IO[bytes]:
    path.touch(mode=0o600)
    return path.open("wb")


def _guess(path: Path) -> Guess:
    if path.suffix.lower() == ".json":
        return Guess("offers", {})
    header, _ = head_of(path)
    if not header:
        raise BadFile(path.name, "no-header")
    return guessed(header)


def _plain(name: str) -> str:
    """The file's name without a way to anywhere: its ending tells what it is, the rest is for people."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(one for one in last if one.isprintable()).lstrip(".")[-100:].strip()
    return plain if plain and plain not in {REJECTS, PROGRESS, LOCK} else f"file-{plain or 'csv'}"


def _last_line(said: bytes) -> str:
    return (said.decode(errors="replace").strip().splitlines() or [""])[-1][:200]
