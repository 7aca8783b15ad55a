"""What the doctor finds, in words: for the page in the reader's language, for the command in English."""

from collections.abc import Mapping

from adapters.console.settingsports import Finding
from bot.words import Words

PARTS: Mapping[str, str] = {
    "settings": "doctor.settings", "programme": "doctor.programme", "database": "doctor.database",
    "migrations": "doctor.migrations", "books": "doctor.books", "clocks": "doctor.clocks", "disk": "doctor.disk",
    "lake": "doctor.lake", "gate": "doctor.gate", "public address": "doctor.public-address",
    "telegram": "desk.channel-telegram", "viber": "desk.channel-viber",
}  # fmt: skip

FOUND: Mapping[str, str] = {
    "setting-wrong": "doctor.setting-wrong",
    "settings-read": "doctor.settings-read",
    "programme-defaults": "doctor.programme-defaults",
    "programme-read": "doctor.programme-read",
    "database-unsafe": "doctor.database-unsafe",
    "database-away": "doctor.database-away",
    "database-answers": "doctor.database-answers",
    "migrations-current": "doctor.migrations-current",
    "migrations-old": "doctor.migrations-old",
    "books-grow": "doctor.books-grow",
    "books-open": "doctor.books-open",
    "clocks-agree": "doctor.clocks-agree",
    "clocks-apart": "doctor.clocks-apart",
    "disk-free": "doctor.disk-free",
    "disk-full": "doctor.disk-full",
    "lake-broken": "doctor.lake-broken",
    "gate-none": "doctor.gate-none",
    "gate-asks": "doctor.gate-asks",
    "gate-lacks": "doctor.gate-lacks",
    "address": "doctor.address",
    "address-plain": "doctor.address-plain",
    "channel-off": "doctor.channel-off",
    "channel-here": "doctor.channel-here",
    "channel-none": "doctor.channel-none",
    "channel-other": "doctor.channel-other",
    "channel-error": "doctor.channel-error",
}
"""Words of each code of a finding."""


def words_of(finding: Finding) -> Words:
    """What was found, and what to do where it is not fine."""
    return Words(FOUND[finding.code], finding.data)
