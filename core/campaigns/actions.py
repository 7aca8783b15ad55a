"""Verbs about campaigns: drafted, edited, approved, opened again, thrown away; what a plan lacks before it may run."""

from dataclasses import replace

from core.campaigns.model import Campaign, Content, Kind, Leads, Move, Plan, State, moved
from core.campaigns.ports import CampaignWork
from core.campaigns.wording import slots_of
from core.offers.model import Audience
from core.shared.refusals import Conflict, Invalid, Unknown
from core.shared.values import Language


def draft(work: CampaignWork, *, plan: Plan, actor: str) -> Campaign:
    """A new draft; its salt is chosen now and for ever."""
    made = Campaign(work.new_id(), 1, State.DRAFT, plan, work.chance.token(), actor, work.now, actor, work.now)
    work.campaigns.add(made)
    return made


def edit(work: CampaignWork, *, campaign: str, version: int, plan: Plan, actor: str) -> Campaign:
    """The draft has this plan. `version` is what the editor had before them.

    Raises Unknown, Conflict: `campaign-state` (only drafts are edited), `edited-meanwhile` (somebody else was faster;
    nothing is lost, theirs stands).
    """
    before = found(work, campaign)
    if before.state is not State.DRAFT:
        raise Conflict("campaign-state", state=before.state.value, move="edit")
    if before.version != version:
        raise Conflict("edited-meanwhile", who=before.changed_by, version=before.version)
    after = replace(before, plan=plan, version=version + 1, changed_by=actor, changed_at=work.now)
    work.campaigns.save(after)
    return after


def approve(work: CampaignWork, *, campaign: str, version: int, actor: str) -> Campaign:
    """The draft may be started as it stands: whole, and its segment as it is now.

    Raises Unknown, Conflict (`campaign-state`, `edited-meanwhile`), Invalid with what the plan lacks.
    """
    before = found(work, campaign)
    after = moved(before.state, Move.APPROVE)
    if before.version != version:
        raise Conflict("edited-meanwhile", who=before.changed_by, version=before.version)
    must_be_whole(work, before.plan)
    audience = work.kept_segments.tree(before.plan.segment)
    done = replace(before, state=after, approved_by=actor, approved_at=work.now, audience=audience)
    work.campaigns.save(done)
    return done


def reopen(work: CampaignWork, *, campaign: str, actor: str) -> Campaign:
    """The approved campaign is a draft again. Raises Unknown, Conflict (`campaign-state`)."""
    before = found(work, campaign)
    done = replace(
        before, state=moved(before.state, Move.REOPEN), approved_by="", approved_at=None, audience=None,
        version=before.version + 1, changed_by=actor, changed_at=work.now,
    )  # fmt: skip
    work.campaigns.save(done)
    return done


def discard(work: CampaignWork, *, campaign: str) -> None:
    """The draft is gone. Raises Unknown, Conflict (`campaign-state`): what was approved once is kept."""
    before = found(work, campaign)
    if before.state is not State.DRAFT or work.campaigns.runs(campaign):
        raise Conflict("campaign-state", state=before.state.value, move="discard")
    work.campaigns.remove(campaign)


def must_be_whole(work: CampaignWork, plan: Plan) -> None:
    """Raises Invalid with the first thing that the plan lacks to be sent."""
    if work.kept_segments.tree(plan.segment) is None:
        raise Invalid("segment", "unknown-segment", name=plan.segment)
    for arm in plan.treated:
        content = plan.contents.get(arm.name)
        if content is None or not content.text:
            raise Invalid(f"contents.{arm.name}", "no-content", arm=arm.name)
        _must_speak(content, arm.name, plan, work.programme.default_language)
    must_have_offer(work, plan)


def must_have_offer(work: CampaignWork, plan: Plan) -> None:
    """Raises Invalid where the offer of the plan's vouchers is gone, is for no vouchers, or is over."""
    if plan.voucher_offer is None:
        return
    offer = next((one for one in work.offers.current() if one.id == plan.voucher_offer), None)
    if offer is None or offer.audience is not Audience.VOUCHER:
        raise Invalid("voucher_offer", "no-voucher-offer", name=plan.voucher_offer)
    if offer.window.last is not None and offer.window.last < work.now.astimezone(work.programme.timezone).date():
        raise Invalid("voucher_offer", "voucher-offer-over", name=plan.voucher_offer)


def _must_speak(content: Content, arm: str, plan: Plan, default: Language) -> None:
    """The default language is always there: whoever has another one reads it, where theirs is missing."""
    if not content.text.get(default.value, "").strip():
        raise Invalid(f"contents.{arm}.text.{default.value}", "no-content", arm=arm)
    for language, text in content.text.items():
        if slots_of(text) & {"voucher", "voucher_until"} and plan.voucher_offer is None:
            raise Invalid(f"contents.{arm}.text.{language}", "no-voucher", arm=arm)
    for at, link in enumerate(content.links):
        if not link.label.get(default.value, "").strip():
            raise Invalid(f"contents.{arm}.links.{at}.label.{default.value}", "no-label")
        if link.leads is Leads.OFFERS and plan.kind is Kind.SERVICE:
            raise Invalid(f"contents.{arm}.links.{at}.leads", "promotion-in-service")


def found(work: CampaignWork, campaign: str) -> Campaign:
    """The campaign, and nobody else moves it meanwhile. Raises Unknown (`unknown-campaign`)."""
    one = work.campaigns.get(campaign, lock=True)
    if one is None:
        raise Unknown("unknown-campaign", campaign=campaign)
    return one
