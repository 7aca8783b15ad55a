"""A line of the audit log (reliability.md section 10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: a member of the staff by login and role, or `command`; from where, as a keyed hash."""

    login: str
    role: str = ""
    origin: str = ""


COMMAND = Actor("command")
"""Somebody at the machine itself."""
HOUSE = Actor("house")
"""The house by itself: a campaign that its error rate stops."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something was done, tried or looked at: `verb` is dotted (`campaign.start`), `subject` what it was done to.

    `before` and `after` hold ids and settings, never a secret, a name or a phone of a customer.
    """

    at: datetime
    actor: Actor
    verb: str
    subject: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    why: str = ""
