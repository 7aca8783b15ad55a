"""Campaigns as JSON (contract 4.3): everything that their pages do, by the same code."""

from typing import Any

from aiohttp import web

from adapters.console.campaigndesk import CHANGES, SEES, Desk
from adapters.console.campaignlive import marked
from adapters.console.campaignmodels import (
    ApproveIn,
    CampaignOut,
    CampaignsOut,
    EditIn,
    ListedOut,
    NumbersOut,
    PictureOut,
    PlanIn,
    PreviewsOut,
    ProgressOut,
    TrialIn,
    TrialOut,
)
from adapters.console.campaignsaid import Said
from adapters.console.campaignshown import weekly_plan
from adapters.console.door import API, Door
from adapters.http.api import Endpoint
from core.campaigns.fitting import fits
from core.campaigns.model import Campaign, Move
from core.campaigns.numbers import figures_of
from core.campaigns.reading import plan_data, plan_from
from core.shared.refusals import Invalid, Unknown
from core.shared.values import Language

_AT = f"{API}/campaigns"


class CampaignApi:
    """`/console/api/v1/campaigns`."""

    def __init__(self, door: Door, desk: Desk) -> None:
        self._door, self._desk = door, desk
        one = f"{_AT}/{{campaign}}"
        gone = {404: ["unknown-campaign"]}
        state = {404: ["unknown-campaign"], 409: ["campaign-state", "edited-meanwhile"]}
        right = {**state, 403: ["forbidden", "no-right-to-send"]}
        operations: tuple[tuple[Endpoint[Any], tuple[str, ...]], ...] = (
            (Endpoint("GET", _AT, "Campaigns with what came of them", self.all, answer=CampaignsOut), SEES),
            (Endpoint("POST", _AT, "A draft", self.make, PlanIn, CampaignOut, 201), CHANGES),
            (Endpoint("POST", f"{_AT}/weekly", "A draft of the week's own offers", self.weekly, answer=CampaignOut,
                      status=201), CHANGES),
            (Endpoint("POST", f"{_AT}/pictures", "A picture, as the request's body", self.picture, answer=PictureOut,
                      status=201, problems={413: ["too-large"], 422: ["picture-broken", "picture-small"]}), CHANGES),
            (Endpoint("GET", one, "A campaign", self.one, answer=CampaignOut, problems=gone), SEES),
            (Endpoint("PUT", one, "Its plan, while it is a draft", self.edit, EditIn, CampaignOut, problems=state),
             CHANGES),
            (Endpoint("DELETE", one, "The draft is thrown away", self.discard, status=204, problems=state), CHANGES),
            (Endpoint("GET", f"{one}/numbers", "What it comes to now", self.numbers, answer=NumbersOut, problems=gone),
             SEES),
            (Endpoint("GET", f"{one}/previews", "What people would see", self.previews, answer=PreviewsOut,
                      query={"arm": {"type": "string"}, "language": {"type": "string"}}, problems=gone), CHANGES),
            (Endpoint("GET", f"{one}/progress", "How far it is", self.progress, answer=ProgressOut, problems=gone),
             SEES),
            (Endpoint("POST", f"{one}/trial", "A trial to a given card", self.trial, TrialIn, TrialOut,
                      problems={403: ["trial-no-consent"], 404: ["unknown-card"], 409: ["no-address"]}), CHANGES),
            (Endpoint("POST", f"{one}/approve", "It may be started", self.approve, ApproveIn, CampaignOut,
                      problems={**state, 403: ["second-person"]}), CHANGES),
            *((Endpoint("POST", f"{one}/{move}", _SUMMARY[move], self._mover(move), answer=CampaignOut,
                        problems=right), CHANGES) for move in _SUMMARY),
        )  # fmt: skip
        for each, roles in operations:
            door.endpoint(each, roles)

    async def all(self, request: web.Request, given: None) -> CampaignsOut:
        """The list."""
        del given
        rows = await self._desk.listed(request)
        return CampaignsOut(
            rows=[
                ListedOut(
                    id=one.campaign.id, name=one.campaign.plan.name, state=one.campaign.state.value, runs=one.runs,
                    outcomes=dict(one.outcomes), spent=one.spent,
                )
                for one in rows
            ]
        )  # fmt: skip

    async def make(self, request: web.Request, given: PlanIn) -> CampaignOut:
        """A new draft."""
        return _out(await self._desk.make(request, plan_from(given.plan)))

    async def weekly(self, request: web.Request, given: None) -> CampaignOut:
        """The ready campaign of the week's offers."""
        del given
        said = Said(self._door.texts, self._door.language(request), self._door.programme)
        return _out(await self._desk.make(request, weekly_plan(said)))

    async def one(self, request: web.Request, given: None) -> CampaignOut:
        """As it stands."""
        del given
        return _out(await self._found(request))

    async def edit(self, request: web.Request, given: EditIn) -> CampaignOut:
        """The plan as given."""
        plan = plan_from(given.plan)
        return _out(await self._desk.save(request, request.match_info["campaign"], given.version, plan))

    async def discard(self, request: web.Request, given: None) -> None:
        """The draft is gone."""
        del given
        await self._desk.discard(request, request.match_info["campaign"])

    async def numbers(self, request: web.Request, given: None) -> NumbersOut:
        """Counted now."""
        del given
        found = await self._desk.outlook(request, await self._found(request))
        return NumbersOut(
            recipients=found.numbers.recipients, numbers=figures_of(found.numbers), base=found.base, uplift=found.uplift
        )

    async def previews(self, request: web.Request, given: None) -> PreviewsOut:
        """As the wizard shows them."""
        del given
        one, arm = await self._found(request), request.query.get("arm", "A")
        content = one.plan.contents.get(arm)
        if content is None:
            raise Unknown("unknown-arm")
        asked = request.query.get("language", "")
        if asked and asked not in list(Language):
            raise Invalid("language", expected=f"one of {', '.join(Language)}")
        shown = await self._desk.previews(one, arm, Language(asked) if asked else None)
        told = [
            {"who": each.who, "channel": each.channel, "name": each.name,
             "messages": [{"text": bubble.text, "picture": bool(bubble.picture), "items": list(bubble.items),
                           "buttons": [list(row) for row in bubble.rows]} for bubble in each.bubbles]}
            for each in shown
        ]  # fmt: skip
        room = [
            {"language": language, "channel": fit.channel, "length": fit.length, "most": fit.most}
            for language, text in content.text.items()
            for fit in fits(text, content, one.plan)
        ]
        return PreviewsOut(previews=told, fits=room)

    async def progress(self, request: web.Request, given: None) -> ProgressOut:
        """The newest run."""
        del given
        one = await self._found(request)
        runs = await self._desk.views.runs(one.id)
        found = await self._desk.progress(request, runs[0].id) if runs else None
        told = ProgressOut(state=one.state.value, why=one.why, run=0, outcomes={}, marks={}, counts=[], rate=0.0,
                           left_seconds=None, spent=0)  # fmt: skip
        if found is None:
            return told
        counts = [
            {"arm": each.arm, "channel": each.channel, "outcome": each.outcome, "reason": each.reason,
             "people": each.people}
            for each in found.counts
        ]  # fmt: skip
        return told.model_copy(
            update={
                "run": len(runs), "outcomes": dict(found.by_outcome()), "counts": counts, "rate": found.rate,
                "marks": {mark: marked(found, mark) for mark in found.marks}, "left_seconds": found.left_seconds,
                "spent": found.run.spent,
            }
        )  # fmt: skip

    async def trial(self, request: web.Request, given: TrialIn) -> TrialOut:
        """To the owner of the card."""
        campaign = request.match_info["campaign"]
        return TrialOut(messages=await self._desk.trial(request, campaign, given.arm, given.card))

    async def approve(self, request: web.Request, given: ApproveIn) -> CampaignOut:
        """The number typed is the number counted."""
        campaign = request.match_info["campaign"]
        return _out(await self._desk.approve(request, campaign, given.version, given.typed))

    async def picture(self, request: web.Request, given: None) -> PictureOut:
        """Looked at, made anew, published."""
        del given
        name = await self._desk.publish(request)
        return PictureOut(name=name, path=f"/media/{name}")

    def _mover(self, move: Move) -> Any:
        async def moved(request: web.Request, given: None) -> CampaignOut:
            del given
            return _out(await self._desk.move(request, request.match_info["campaign"], move))

        return moved

    async def _found(self, request: web.Request) -> Campaign:
        return await self._desk.found(request.match_info["campaign"])


_SUMMARY = {
    Move.REOPEN: "The approved campaign is a draft again", Move.START: "It goes out; needs the right to send",
    Move.PAUSE: "It is held back", Move.RESUME: "It goes on; needs the right to send", Move.STOP: "It is over",
}  # fmt: skip


def _out(one: Campaign) -> CampaignOut:
    return CampaignOut(
        id=one.id, version=one.version, state=one.state.value, why=one.why, plan=plan_data(one.plan),
        created_by=one.created_by, created_at=one.created_at, changed_by=one.changed_by, changed_at=one.changed_at,
        approved_by=one.approved_by, approved_at=one.approved_at, started_by=one.started_by,
        started_at=one.started_at, ended_at=one.ended_at,
    )  # fmt: skip
