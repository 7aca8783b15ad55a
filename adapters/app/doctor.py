"""The doctor: each part of the house looked at, with what to do where something is wrong."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from adapters.app.commands import left_out
from adapters.app.hooks import hooks
from adapters.app.house import outside_of
from adapters.app.settings import BadSetting, Settings, must_have_secret, read_programme
from adapters.db import schema
from adapters.db.engines import DatabaseError, UnsafeDatabase, clock_of, must_be_safe, sync_engine
from adapters.db.granting import changeable_books
from adapters.db.outside import system_clock
from adapters.db.surveyrows import QuestionnaireRows
from adapters.texts.catalogue import Catalogue

_LEAST_DISK = 1_000_000_000
_MOST_CLOCK_SECONDS = 5.0
_OPEN_BOOKS = (
    "the server's role owns the books and could lift their guard; give the owner's URL as KARTKA_DATABASE_OWNER_URL, "
    "another role in KARTKA_DATABASE_URL, and run `kartka db upgrade`"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, whether it is fine, and what to say of it."""

    what: str
    fine: bool
    says: str


async def diagnose(settings: Settings) -> list[Finding]:
    """Every part of the house that can be looked at from here."""
    found = [_settings(settings), _programme(settings), *await asyncio.to_thread(_database, settings), _disk(settings)]
    found += [Finding("lake", False, says) for says in await asyncio.to_thread(left_out, settings)]
    found += [*await asyncio.to_thread(_gate, settings), _public_url(settings)]
    for channel, token in (("telegram", settings.telegram_token), ("viber", settings.viber_token)):
        if not token:
            found.append(Finding(channel, True, f"off; KARTKA_{channel.upper()}_TOKEN opens it"))
            continue
        lines = await hooks(settings, "show", channel)
        fine = all("error" not in line and "no hook" not in line for line in lines)
        found += [Finding(channel, fine, line) for line in lines]
    return found


def _settings(settings: Settings) -> Finding:
    try:
        must_have_secret(settings)
    except BadSetting as wrong:
        return Finding("settings", False, str(wrong))
    return Finding("settings", True, "read")


def _programme(settings: Settings) -> Finding:
    try:
        programme = read_programme(settings)
    except BadSetting as wrong:
        return Finding("programme", False, str(wrong))
    return Finding("programme", True, f"{programme.brand}, {settings.programme or 'all defaults'}")


def _database(settings: Settings) -> list[Finding]:
    engine = sync_engine(settings.database_url, patient=True)
    try:
        must_be_safe(engine)
        now = clock_of(engine)
        books = changeable_books(engine)
    except UnsafeDatabase as unsafe:
        return [Finding("database", False, str(unsafe))]
    except DatabaseError as error:
        return [
            Finding("database", False, f"cannot be reached ({type(error.orig).__name__}); check KARTKA_DATABASE_URL")
        ]
    finally:
        engine.dispose()
    apart = abs(now - system_clock().timestamp())
    current = schema.is_current(settings.database_url)
    return [
        Finding("database", True, "answers, keeps what it confirms"),
        Finding("migrations", current, "current" if current else "old; run `kartka db upgrade`"),
        Finding("books", not books, _OPEN_BOOKS if books else "only grow"),
        Finding("clocks", apart < _MOST_CLOCK_SECONDS, f"{apart:.1f} s apart from the database"),
    ]


def _gate(settings: Settings) -> list[Finding]:
    """Every question that the programme's gate names is asked; one that is not would hold nobody back, unnoticed.

    Nothing where programme or database cannot be read: they have findings of their own.
    """
    try:
        programme = read_programme(settings)
        if not schema.is_current(settings.database_url):
            return []
        outside = outside_of(settings, programme, Catalogue())
        engine = sync_engine(settings.database_url, writes=False)
        try:
            with engine.connect() as connection:
                asked = QuestionnaireRows(connection, outside).newest()
        finally:
            engine.dispose()
    except (BadSetting, DatabaseError):
        return []
    lacks = [key for key in programme.gate_questions if asked.question(key) is None]
    if not lacks:
        count = len(programme.gate_questions)
        return [Finding("gate", True, f"{count} questions open spending" if count else "spending is open to all")]
    return [
        Finding(
            "gate",
            False,
            f"gate_questions names {', '.join(lacks)}, not asked by version {asked.version} of the questionnaire; "
            f"correct it in {settings.programme or 'programme.toml'}, or publish a version that asks it",
        )
    ]


def _disk(settings: Settings) -> Finding:
    folder = (settings.sqlite_path or Path()).resolve().parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    says = f"{free // 1_000_000} MB free"
    return Finding("disk", free > _LEAST_DISK, says if free > _LEAST_DISK else f"{says}; make room for at least 1 GB")


def _public_url(settings: Settings) -> Finding:
    wants = bool(settings.viber_token) or (bool(settings.telegram_token) and settings.telegram_mode == "webhook")
    fine = not wants or settings.public_url.startswith("https://")
    return Finding(
        "public address", fine, settings.public_url if fine else "KARTKA_PUBLIC_URL: messengers need https://"
    )
