"""A JSON object read with care: each value of its type, and in the end no key that nobody asked for."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from core.shared.refusals import Invalid

MOST = 1_000_000_000
"""No amount, count or number of days is larger."""
E = TypeVar("E", bound=StrEnum)


class Fields:
    """A JSON object that is read key by key: each value of its type, and in the end no key that nobody asked for."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
            raise Invalid(path or "object", expected="an object")
        self._data: dict[str, Any] = dict(data)
        self._path = path

    def at(self, key: str) -> str:
        """Where a value stands, for its refusal."""
        return f"{self._path}.{key}" if self._path else key

    def take(self, key: str) -> Any:
        """The value, None when it is not there or null."""
        return self._data.pop(key, None)

    def text(self, key: str, *, most: int = 64, default: str | None = None) -> str:
        """A text of 1 to `most` characters."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
            raise Invalid(self.at(key), expected=f"a text of 1 to {most} characters")
        return value

    def whole(self, key: str, *, least: int = 0, default: int | None = None) -> int:
        """A whole number from `least`."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if type(value) is not int or not least <= value <= MOST:
            raise Invalid(self.at(key), expected=f"a whole number from {least} to {MOST}")
        return value

    def maybe(self, key: str, *, least: int = 0) -> int | None:
        """A whole number from `least`, or null."""
        if self._data.get(key) is None:
            self._data.pop(key, None)
            return None
        return self.whole(key, least=least)

    def number(self, key: str, read: Callable[[str], Any]) -> Any:
        """A decimal text."""
        value = self.take(key)
        try:
            return read(value if isinstance(value, str) else "")
        except ValueError as error:
            raise Invalid(self.at(key), expected=str(error)) from None

    def day(self, key: str) -> date | None:
        """An ISO day, or null."""
        value = self.take(key)
        if value is None:
            return None
        try:
            if not isinstance(value, str) or len(value) != 10:
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise Invalid(self.at(key), expected="a day such as 2026-11-30") from None

    def texts(self, key: str) -> frozenset[str]:
        """A list of texts; nothing: none."""
        value = self.take(key)
        if value is None:
            return frozenset()
        if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= 128 for one in value):
            raise Invalid(self.at(key), expected="a list of texts")
        if not all(one.replace("\u00a0", " ").isprintable() for one in value):
            raise Invalid(self.at(key), expected="texts of printable characters")
        return frozenset(value)

    def flag(self, key: str) -> bool:
        """True or false; nothing: false."""
        value = self.take(key)
        if value is not None and type(value) is not bool:
            raise Invalid(self.at(key), expected="true or false")
        return bool(value)

    def one_of(self, key: str, kinds: type[E], default: E) -> E:
        """One of the words of the kind."""
        value = self.take(key)
        if value is None:
            return default
        if value not in list(kinds):
            raise Invalid(self.at(key), expected=f"one of {', '.join(kinds)}")
        return kinds(value)

    def end(self) -> None:
        """Every key was known."""
        for key in self._data:
            raise Invalid(self.at(key), "unknown-field")
