"""The wizard: each step of a draft by itself, saved at once; what would be sent is seen while somebody types."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from adapters.console.campaigndesk import CHANGES, MOST_MEGABYTES, Desk
from adapters.console.campaignforms import ARMS, CHANNELS, LONGEST_FIELD, STEPS, changed, filled_form, whole
from adapters.console.campaigns import PATH, status_of
from adapters.console.campaignsaid import Said, place_of
from adapters.console.campaignshown import previewed
from adapters.console.door import Door
from adapters.http.problems import Problem
from bot.words import Words, say
from core.campaigns.arms import CONTROL
from core.campaigns.fitting import Fit, fits
from core.campaigns.model import Campaign, Kind, Leads, Plan, State, Trigger
from core.campaigns.reading import MOST_LINKS
from core.campaigns.wording import FIELDS, MAY_MISS
from core.segments.ready import READY, READY_PREFIX
from core.shared.refusals import Conflict, Invalid, Refusal, Unknown
from core.shared.values import Language


class CampaignEditing:
    """`/console/campaigns/{campaign}/edit/{step}`."""

    def __init__(self, door: Door, desk: Desk) -> None:
        self._door, self._desk = door, desk
        path = f"{PATH}/{{campaign}}"
        door.page(f"{path}/edit/{{step}}", self.step, CHANGES)
        door.action(f"{path}/edit/{{step}}", self.save, CHANGES)
        door.action(f"{path}/look", self.look, CHANGES)
        door.action(f"{path}/count", self.count, CHANGES)
        door.action(f"{PATH}/pictures", self.picture, CHANGES)

    async def step(self, request: web.Request) -> web.StreamResponse:
        """The step as the draft stands; what is no draft any more is only looked at."""
        one, step = await self._found(request)
        if one.state is not State.DRAFT:
            raise web.HTTPSeeOther(f"{PATH}/{one.id}")
        return await self._show(request, one, step, filled_form(step, one.plan, self._door.programme.timezone))

    async def save(self, request: web.Request) -> web.StreamResponse:
        """The draft has what the form says of this step.

        What cannot be, or was edited by somebody else meanwhile, is told above the form, which keeps what stood in it.
        """
        form = await _form(request)
        one, step = await self._found(request)
        try:
            plan = changed(step, one.plan, form, self._door.programme.timezone)
            await self._desk.save(request, one.id, whole(form, "version"), plan)
        except Refusal as refusal:
            if refusal.code == "campaign-state":
                raise web.HTTPSeeOther(f"{PATH}/{one.id}") from None
            return await self._show(request, one, step, form, refusal)
        following = STEPS.index(step) + 1
        onward = form.get("then") == "next" and following < len(STEPS)
        raise web.HTTPSeeOther(f"{PATH}/{one.id}/edit/{STEPS[following]}" if onward else f"{PATH}/{one.id}?saved=edit")

    async def look(self, request: web.Request) -> web.Response:
        """What the form's message would look like, and how much of each messenger's room it takes."""
        form, said = await _form(request), self._said(request)
        one, _ = await self._found(request)
        try:
            plan = changed("what", one.plan, form, self._door.programme.timezone)
        except Refusal as refusal:
            return self._door.show(request, "_campaign_previews.html", channels={}, fits=[], error=said.wrong(refusal))
        arm = form.get("look_arm", "") if form.get("look_arm", "") in plan.contents else "A"
        asked = form.get("look_in", "")
        language = Language(asked) if asked in list(Language) else None
        shown = await self._desk.previews(replace(one, plan=plan), arm, language)
        return self._door.show(
            request, "_campaign_previews.html", **previewed(shown, said), fits=_fits(plan, arm, said), error=""
        )

    async def count(self, request: web.Request) -> web.Response:
        """How many the form's segment and messengers come to now."""
        form, said = await _form(request), self._said(request)
        one, _ = await self._found(request)
        try:
            plan = changed("who", one.plan, {**form, "name": one.plan.name}, self._door.programme.timezone)
            numbers = (await self._desk.outlook(request, replace(one, plan=plan))).numbers
        except Refusal as refusal:
            return web.Response(text=said.wrong(refusal), content_type="text/html")
        told = say("desk.counted", n=numbers.matching, receive=numbers.recipients)
        return web.Response(text=said.say(told), content_type="text/html")

    async def picture(self, request: web.Request) -> web.Response:
        """A picture is published; its name, or why it cannot be, in words."""
        try:
            name = await self._desk.publish(request)
        except Problem:
            refusal: Refusal = Invalid("picture", "picture-large", most=MOST_MEGABYTES)
            return web.json_response({"error": self._said(request).wrong(refusal)}, status=413)
        except Refusal as refused:
            refusal = refused
            return web.json_response({"error": self._said(request).wrong(refusal)}, status=422)
        return web.json_response({"name": name})

    async def _show(
        self, request: web.Request, one: Campaign, step: str, form: Mapping[str, str], refusal: Refusal | None = None
    ) -> web.Response:
        said, plan = self._said(request), one.plan
        error = said.wrong(refusal) if refusal is not None else ""
        texts = [name for name in form if name.startswith("text:") and form[name]]
        return self._door.show(
            request, "campaign_step.html", 200 if refusal is None else status_of(refusal), one=one, step=step,
            steps=said.steps().items(), title=said.steps()[step], form=form, error=error,
            place=place_of(refusal) if isinstance(refusal, Invalid) else "", state=said.state(one),
            theirs=isinstance(refusal, Conflict), version=one.version, service=plan.kind is Kind.SERVICE,
            segments=await self._segments(said) if step == "who" else [], channels=_channels(said),
            offers=await self._offers(said) if step == "what" else [], arms=[arm.name for arm in plan.treated],
            languages=[(lang.value, said.say(Words(f"language.{lang}"))) for lang in Language],
            slots=_slots(said), places=range(MOST_LINKS), leads=_leads(said), shares=(CONTROL, *ARMS), texts=texts,
            currency=self._door.programme.currency,
            triggers=[(one.value, said.say(Words(f"desk.trigger-{_dashed(one)}"))) for one in Trigger],
            days=[(str(day), said.say(Words(f"desk.weekday-{day}"))) for day in range(1, 8)],
        )  # fmt: skip

    async def _segments(self, said: Said) -> Sequence[tuple[str, str]]:
        kept = await self._desk.audience.segments()
        ready = [(f"{READY_PREFIX}{key}", said.segment(READY_PREFIX + key, {})) for key in READY]
        return [*ready, *((one.id, one.name) for one in kept)]

    async def _offers(self, said: Said) -> Sequence[tuple[str, str]]:
        return [(one.id, one.title_in(said.language.value)) for one in await self._desk.audience.offers()]

    def _said(self, request: web.Request) -> Said:
        return Said(self._door.texts, self._door.language(request), self._door.programme)

    async def _found(self, request: web.Request) -> tuple[Campaign, str]:
        step = request.match_info.get("step", "what")
        if step not in STEPS:
            raise web.HTTPNotFound
        try:
            return await self._desk.found(request.match_info["campaign"]), step
        except Unknown:
            raise web.HTTPNotFound from None


async def _form(request: web.Request) -> Mapping[str, str]:
    return {key: value[:LONGEST_FIELD] for key, value in (await request.post()).items() if isinstance(value, str)}


def _fits(plan: Plan, arm: str, said: Said) -> list[Mapping[str, Any]]:
    """The longest text in each messenger: how long it becomes at most, and how long it may."""
    content = plan.contents.get(arm)
    if content is None:
        return []
    longest: dict[str, tuple[Fit, str]] = {}
    for language, text in content.text.items():
        for one in fits(text, content, plan):
            if one.channel not in longest or one.length > longest[one.channel][0].length:
                longest[one.channel] = one, language
    found: list[Mapping[str, Any]] = []
    for one, language in longest.values():
        words = say(
            "desk.fits" if one.fits else "desk.fits-not", channel=Words(f"desk.channel-{one.channel}"),
            language=Words(f"language.{language}"), length=one.length, most=one.most,
        )  # fmt: skip
        found.append({"words": said.say(words), "fits": one.fits, "length": one.length, "most": one.most})
    return found


def _slots(said: Said) -> list[tuple[str, str]]:
    """What a button puts into the text, and its label."""
    instead = said.say(say("desk.instead"))
    return [
        (
            f"{{{one}|{instead}}}" if one in MAY_MISS else f"{{{one}}}",
            said.say(Words(f"desk.field-{_dashed(one)}")),
        )
        for one in FIELDS
    ]


def _leads(said: Said) -> list[tuple[str, str]]:
    return [(one.value, said.say(Words(f"desk.leads-{one.value}"))) for one in Leads]


def _channels(said: Said) -> list[tuple[str, str]]:
    return [(one, said.channel(one)) for one in CHANNELS]


def _dashed(name: str) -> str:
    return name.replace("_", "-")
