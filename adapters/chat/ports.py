"""What the web chat needs from the database."""

from collections.abc import Sequence
from typing import Protocol

from bot.ports import Letter
from core.shared.values import Address


class ChatViews(Protocol):
    """Letters of one chat as they were said."""

    async def letters_after(self, address: Address, number: int) -> Sequence[Letter]:
        """At most 200 letters with a greater number whose time has come, in order."""
        ...

    async def letter(self, number: int) -> Letter | None:
        """The letter with this number, as long as its words are kept."""
        ...
