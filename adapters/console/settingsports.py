"""What the page of settings reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Setting:
    """A policy of the programme or a setting of the operator. `value` is empty for a secret, which is never shown."""

    name: str
    value: str
    default: str
    line: str
    """What to write where to change it."""
    secret: bool = False
    given: bool = False
    """It is other than its default."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the doctor finds of one part, as a code with its data (`settingwords.FOUND`)."""

    what: str
    fine: bool
    code: str
    data: Mapping[str, str | int]


class SettingsDesk(Protocol):
    """The settings of the running house."""

    def policies(self) -> Sequence[Setting]: ...

    def settings(self) -> Sequence[Setting]: ...

    async def doctor(self) -> Sequence[Finding]:
        """What `kartka doctor` says now."""
        ...
