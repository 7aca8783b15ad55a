"""What plans, their reports and situations come to, for whoever is not to learn of anybody alone (`core.shared.fives`).

Offers are in fives as people are, and of fewer than five people nobody's offers are told: one person has some ten.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.offers.reporting import STAGES, ArmFunnel, Count, Funnel, Report
from core.offers.views import SituationsView
from core.offers.weekly import Planned
from core.shared.fives import in_fives, told

_OF_RULE = ("reach", "given", "control", "people")


def report_in_fives(report: Report) -> Report:
    """Every count of people and of their offers; shares and differences follow from those."""
    whole = _funnel(report.whole)
    bought, unshown = whole.bought.offers, whole.made.offers - whole.shown.offers
    shown_bought = min(bought, whole.shown.offers, max(bought - unshown, in_fives(report.shown_bought)))
    return replace(
        report, whole=whole, shown_bought=shown_bought, strays=in_fives(report.strays),
        kinds={kind: _funnel(one) for kind, one in report.kinds.items()},
        arms={arm: _arm(one) for arm, one in report.arms.items()},
    )  # fmt: skip


def planned_in_fives(planned: Planned) -> Planned:
    """What the plan came to; a figure that an older plan did not keep is not there either."""
    figures = dict(planned.figures)
    figures |= {name: _some(figures[name]) for name in ("owners", "empty", "offers") if name in figures}
    figures["reasons"] = {kind: _some(count) for kind, count in figures.get("reasons", {}).items()}
    figures["situations"] = _rules(figures.get("situations", {}))
    if arms := figures.get("arms"):
        figures["arms"] = {arm: {**one, **_counted(one, "people", "offers")} for arm, one in arms.items()}
    if clusters := figures.get("clusters"):
        figures["clusters"] = {**clusters, "each": [{**one, **_counted(one, "size")} for one in clusters["each"]]}
    if churn := figures.get("churn"):
        bins = [[_some(people), *shares] for people, *shares in churn["bins"]]
        figures["churn"] = {**churn, **_counted(churn, "customers"), "bins": bins}
    return replace(planned, figures=figures)


def situations_in_fives(view: SituationsView) -> SituationsView:
    """Whom each rule met."""
    return replace(view, figures=_rules(view.figures))


def _rules(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {rule: {**one, **_counted(one, *_OF_RULE)} for rule, one in figures.items()}


def _counted(part: Mapping[str, Any], *names: str) -> dict[str, int]:
    return {name: _some(part[name]) for name in names if name in part}


def _some(count: float) -> int:
    return told(int(count)) or 0


def _funnel(funnel: Funnel) -> Funnel:
    counts: Mapping[str, Count] = {stage: getattr(funnel, stage) for stage in STAGES}
    return Funnel(
        **{
            stage: Count(in_fives(one.offers), in_fives(one.people)) if told(one.people) else Count()
            for stage, one in counts.items()
        }
    )


def _arm(one: ArmFunnel) -> ArmFunnel:
    funnel = _funnel(one.funnel)
    return ArmFunnel(funnel, one.squares if funnel.redeemed.people else 0)
