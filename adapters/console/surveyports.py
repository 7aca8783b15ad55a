"""What the pages of questionnaires read, and how messengers show a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.shared.values import Language
from core.stores.model import Store
from core.surveys.model import Questionnaire
from core.surveys.views import Count, Funnel, VersionRow


class SurveyViews(Protocol):
    """Reads for the pages of questionnaires."""

    async def versions(self) -> Sequence[VersionRow]:
        """The newest first, the house's own last."""
        ...

    async def newest(self) -> Questionnaire: ...

    async def version(self, version: int) -> Questionnaire | None:
        """0: the house's own."""
        ...

    async def funnel(self, questionnaire: Questionnaire) -> Funnel:
        """How far people have come in these questions."""
        ...

    async def counts(self, questionnaire: Questionnaire) -> Sequence[Count]:
        """Who answered what, by question and answer, in no order."""
        ...

    async def stores(self) -> Sequence[Store]: ...


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message and the labels of its keys, row by row."""

    text: str
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Preview:
    """A question by channel: `telegram`, `viber`, `web`."""

    question: str
    bubbles: Mapping[str, Bubble]


class Previews(Protocol):
    """Shows questions as the messengers would."""

    def questions(
        self, questionnaire: Questionnaire, language: Language, stores: Sequence[Store]
    ) -> Sequence[Preview]: ...
