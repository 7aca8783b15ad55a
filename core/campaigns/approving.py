"""Approval: the number of people is typed by hand, and above a limit of the programme it is not whoever wrote it."""

from core.campaigns.actions import approve, found
from core.campaigns.arms import arms_of
from core.campaigns.fitting import must_fit
from core.campaigns.model import Campaign, Kind, Once
from core.campaigns.ports import CampaignWork
from core.shared.refusals import Conflict, Forbidden, Invalid


def approve_typed(
    work: CampaignWork, *, campaign: str, version: int, actor: str, recipients: int, typed: int
) -> Campaign:
    """The draft may be started. `recipients`: how many its numbers say would be written to now.

    Raises as `approve`; Invalid: `control` without a control group, `too-long` for a messenger, `typed-number` for
    another number than that; Conflict (`nobody`); Forbidden (`second-person`) for its author above `approval_above`.
    """
    before = found(work, campaign)
    plan = before.plan
    if plan.kind is Kind.PROMOTION:
        arms_of(plan.arms)
    must_fit(plan)
    if recipients == 0 and isinstance(plan.schedule, Once):
        raise Conflict("nobody")
    if typed != recipients:
        raise Invalid("typed", "typed-number", recipients=recipients)
    if needs_second(work.programme.approval_above, recipients) and actor in (before.created_by, before.changed_by):
        raise Forbidden("second-person", most=work.programme.approval_above)
    return approve(work, campaign=campaign, version=version, actor=actor)


def needs_second(above: int, recipients: int) -> bool:
    """True when so many people are not written to on one person's word."""
    return recipients > above
