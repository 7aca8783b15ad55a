"""The doctor: each part of the house looked at, with what to do where something is wrong."""

import asyncio
import shutil
from pathlib import Path

from adapters.app.commands import broken
from adapters.app.hooks import hook
from adapters.app.house import outside_of
from adapters.app.settings import BadSetting, Settings, must_have_secret, read_programme
from adapters.console.settingsports import Finding
from adapters.console.settingwords import words_of
from adapters.db import schema
from adapters.db.engines import DatabaseError, UnsafeDatabase, clock_of, must_be_safe, sync_engine
from adapters.db.granting import changeable_books
from adapters.db.outside import system_clock
from adapters.db.surveyrows import QuestionnaireRows
from adapters.texts.catalogue import Catalogue
from bot.ports import Texts
from core.shared.values import Language

_LEAST_DISK = 1_000_000_000
_MOST_CLOCK_SECONDS = 5.0
_ONE_CLOCK_SECONDS = 1


async def diagnose(settings: Settings) -> list[Finding]:
    """Every part of the house that can be looked at from here."""
    found = [_settings(settings), _programme(settings), *await asyncio.to_thread(_database, settings), _disk(settings)]
    found += [
        _found("lake", False, "lake-broken", path=str(path)) for path in await asyncio.to_thread(broken, settings)
    ]
    found += [*await asyncio.to_thread(_gate, settings), _public_url(settings)]
    for channel, token in (("telegram", settings.telegram_token), ("viber", settings.viber_token)):
        if not token:
            found.append(_found(channel, True, "channel-off", setting=f"KARTKA_{channel.upper()}_TOKEN"))
            continue
        told = await hook(settings, "show", channel)
        found.append(Finding(channel, told.code == "here", f"channel-{told.code}", {"channel": channel, **told.data}))
    return found


def line_of(finding: Finding, texts: Texts) -> str:
    """As the command says it."""
    says = texts.say(words_of(finding), Language.EN)
    return f"{'ok  ' if finding.fine else 'DO  '} {finding.what}: {says}"


def _found(what: str, fine: bool, code: str, **data: str | int) -> Finding:
    return Finding(what, fine, code, data)


def _settings(settings: Settings) -> Finding:
    try:
        must_have_secret(settings)
    except BadSetting as wrong:
        return _found("settings", False, "setting-wrong", why=str(wrong))
    return _found("settings", True, "settings-read")


def _programme(settings: Settings) -> Finding:
    try:
        programme = read_programme(settings)
    except BadSetting as wrong:
        return _found("programme", False, "setting-wrong", why=str(wrong))
    if not settings.programme:
        return _found("programme", True, "programme-defaults", brand=programme.brand)
    return _found("programme", True, "programme-read", brand=programme.brand, path=settings.programme)


def _database(settings: Settings) -> list[Finding]:
    engine = sync_engine(settings.database_url, patient=True)
    try:
        must_be_safe(engine)
        now = clock_of(engine)
        books = changeable_books(engine)
    except UnsafeDatabase as unsafe:
        return [_found("database", False, "database-unsafe", setting=unsafe.setting)]
    except DatabaseError as error:
        return [_found("database", False, "database-away", error=type(error.orig).__name__)]
    finally:
        engine.dispose()
    apart = abs(now - system_clock().timestamp())
    current = schema.is_current(settings.database_url)
    return [
        _found("database", True, "database-answers"),
        _found("migrations", current, "migrations-current" if current else "migrations-old"),
        _found("books", not books, "books-open" if books else "books-grow"),
        _found("clocks", True, "clocks-agree")
        if apart < _ONE_CLOCK_SECONDS
        else _found("clocks", apart < _MOST_CLOCK_SECONDS, "clocks-apart", seconds=f"{apart:.0f}"),
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
        return [_found("gate", True, "gate-asks", n=count) if count else _found("gate", True, "gate-none")]
    file = settings.programme or "programme.toml"
    return [_found("gate", False, "gate-lacks", names=", ".join(lacks), version=asked.version, file=file)]


def _disk(settings: Settings) -> Finding:
    folder = (settings.sqlite_path or Path()).resolve().parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    fine = free > _LEAST_DISK
    return _found("disk", fine, "disk-free" if fine else "disk-full", gigabytes=f"{free / 1_000_000_000:.1f}")


def _public_url(settings: Settings) -> Finding:
    wants = bool(settings.viber_token) or (bool(settings.telegram_token) and settings.telegram_mode == "webhook")
    if wants and not settings.public_url.startswith("https://"):
        return _found("public address", False, "address-plain")
    return _found("public address", True, "address", url=settings.public_url)
