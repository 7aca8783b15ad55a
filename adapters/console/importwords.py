"""Why lines and files are not taken, in words: for the pages in the reader's language, for the command in English."""

from collections.abc import Callable

from adapters.console.offershown import wrong_of
from bot.ports import Texts
from bot.words import Words, say
from core.imports.guessing import KINDS
from core.imports.reasons import Reason, from_text
from core.shared.values import Language

COLUMNS = frozenset(column for columns, _ in KINDS.values() for column in columns)
_FIELD = "field"
"""The code of a reason about a field of an offer: what it should be is told by the field."""


def plain(texts: Texts, reason: Reason) -> str:
    """For whoever writes the file, in English: columns and fields by the names that the file has."""
    if reason.code == _FIELD:
        return f"{reason.column}: {dict(reason.data)['expected']}"
    return _joined(reason.column, texts.say(_words(reason), Language.EN))


def teller(texts: Texts, language: Language) -> Callable[[Reason], str]:
    """Says reasons in the language, columns by their names in it."""

    def told(reason: Reason) -> str:
        if reason.code == _FIELD:
            return _joined(reason.column, texts.say(say(wrong_of("", reason.column)), language))
        name = reason.column
        if name in COLUMNS:
            name = texts.say(Words(f"column.{name.replace('_', '-')}"), language)
        return _joined(name, texts.say(_words(reason), language))

    return told


def failure(told: Callable[[Reason], str], why: str) -> str | None:
    """Of a file that could not be taken, where the text is a reason."""
    reason = from_text(why)
    return told(reason) if reason is not None else None


def _words(reason: Reason) -> Words:
    return Words(f"imports.why-{reason.code}", dict(reason.data))


def _joined(column: str, text: str) -> str:
    return f"{column}: {text}" if column else text
