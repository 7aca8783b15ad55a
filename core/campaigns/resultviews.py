"""What pages read of results."""

from dataclasses import dataclass

from core.campaigns.results import Result


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result in a list; `name` is the campaign's, empty for a month against the standing holdout."""

    name: str
    result: Result
