"""The list of campaigns, one campaign as a sentence, and what is done with it."""

from collections.abc import Mapping

from aiohttp import web

from adapters.console.campaigndesk import CHANGES, SEES, Desk
from adapters.console.campaignforms import whole
from adapters.console.campaignlive import CampaignLive
from adapters.console.campaignsaid import KINDS, Said
from adapters.console.campaignshown import contents_of, history_of, listing_of, narrowed, previewed, weekly_plan
from adapters.console.door import Door
from adapters.console.telling import Teller
from adapters.http.sessions import SESSION
from bot.words import say
from core.campaigns.approving import needs_second
from core.campaigns.arms import WHOLE, Arm
from core.campaigns.model import Campaign, Kind, Move, Plan, State
from core.campaigns.views import CampaignRow
from core.shared.listing import Asked, Slice
from core.shared.refusals import Conflict, Forbidden, Refusal, Unknown
from core.shared.values import Language

PATH = "/console/campaigns"
_LONGEST = 80


class CampaignPages:
    """`/console/campaigns` and `/console/campaigns/{campaign}`."""

    def __init__(self, door: Door, desk: Desk, live: CampaignLive) -> None:
        self._door, self._desk, self._live = door, desk, live
        door.page(PATH, self.list, SEES)
        door.page(f"{PATH}/new", self.new, CHANGES)
        door.action(f"{PATH}/new", self.make, CHANGES)
        door.page(f"{PATH}/{{campaign}}", self.page, SEES)
        door.page(f"{PATH}/{{campaign}}/numbers", self.numbers, SEES)
        door.page(f"{PATH}/{{campaign}}/previews", self.previews, CHANGES)
        door.action(f"{PATH}/{{campaign}}/do", self.act, CHANGES)

    async def list(self, request: web.Request) -> web.StreamResponse:
        """The newest first."""
        said = self.said(request)
        rows = await self._desk.listed(request)

        async def page(asked: Asked) -> Slice[CampaignRow]:
            return narrowed(rows, asked)

        may = request[SESSION].role in CHANGES
        return await self._door.listed(
            request, listing_of(PATH, said, Teller(self._door, request)), page, "campaigns.html", may_change=may
        )

    async def new(self, request: web.Request, error: str = "", name: str = "", status: int = 200) -> web.Response:
        """What it is to be called and what it is for."""
        return self._door.show(request, "campaign_new.html", status, error=error, typed=name)

    async def make(self, request: web.Request) -> web.StreamResponse:
        """A draft: of a promotion, of a service message, or of the week's offers, ready but for a look."""
        form = await request.post()
        what, name = str(form.get("what", "")), " ".join(str(form.get("name", "")).split())[:_LONGEST]
        if what == "week":
            plan = weekly_plan(self.said(request))
        elif what in list(Kind) and name and name.isprintable():
            kind = Kind(what)
            plan = Plan(name) if kind is Kind.PROMOTION else Plan(name, kind, arms=(Arm("A", WHOLE),))
        else:
            return await self.new(request, self._door.told(request, say("desk.wrong-name")), name, 422)
        made = await self._desk.make(request, plan)
        raise web.HTTPSeeOther(f"{PATH}/{made.id}" + ("" if what == "week" else "/edit/who"))

    async def page(
        self, request: web.Request, error: str = "", status: int = 200, given: Mapping[str, str] | None = None
    ) -> web.Response:
        """The campaign from top to bottom; `given`: what stood in a form that was refused."""
        one = await self._found(request)
        said, session = self.said(request), request[SESSION]
        kept = {each.id: each.name for each in await self._desk.audience.segments()}
        offers = {each.id: each.title_in(said.language.value) for each in await self._desk.audience.offers()}
        lacking = await self._desk.lacks(one) if one.state is State.DRAFT else None
        plan = one.plan
        return self._door.show(
            request, "campaign.html", status, one=one, plan=plan, state=said.state(one), tone=KINDS[one.state],
            who=said.who(plan, kept), extras=said.what(plan, offers), when=said.when(plan),
            measured=said.measured(plan), limits=said.limits(plan), contents=contents_of(plan, said),
            lacks=said.wrong(lacking) if lacking is not None else "", error=error, given=given or {},
            history=history_of(one, said), live=await self._live.shown(request, one), waits=one.state is State.RUNNING,
            may_change=session.role in CHANGES,
            may_send=session.sends and session.role in CHANGES, saved=said.done(request.query.get("saved", "")),
            titles=said.steps(),
        )  # fmt: skip

    async def numbers(self, request: web.Request) -> web.Response:
        """Counted now: the way from the segment to the messages, and what it comes to."""
        one, said = await self._found(request), self.said(request)
        try:
            found = await self._desk.outlook(request, one)
        except Refusal as refusal:
            return self._door.show(request, "_campaign_numbers.html", error=said.wrong(refusal), rows=[])
        numbers = found.numbers
        second = needs_second(self._door.programme.approval_above, numbers.recipients)
        mine = request[SESSION].login in (one.created_by, one.changed_by)
        return self._door.show(
            request, "_campaign_numbers.html", error="", rows=said.funnel(numbers), most=max(1, numbers.matching),
            told=said.outlook(numbers, found.base, found.uplift), second=second, mine=mine,
            above=self._door.programme.approval_above,
        )  # fmt: skip

    async def previews(self, request: web.Request) -> web.Response:
        """What three people would see, side by side in each messenger."""
        one = await self._found(request)
        arm = request.query.get("arm", "") or next((each.name for each in one.plan.treated), "")
        asked = request.query.get("in", "")
        language = Language(asked) if asked in list(Language) else None
        shown = await self._desk.previews(one, arm, language)
        return self._door.show(
            request, "_campaign_previews.html", **previewed(shown, self.said(request)), fits=[], error=""
        )

    async def act(self, request: web.Request) -> web.StreamResponse:
        """One of the campaign's moves; what is refused is told on the page, which keeps what stood in the form."""
        form = {key: str(value)[:_LONGEST] for key, value in (await request.post()).items()}
        campaign, do = request.match_info["campaign"], form.get("do", "")
        try:
            if do == "discard":
                await self._desk.discard(request, campaign)
                raise web.HTTPSeeOther(PATH)
            if do == "trial":
                await self._desk.trial(request, campaign, form.get("arm", ""), form.get("card", ""))
                raise web.HTTPSeeOther(f"{PATH}/{campaign}?saved=trial#trial")
            if do == "approve":
                await self._desk.approve(request, campaign, whole(form, "version"), whole(form, "typed"))
            elif do in list(Move):
                await self._desk.move(request, campaign, Move(do))
            else:
                raise web.HTTPBadRequest
        except Refusal as refusal:
            if refusal.code == "unknown-campaign":
                raise web.HTTPNotFound from None
            return await self.page(request, self.said(request).wrong(refusal), status_of(refusal), form)
        raise web.HTTPSeeOther(f"{PATH}/{campaign}?saved={do}")

    def said(self, request: web.Request) -> Said:
        """Words in the language of the page."""
        return Said(self._door.texts, self._door.language(request), self._door.programme)

    async def _found(self, request: web.Request) -> Campaign:
        try:
            return await self._desk.found(request.match_info["campaign"])
        except Unknown:
            raise web.HTTPNotFound from None


def status_of(refusal: Refusal) -> int:
    """The status of a page that tells of a refusal."""
    if isinstance(refusal, Forbidden):
        return 403
    return 409 if isinstance(refusal, Conflict) else 422
