"""Why a line of a file, or a file as a whole, is not taken: a code with its data, put into words where it is read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """What is wrong: the `code` of `imports.why-<code>` and its data, of a `column` or, without one, of the whole."""

    column: str
    code: str
    data: tuple[tuple[str, str | int], ...] = ()

    def __str__(self) -> str:
        return f"{self.column}: {self.code}" if self.column else self.code


def reason(column: str, code: str, **data: str | int) -> Reason:
    """The reason with its data."""
    return Reason(column, code, tuple(data.items()))


class NotTaken(ValueError):
    """Something of a file cannot be taken, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def as_data(one: Reason) -> Sequence[Any]:
    """As it is kept in a database and in a file."""
    return [one.column, one.code, dict(one.data)]


def reason_from(data: Any) -> Reason | None:
    """What `as_data` gave; None for anything else."""
    match data:
        case [str() as column, str() as code, Mapping() as given]:
            return reason(column, code, **{str(key): value for key, value in given.items()})
        case _:
            return None


def as_text(one: Reason) -> str:
    """In one line, as it is kept where a text is kept."""
    return json.dumps(as_data(one), ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Reason | None:
    """What `as_text` gave; None for any other text."""
    try:
        return reason_from(json.loads(text))
    except ValueError:
        return None
