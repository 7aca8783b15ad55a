"""The catalogue: `.po` files read at start, plural forms by gettext's own rule, numbers as Babel writes them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from gettext import c2py
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_currency_precision

from bot.questions import fold
from bot.words import Lines, Money, Text, Value, Verbatim
from core.shared.values import Language

FOLDER = Path(__file__).resolve().parents[2] / "locales"
_PLURAL = re.compile(r"plural=([^;]+)")


@dataclass(frozen=True, slots=True)
class _Speech:
    """One language: the forms of each message, and which form a number takes."""

    forms: Mapping[str, tuple[str, ...]]
    form_of: Callable[[int], int]


class Catalogue:
    """The words of the house in every language; satisfies `bot.ports.Texts`."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Reads every language. Raises FileNotFoundError when one is missing."""
        self._speech = {language: _read(folder, language) for language in Language}
        self._typed = self._collect_typed()

    def say(self, text: Text, language: Language) -> str:
        """The text in the language. Raises KeyError for a message that is not in the catalogue."""
        if isinstance(text, Verbatim):
            return text.text
        if isinstance(text, Lines):
            return "\n".join(self.say(one, language) for one in text.of)
        speech = self._speech[language]
        forms = speech.forms[text.key]
        number = text.data.get("n")
        form = forms[speech.form_of(number)] if isinstance(number, int) and len(forms) > 1 else forms[0]
        if not text.data:
            return form
        return form.format_map({name: self._value(value, language) for name, value in text.data.items()})

    def typed(self) -> Mapping[str, str]:
        """Typed words and standing labels of every language, folded, to their action."""
        return self._typed

    def has(self, key: str) -> bool:
        """True when the message is in the catalogue."""
        return key in self._speech[Language.UK].forms

    def keys(self, prefix: str) -> list[str]:
        """The messages whose key begins so, in their order."""
        return [key for key in self._speech[Language.UK].forms if key.startswith(prefix)]

    def _value(self, value: Value, language: Language) -> str:
        locale = str(language)
        match value:
            case int():
                return format_decimal(value, locale=locale)
            case Money(minor, currency):
                places = get_currency_precision(currency)
                return format_currency(Decimal(minor).scaleb(-places), currency, locale=locale)
            case datetime():
                return format_datetime(value, "d MMMM, HH:mm", tzinfo=value.tzinfo, locale=locale)
            case date():
                return format_date(value, "d MMMM y", locale=locale)
            case str():
                return value
            case _:
                return self.say(value, language)

    def _collect_typed(self) -> dict[str, str]:
        """`typed.<action>` lists words, `button.<action>` is a label; the first meaning of a word stays."""
        found: dict[str, str] = {}
        for speech in self._speech.values():
            for key, forms in speech.forms.items():
                kind, _, action = key.partition(".")
                if kind == "typed":
                    found.update({fold(word): action for word in forms[0].split(",")})
        for speech in self._speech.values():
            for key, forms in speech.forms.items():
                kind, _, action = key.partition(".")
                if kind == "button" and f"typed.{action}" in speech.forms:
                    found.setdefault(fold(forms[0]), action)
        return found


def _read(folder: Path, language: Language) -> _Speech:
    """Every `.po` file of the language, one for each part of the house; each tells the plural rule."""
    paths = sorted((folder / language / "LC_MESSAGES").glob("*.po"))
    if not paths:
        raise FileNotFoundError(folder / language)
    forms: dict[str, tuple[str, ...]] = {}
    rule = None
    for path in paths:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=str(language))
        for message in catalogue:
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                said = message.string if isinstance(message.string, tuple) else (str(message.string),)
                forms[key] = tuple(said)
        rule = _PLURAL.search(catalogue.plural_forms)
    return _Speech(forms, c2py(rule[1] if rule else "n != 1"))
