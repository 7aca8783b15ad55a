"""What the pages of results read."""

from collections.abc import Sequence
from typing import Protocol

from core.campaigns.results import Result
from core.campaigns.resultviews import ResultRow
from core.shared.listing import Asked, Slice


class ResultViews(Protocol):
    """Reads for the pages of results."""

    async def results(self, asked: Asked) -> Slice[ResultRow]:
        """All runs of each campaign together, and each month against the holdout; filter `name`."""
        ...

    async def result(self, campaign: str, run: int) -> ResultRow | None: ...

    async def runs(self, campaign: str) -> Sequence[Result]:
        """Each run by itself, the newest first; none where there is one alone."""
        ...
