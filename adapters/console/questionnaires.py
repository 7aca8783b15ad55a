"""Questionnaires: versions, a draft edited and seen as the messengers show it, published; how far people come."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from adapters.console.door import Door
from adapters.console.figures import is_analyst
from adapters.console.forms import lenient, rows_of
from adapters.console.lists import wants_file
from adapters.console.ports import ConsoleWork
from adapters.console.surveyform import changed, data_of, form_of, form_tree, place_in_form, readable
from adapters.console.surveyports import Previews, SurveyViews
from adapters.console.surveyshown import KINDS, PATH, Shown
from adapters.console.surveyversions import narrowed, versions_list
from adapters.console.telling import CHANNELS, Teller
from adapters.http.sessions import SESSION
from core.shared.listing import Asked, Slice
from core.shared.refusals import Conflict, Invalid
from core.shared.values import Language
from core.surveys.actions import publish
from core.surveys.changes import changes
from core.surveys.data import questionnaire_from
from core.surveys.model import PROFILE, Questionnaire
from core.surveys.views import Count, Funnel, VersionRow

CHANGES = ("owner", "marketer")
SEES_SURVEYS = (*CHANGES, "analyst")
_FRESH = timedelta(minutes=1)
_CHANNELS = tuple((name, CHANNELS[name]) for name in ("telegram", "viber", "web"))


class QuestionnairePages:
    """`/console/questionnaires` and what lies below it."""

    def __init__(self, door: Door, views: SurveyViews, previews: Previews) -> None:
        self._door, self._views, self._previews = door, views, previews
        self._counted: tuple[int, datetime, Sequence[Count], Funnel] | None = None
        door.page(PATH, self.page, SEES_SURVEYS)
        door.page(f"{PATH}/draft/new", self.new, CHANGES)
        door.action(f"{PATH}/draft/new", self.send, CHANGES)
        door.action(f"{PATH}/draft/live", self.live, CHANGES)
        door.page(f"{PATH}/draft/answers", self.answers, SEES_SURVEYS)
        door.page(f"{PATH}/{{version}}", self.version, SEES_SURVEYS)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Every version."""
        rows = await self._views.versions()

        async def found(asked: Asked) -> Slice[VersionRow]:
            return narrowed(rows, asked)

        declared = versions_list(Teller(self._door, request), rows[0].version)
        return await self._door.listed(
            request, declared, found, "questionnaires.html", may=request[SESSION].role in CHANGES,
            saved=request.query.get("saved", ""),
        )  # fmt: skip

    async def version(self, request: web.Request) -> web.Response:
        """One version as the messengers show it."""
        found = await self.of_number(request.match_info["version"])
        if found is None:
            raise web.HTTPNotFound
        language = self._language(request, request.query)
        return self._door.show(
            request, "questionnaire.html", version=found.version, may=request[SESSION].role in CHANGES,
            **await self._looks(found, language), changes=[], lacking="",
        )  # fmt: skip

    async def new(self, request: web.Request) -> web.Response:
        """The newest version as a draft; `from`: an earlier one."""
        earlier = await self.of_number(request.query.get("from", ""))
        return await self._form(request, form_of(earlier or await self._views.newest()))

    async def of_number(self, typed: str) -> Questionnaire | None:
        """The version of a number as it was typed."""
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 9):
            return None
        return await self._views.version(int(typed))

    async def live(self, request: web.Request) -> web.Response:
        """How the draft looks and what it changes, while somebody types."""
        form = await request.post()
        shown = Shown(self._door, request)
        worked = await self._worked(form_tree(form), shown, self._language(request, form))
        return self._door.show(request, "_questionnaire_live.html", **worked)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """The form was sent: published, or shown again with a row more or less, or with what is wrong."""
        form = await request.post()
        tree, do = form_tree(form), str(form.get("do", ""))
        if do != "publish":
            return await self._form(request, tree, at=changed(tree, do))
        seen = str(form.get("seen", ""))
        try:
            made = await self.publish(request, data_of(tree), int(seen) if seen.isdecimal() and len(seen) < 9 else 0)
        except Invalid as refusal:
            return await self._form(request, tree, wrong=place_in_form(refusal.field), status=422)
        except Conflict as refusal:
            return await self._form(request, tree, error=self._door.sorry(request, refusal), status=409)
        raise web.HTTPSeeOther(f"{PATH}?saved={made.version}")

    async def publish(self, request: web.Request, data: Any, seen: int) -> Questionnaire:
        """The data is the next version, noted. Raises Invalid, Conflict."""
        actor = request[SESSION].login
        return await self._door.change(
            request, "questionnaire.publish", lambda work: publish(work, data=data, actor=actor, seen=seen),
            subject="questionnaire", seen=_seen,
        )  # fmt: skip

    async def answers(self, request: web.Request) -> web.StreamResponse:
        """How far people come, and who answered what."""
        newest, shown = await self._views.newest(), self.shown(request)
        declared = shown.listing(newest)
        rows = shown.answers(newest, await self._views.counts(newest), await self._views.stores())

        async def page(asked: Asked) -> Slice[Any]:
            return shown.counted(rows, asked)

        if wants_file(request):
            return await self._door.listed(request, declared, page, "answers.html")
        funnel = await self._views.funnel(newest)
        steps = shown.steps(newest, funnel)
        chart = {
            "xAxis": {"type": "value"},
            "yAxis": {"type": "category", "inverse": True, "data": [step.name for step in steps]},
            "series": [{"type": "bar", "name": shown.t("surveys.answered"), "data": [step.answered for step in steps]}],
        }
        return await self._door.listed(
            request,
            declared,
            page,
            "answers.html",
            steps=steps,
            started=shown.count(funnel.started),
            chart=chart if funnel.started else None,
        )

    def shown(self, request: web.Request) -> Shown:
        """The teller for whoever asks: an analyst is told no small number."""
        return Shown(self._door, request, exact=not is_analyst(request))

    async def check(self, data: Any, shown: Shown) -> tuple[Questionnaire, list[str]]:
        """The data as a questionnaire, and what it would change for people. Raises Invalid."""
        draft, newest = questionnaire_from(data), await self._views.newest()
        found = changes(newest, draft)
        if not found:
            return draft, []
        return draft, shown.changes(found, newest, draft, *await self._lately(newest))

    async def _lately(self, newest: Questionnaire) -> tuple[Sequence[Count], Funnel]:
        """Who answered what, at most a minute old: a draft is looked at with every key that is pressed."""
        kept, now = self._counted, self._door.clock()
        if kept is None or kept[0] != newest.version or now - kept[1] > _FRESH:
            kept = newest.version, now, await self._views.counts(newest), await self._views.funnel(newest)
            self._counted = kept
        return kept[2], kept[3]

    async def _worked(self, tree: dict[str, Any], shown: Shown, language: Language) -> dict[str, Any]:
        try:
            draft, told = await self.check(data_of(tree), shown)
        except Invalid as refusal:
            place = place_in_form(refusal.field)
            return {
                **await self._looks(readable(tree), language), "changes": [],
                "lacking": f"{_where(place)} {shown.why(place)}".strip(),
            }  # fmt: skip
        return {**await self._looks(draft, language), "changes": told, "lacking": ""}

    async def _looks(self, questionnaire: Questionnaire, language: Language) -> dict[str, Any]:
        stores = await self._views.stores()
        names = {one.key: one.name[language] for one in questionnaire.questions}
        looks = [
            (names[one.question], one.bubbles) for one in self._previews.questions(questionnaire, language, stores)
        ]
        return {"looks": looks, "spoken": language.value, "channels": _CHANNELS, "languages": list(Language)}

    async def _form(
        self, request: web.Request, tree: dict[str, Any], *, wrong: str = "", error: str = "", at: str = "",
        status: int = 200,
    ) -> web.Response:  # fmt: skip
        shown, newest = Shown(self._door, request), await self._views.newest()
        rows = rows_of(tree, "questions")
        form = await request.post() if request.method == "POST" else request.query
        return self._door.show(
            request, "questionnaire_edit.html", status, seen=newest.version, error=error, at=at,
            errors={wrong: shown.why(wrong)} if wrong else {}, where=_where(wrong), kinds=KINDS,
            rows=[(lenient(row), [lenient(one) for one in rows_of(row, "options")]) for row in rows],
            keeps=sorted(PROFILE), choices=[row["key"] for row in rows if row.get("kind") in ("choice", "choices")],
            gate=self._door.programme.gate_questions,
            **await self._worked(tree, shown, self._language(request, form)),
        )  # fmt: skip

    def _language(self, request: web.Request, form: Mapping[str, Any]) -> Language:
        wanted = str(form.get("spoken", ""))
        return Language(wanted) if wanted in list(Language) else self._door.language(request)


def _seen(work: ConsoleWork) -> dict[str, Any]:
    newest = work.questionnaires.newest()
    return {"version": newest.version, "questions": [one.key for one in newest.questions]}


def _where(place: str) -> str:
    """The number of the question that a place is in, as it is counted on the page."""
    parts = place.split(".")
    return f"{int(parts[1]) + 1}." if len(parts) > 1 and parts[0] == "questions" and parts[1].isdecimal() else ""
