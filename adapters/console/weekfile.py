"""A week's report as a file for a spreadsheet: counts alone, since a share is read otherwise in each country."""

from collections.abc import Sequence

from adapters.console.csvfile import MARK, lines_of
from core.offers.reporting import STAGES, Funnel, Report

COLUMNS = ("week", "group", "name", *(f"{stage}_{what}" for stage in STAGES for what in ("offers", "people")))


def csv_of(report: Report) -> str:
    """A line for all, one for each reason and one for each arm; `;` between cells, a mark in front."""
    rows: list[Sequence[str | int]] = [COLUMNS]
    rows.append(_row(report.week, "all", "", report.whole))
    for kind, funnel in report.kinds.items():
        rows.append(_row(report.week, "reason", kind.value, funnel))
    for arm, one in report.arms.items():
        rows.append(_row(report.week, arm.value, report.switch.ranking(arm).value, one.funnel))
    return MARK + lines_of(rows)


def _row(week: str, group: str, name: str, funnel: Funnel) -> tuple[str | int, ...]:
    counts = [getattr(funnel, stage) for stage in STAGES]
    return (week, group, name, *(number for one in counts for number in (one.offers, one.people)))
