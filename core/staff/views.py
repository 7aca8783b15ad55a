"""What pages read about the staff."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody with a login."""

    id: str
    login: str
    role: str
    one_time: bool
    disabled: bool
