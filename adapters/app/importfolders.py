"""Folders of imports: the retailer's file, how far it is, what was rejected, and who is at work on it."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapters.app.settings import Settings
from core.imports.reasons import Reason, as_text, from_text

REJECTS, PROGRESS, LOCK = "rejects", "progress", "lock"
_OWN = {REJECTS, PROGRESS, LOCK}


def folder_of(settings: Settings, id: str) -> Path:
    """Where the file of an import lies, with how far it is and what was rejected."""
    return Path(settings.uploads) / id


def file_in(folder: Path) -> Path | None:
    """The retailer's file, while it is there."""
    return next((path for path in sorted(folder.glob("*")) if path.name not in _OWN), None)


def keep_rejects(folder: Path, rejected: Sequence[tuple[int, Reason]]) -> None:
    """The rejected lines with their reasons, for whoever reads them later in a language of their own."""
    path = folder / REJECTS
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line} {as_text(reason)}\n" for line, reason in rejected)


def rejects_in(folder: Path) -> Iterator[tuple[int, Reason]]:
    """What `keep_rejects` has kept, as it is read."""
    with (folder / REJECTS).open(encoding="utf-8") as file:
        for kept in file:
            line, _, told = kept.partition(" ")
            if (reason := from_text(told)) is not None:
                yield int(line), reason


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Whether nobody else is at work in the folder; while this is open, nobody else is."""
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def forget_files(folder: Path, *, older_than: float) -> int:
    """Files that were brought before this instant (seconds since 1970) and lie there still are gone; how many."""
    gone = 0
    for one in folder.glob("*/*"):
        if one.name not in _OWN and one.stat().st_mtime < older_than:
            one.unlink(missing_ok=True)
            gone += 1
    return gone


def is_at_work(folder: Path) -> bool:
    """Whether some process holds the folder; True as well where there is no folder: another machine's."""
    if not folder.is_dir():
        return True
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
