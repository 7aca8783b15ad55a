"""Counts of people as the roles may see them: an analyst sees no group of fewer than five, and others in fives."""

from collections.abc import Mapping

from aiohttp import web

from adapters.http.sessions import SESSION
from core.shared.fives import told


def is_analyst(request: web.Request) -> bool:
    """Who asks sees groups and nobody in them."""
    return request[SESSION].role == "analyst"


class Counts:
    """Counts for whoever asks."""

    def __init__(self, request: web.Request) -> None:
        self._hides = is_analyst(request)

    def number(self, count: int) -> int | None:
        """The count; None where it is not to be seen. That it is nobody may be told."""
        return told(count) if self._hides else count

    def numbers(self, counts: Mapping[str, int]) -> dict[str, int | None]:
        """Each count by its name, the largest first."""
        ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        return {name: self.number(count) for name, count in ordered}
