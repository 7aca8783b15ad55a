"""Results of campaigns as rows, and the rows that they are counted from, each read by an index and in chunks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, func, or_, select

from adapters.db.campaignrows import campaign_of, run_of
from adapters.db.campaigntables import campaign_people, campaign_runs, campaigns
from adapters.db.prepared import Prepared
from adapters.db.resulttables import campaign_results
from adapters.db.saletables import return_lines, returns, sales, vouchers
from adapters.db.sql import put
from adapters.db.types import Instant, among
from core.campaigns.model import Campaign, Kind, Outcome, Run
from core.campaigns.numbers import HOLDOUT
from core.campaigns.resultports import Entered, Promoted
from core.campaigns.results import Result, result_from
from core.vouchers.model import VoucherState

_row, _run, _campaign = campaign_people.c, campaign_runs.c, campaigns.c
_SENT = or_(_row.outcome == Outcome.SENT.value, _row.outcome == Outcome.UNKNOWN.value)
_MARKS = (_SENT, _row.delivered_at.is_not(None), _row.seen_at.is_not(None), _row.tapped_at.is_not(None))
_BITS = [case((mark, 1 << at), else_=0) for at, mark in enumerate(_MARKS)]
_CHANNEL = func.coalesce(_row.channel, "")
_PEOPLE = Prepared(
    select(
        _row.serial,
        _row.customer,
        _row.arm,
        _CHANNEL.label("channel"),
        _row.cost,
        sum(_BITS[1:], _BITS[0]).label("marks"),
    )
    .where(_row.run == bindparam("p_run"), _row.serial > bindparam("p_after"), _row.trial.is_(True))
    .order_by(_row.serial)
    .limit(bindparam("p_limit"))
)
_CONTACTS = Prepared(
    select(_row.customer).where(
        _row.run == bindparam("p_run"),
        _row.serial > bindparam("p_after"),
        _row.serial <= bindparam("p_last"),
        _SENT,
        _row.at >= bindparam("p_since", type_=Instant),
        _row.at < bindparam("p_until", type_=Instant),
    )
)
_BACK = (
    select(func.sum(return_lines.c.earned))
    .join(returns, returns.c.id == return_lines.c["return"])
    .where(returns.c.sale == sales.c.id)
    .scalar_subquery()
)
_POINTS = Prepared(
    {
        dialect: select(sales.c.customer, sales.c.sold_at, (sales.c.earned - func.coalesce(_BACK, 0)).label("points"))
        .where(
            named,
            sales.c.sold_at >= bindparam("p_since", type_=Instant),
            sales.c.sold_at < bindparam("p_until", type_=Instant),
        )
        for dialect, named in among(sales.c.customer, "p_people").items()
    }
)  # fmt: skip
_USED = case((vouchers.c.state == VoucherState.REDEEMED.value, vouchers.c.changed_at))
_VOUCHERS = Prepared(
    {
        dialect: select(vouchers.c.customer, _USED.label("used")).where(
            named,
            vouchers.c.offer == bindparam("p_offer"),
            or_(vouchers.c.valid_from.is_(None), vouchers.c.valid_from >= bindparam("p_since")),
        )
        for dialect, named in among(vouchers.c.customer, "p_people").items()
    }
)
_ELIGIBLE = or_(
    _row.trial.is_(True), _row.reason == HOLDOUT, and_(_row.outcome == Outcome.CAPPED.value, _row.trial.is_(False))
)
"""Who may be written to and can be reached. Only whoever gets promotions is ever capped: they stay on their side."""


_DUE = (
    select(_run.id)
    .join(campaigns, _campaign.id == _run.campaign)
    .where(
        _run.due_at >= bindparam("p_since", type_=Instant), _run.due_at < bindparam("p_until", type_=Instant),
        _run.frozen_at.is_not(None), _campaign.kind == Kind.PROMOTION.value,
    )
)  # fmt: skip
_THEIRS = (_row.run.in_(_DUE), _ELIGIBLE)
_SOME = select(_row.customer).where(_row.customer > bindparam("p_after"), *_THEIRS).distinct()
_EVER = [func.max(bit) for bit in _BITS]
_PROMOTED = Prepared(
    select(
        _row.customer, func.min(_run.due_at, type_=Instant).label("since"),
        func.max(case((_row.reason == HOLDOUT, 1), else_=0)).label("held"),
        func.min(_CHANNEL).label("channel"), func.sum(_row.cost).label("cost"), sum(_EVER[1:], _EVER[0]).label("marks"),
    )
    .join(campaign_runs, _run.id == _row.run)
    .where(_row.customer.in_(_SOME.order_by(_row.customer).limit(bindparam("p_limit")).scalar_subquery()), *_THEIRS)
    .group_by(_row.customer)
    .order_by(_row.customer)
)  # fmt: skip


class ResultRows:
    """Satisfies `core.campaigns.resultports.Results`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def measurable(self) -> Sequence[Campaign]:
        """By when they were made."""
        ran = exists().where(_run.campaign == _campaign.id, _run.frozen_at.is_not(None))
        chosen = select(campaigns).where(_campaign.kind == Kind.PROMOTION.value, ran)
        rows = self._connection.execute(chosen.order_by(_campaign.created_at, _campaign.id))
        return [campaign_of(row) for row in rows]

    def people(self, run: int, after: int, limit: int) -> Sequence[Entered]:
        """By the table's own key."""
        return _PEOPLE.all(self._connection, {"p_run": run, "p_after": after, "p_limit": limit})

    def promoted(self, since: datetime, until: datetime, after: str, limit: int) -> Sequence[Promoted]:
        """By the index of customers, some of them at a time."""
        values = {"p_since": since, "p_until": until, "p_after": after, "p_limit": limit}
        return _PROMOTED.all(self._connection, values)

    def others(self, campaign: str, since: datetime, until: datetime) -> Sequence[Run]:
        """By when they were due and how long their messages lived."""
        chosen = select(campaign_runs).join(campaigns, _campaign.id == _run.campaign)
        chosen = chosen.where(
            _campaign.id != campaign, _campaign.kind == Kind.PROMOTION.value, _run.frozen_at.is_not(None),
            _run.due_at < until, _run.deliver_by >= since,
        )  # fmt: skip
        return [run_of(row) for row in self._connection.execute(chosen.order_by(_run.id))]

    def contacts(
        self, run: int, since: datetime, until: datetime, after: int, limit: int
    ) -> tuple[Sequence[str], int | None]:
        """A range of serials."""
        last = after + limit
        values = {"p_run": run, "p_after": after, "p_last": last, "p_since": since, "p_until": until}
        found = [row.customer for row in _CONTACTS.all(self._connection, values)]
        more = self._connection.execute(select(exists().where(_row.run == run, _row.serial > last))).scalar()
        return found, last if more else None

    def points(
        self, customers: Collection[str], since: datetime, until: datetime
    ) -> Sequence[tuple[str, datetime, int]]:
        """By the index of customers and instants."""
        values = {"p_people": list(customers), "p_since": since, "p_until": until}
        return [(row.customer, row.sold_at, int(row.points)) for row in _POINTS.all(self._connection, values)]

    def vouchers(self, offer: str, customers: Collection[str], since: date) -> Sequence[tuple[str, datetime | None]]:
        """Used is what is redeemed now: what came back with its sale is not."""
        values = {"p_people": list(customers), "p_offer": offer, "p_since": since}
        return _VOUCHERS.all(self._connection, values)

    def put(self, result: Result) -> None:
        """By its key."""
        row = {
            "campaign": result.campaign, "run": result.run, "made_at": result.made_at, "state": result.state.value,
            "figures": result.as_data(),
        }  # fmt: skip
        put(self._connection, campaign_results, [row])

    def of(self, campaign: str) -> Mapping[int, Result]:
        """By the campaign's part of the key."""
        of = campaign_results.c
        rows: Any = self._connection.execute(select(of.run, of.figures).where(of.campaign == campaign))
        return {row.run: result_from(row.figures) for row in rows}
