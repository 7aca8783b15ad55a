"""A week's report as a file for a spreadsheet: counts alone, since a share is read otherwise in each country."""

import csv
import io

from core.offers.reporting import STAGES, Funnel, Report

COLUMNS = ("week", "group", "name", *(f"{stage}_{what}" for stage in STAGES for what in ("offers", "people")))
MARK = "\ufeff"
"""By which Excel knows UTF-8."""


def csv_of(report: Report) -> str:
    """A line for all, one for each reason and one for each arm; `;` between cells, a mark in front."""
    told = io.StringIO()
    writer = csv.writer(told, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerow(_row(report.week, "all", "", report.whole))
    for kind, funnel in report.kinds.items():
        writer.writerow(_row(report.week, "reason", kind.value, funnel))
    for arm, one in report.arms.items():
        writer.writerow(_row(report.week, arm.value, report.switch.ranking(arm).value, one.funnel))
    return MARK + told.getvalue()


def _row(week: str, group: str, name: str, funnel: Funnel) -> tuple[str | int, ...]:
    counts = [getattr(funnel, stage) for stage in STAGES]
    return (week, group, name, *(number for one in counts for number in (one.offers, one.people)))
