"""What came of weeks, and which rankings chose their offers, as rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from adapters.db.sql import put
from adapters.db.weektables import CURRENT, offer_events, plan_rows, plans, rankings, week_reports
from core.offers.rankings import Ranking, Switch
from core.offers.reporting import Report, report_from
from core.offers.weekly import Planned

NEWEST = select(rankings).order_by(rankings.c.id.desc()).limit(1)


class ReportRows:
    """Satisfies `core.offers.planports.Reports`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(self, week: str) -> Planned | None:
        """By the index of current plans."""
        row = self._connection.execute(current_plan(week)).one_or_none()
        return planned_of(row) if row is not None else None

    def picks(self, plan: int, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """By the table's own key."""
        of = plan_rows.c
        chosen = select(of.owner, of.picks).where(of.plan == plan, of.owner > after).order_by(of.owner).limit(limit)
        return [(row.owner, row.picks) for row in self._connection.execute(chosen)]

    def events(self, week: str, after: str, limit: int) -> Sequence[tuple[str, str, str]]:
        """By the index of week and customer."""
        of = offer_events.c
        some = select(of.customer).where(of.week == week, of.customer > after)
        some = some.distinct().order_by(of.customer).limit(limit)
        chosen = select(of.customer, of.sku, of.what).where(of.week == week, of.customer.in_(some.scalar_subquery()))
        return [(row.customer, row.sku, row.what) for row in self._connection.execute(chosen.order_by(of.customer))]

    def put(self, report: Report) -> None:
        """In the place of the former one."""
        row = {"week": report.week, "made_at": report.made_at, "figures": report.as_data()}
        put(self._connection, week_reports, [row])

    def of(self, week: str) -> Report | None:
        """By its key."""
        found = self._connection.execute(select(week_reports.c.figures).where(week_reports.c.week == week)).scalar()
        return report_from(found) if found is not None else None

    def before(self, week: str) -> Sequence[Report]:
        """The kept reports of earlier weeks, oldest first."""
        return [report_from(figures) for figures in self._connection.execute(reports_before(week)).scalars()]


class RankingRows:
    """Satisfies `core.offers.planports.Rankings`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self) -> Switch:
        """The newest row."""
        row = self._connection.execute(NEWEST).one_or_none()
        return switch_of(row) if row is not None else Switch()

    def put(self, switch: Switch) -> None:
        """One row more."""
        row = {**switch.as_data(), "since": switch.since, "by": switch.by}
        self._connection.execute(insert(rankings), row)


def current_plan(week: str) -> Select[Any]:
    """The header of the week's current plan."""
    of = plans.c
    return select(of.id, of.week, of.made_at, of.figures).where(of.week == week, of.state == CURRENT)


def planned_of(row: Row[Any]) -> Planned:
    """A row of `current_plan`."""
    return Planned(row.id, row.week, row.made_at, row.figures or {})


def reports_before(week: str, most: int = 52) -> Select[Any]:
    """The reports of a year before the week, oldest first."""
    of = week_reports.c
    newest = select(of.week, of.figures).where(of.week < week).order_by(of.week.desc()).limit(most).subquery()
    return select(newest.c.figures).order_by(newest.c.week)


def switch_of(row: Row[Any]) -> Switch:
    """A row of `rankings`."""
    challenger = Ranking(row.challenger) if row.challenger else None
    return Switch(Ranking(row.champion), challenger, row.share, row.salt, row.since, row.by)
