"""The console API of questionnaires: the pages' own verbs as JSON."""

from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import Field

from adapters.console.door import API, Door
from adapters.console.questionnaires import CHANGES, SEES_SURVEYS, QuestionnairePages
from adapters.console.surveyports import SurveyViews
from adapters.http.api import Answer, Body, Endpoint
from core.shared.refusals import Unknown
from core.surveys.data import questionnaire_data


class VersionOut(Answer):
    """A version; `at` null: the house's own."""

    version: int
    at: datetime | None
    actor: str
    questions: int


class VersionsOut(Answer):
    """Every version, the newest first."""

    rows: list[VersionOut]


class QuestionnaireOut(Answer):
    """A version with its questions."""

    version: int
    questionnaire: dict[str, Any]


class QuestionnaireIn(Body):
    """A questionnaire to publish; `version`: the newest one that was looked at."""

    version: int = Field(ge=0)
    questionnaire: dict[str, Any]


class DraftIn(Body):
    """A questionnaire to look at."""

    questionnaire: dict[str, Any]


class PublishedOut(Answer):
    """The version under which it is asked now."""

    version: int


class CheckOut(Answer):
    """What it would change for people who have answered, in the language asked for."""

    changes: list[str]


class StepOut(Answer):
    """A question of the funnel; null: fewer than five, which an analyst is not told."""

    name: str
    asked: int | None
    answered: int | None
    stopped: int | None


class AnswerOut(Answer):
    """An answer and how many gave it; null: fewer than five."""

    question: str
    answer: str
    people: int | None


class AnswersOut(Answer):
    """How far people come in the newest version, and who answered what."""

    steps: list[StepOut]
    answers: list[AnswerOut]


class SurveyApi:
    """`/console/api/v1/questionnaires*`."""

    def __init__(self, door: Door, views: SurveyViews, pages: QuestionnairePages) -> None:
        self._views, self._pages = views, pages
        path = f"{API}/questionnaires"
        for one, roles in (
            (Endpoint("GET", path, "Versions of the questionnaire", self.versions, answer=VersionsOut), SEES_SURVEYS),
            (Endpoint("POST", path, "Publish a version", self.publish, body=QuestionnaireIn, answer=PublishedOut,
                      status=201, problems={409: ["questionnaire-changed", "questionnaire-same"],
                                            422: ["bad-questionnaire"]}), CHANGES),
            (Endpoint("POST", f"{path}/check", "What a draft would change", self.check, body=DraftIn, answer=CheckOut,
                      problems={422: ["bad-questionnaire"]}), CHANGES),
            (Endpoint("GET", f"{path}/answers", "How far people come, and who answered what", self.answers,
                      answer=AnswersOut), SEES_SURVEYS),
            (Endpoint("GET", f"{path}/{{version}}", "One version; `newest` too", self.one, answer=QuestionnaireOut,
                      problems={404: ["unknown-version"]}), SEES_SURVEYS),
        ):  # fmt: skip
            door.endpoint(one, roles)

    async def versions(self, request: web.Request, given: None) -> VersionsOut:
        """The newest first."""
        del request, given
        rows = [
            VersionOut(version=one.version, at=one.at, actor=one.actor, questions=one.questions)
            for one in await self._views.versions()
        ]
        return VersionsOut(rows=rows)

    async def one(self, request: web.Request, given: None) -> QuestionnaireOut:
        """Raises Unknown."""
        del given
        typed = request.match_info["version"]
        found = await (self._views.newest() if typed == "newest" else self._pages.of_number(typed))
        if found is None:
            raise Unknown("unknown-version")
        return QuestionnaireOut(version=found.version, questionnaire=questionnaire_data(found))

    async def publish(self, request: web.Request, given: QuestionnaireIn) -> PublishedOut:
        """By the verb of the form."""
        made = await self._pages.publish(request, given.questionnaire, given.version)
        return PublishedOut(version=made.version)

    async def check(self, request: web.Request, given: DraftIn) -> CheckOut:
        """As the form shows it while somebody types."""
        _, told = await self._pages.check(given.questionnaire, self._pages.shown(request))
        return CheckOut(changes=told)

    async def answers(self, request: web.Request, given: None) -> AnswersOut:
        """Of the newest version."""
        del given
        newest, shown = await self._views.newest(), self._pages.shown(request)
        steps = [
            StepOut(name=one.name, asked=one.asked, answered=one.answered, stopped=one.stopped)
            for one in shown.steps(newest, await self._views.funnel(newest))
        ]
        told = shown.answers(newest, await self._views.counts(newest), await self._views.stores())
        rows = [AnswerOut(question=one.question, answer=one.answer, people=one.people) for one in told]
        return AnswersOut(steps=steps, answers=rows)
