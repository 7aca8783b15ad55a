"""The week's plan through the house: what the lake and the database know becomes ten offers for everybody.

The plan is made beside the current one and takes its place when it is whole. It is the work of a process of its own:
the scheduler starts the same command as a person would, so that a till never waits for a model.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from adapters.analytics.clusters import told as clusters_told
from adapters.analytics.counted import Counted, Figures
from adapters.analytics.duck import DuckDB
from adapters.analytics.engines import engine_of
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.gathering import history_of
from adapters.analytics.history import History
from adapters.analytics.lakelines import broken
from adapters.analytics.leaving import learn, risks
from adapters.analytics.leaving import told as churn_told
from adapters.analytics.neighbours import Door
from adapters.analytics.plan import Asked, Newcomer, Plan, Progress, PromoItem, must_offer, prepare
from adapters.analytics.ports import Moved
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.analytics.weekly import clusters_before, keep_clusters
from adapters.app.catalogue import products_of, table_of
from adapters.app.owners import Do, all_of, former_owners
from adapters.app.settings import Settings
from adapters.app.situations import Seen, door, situations
from adapters.app.uplifting import order_of
from adapters.db.planrows import CHUNK
from adapters.db.profilerows import CHUNK as PROFILES
from adapters.db.work import DbWork
from core.offers.weekly import Because, monday_of

_READ = 10_000
"""Rows in one reading work."""


class HistoryUnreadable(ValueError):
    """Files of the lake are broken, and nothing is left to plan from."""


def plan_week(settings: Settings, do: Do, week: str, now: datetime, *, dry_run: bool, progress: Progress) -> Figures:
    """The week has a new current plan, unless it is a dry run; what it comes to.

    An interrupted one goes on where it was. Files of the lake that cannot be read are set aside. Raises NothingToOffer,
    HistoryUnreadable, Invalid (`week`), ValueError of an engine; the former plan then stays.
    """
    lake, zone = Path(settings.lake), do(lambda work: work.programme.timezone)
    first = min(monday_of(week), now.astimezone(zone).date())
    promo, withheld = do(partial(_offered, week=week))
    must_offer(week, promo, withheld)
    former = former_owners(do)
    day, source, catalogue = first - timedelta(days=1), Moved(lake, former), products_of(do)
    around = Around(table_of(catalogue))
    progress("features", 0.0)
    gone, unprofiled = (
        frozenset(all_of(do, read, lambda one: one))
        for read in (
            lambda work, after: work.planning.forgotten(after, _READ),
            lambda work, after: work.planning.unprofiled(after, _READ),
        )
    )
    history = history_of(source, shy=gone | unprofiled, keeps=not dry_run)
    progress("features", 0.2)
    table = _features(settings, history, source, around, day, zone)
    switches = do(lambda work: work.situations.switches())
    asked = _asked(
        do, week, table, catalogue, clusters_before(lake, week), door(switches, gone), promo, withheld, unprofiled
    )  # fmt: skip
    bought = history.purchases(first)
    if not len(bought.days) and (missing := broken(lake)):
        raise HistoryUnreadable(
            f"{week}: none of the purchase history can be read, the plan stays: put {', '.join(missing)} back "
            "from a backup without `.broken`, or remove it"
        )
    progress("churn", 0.25)
    with closing(DuckDB()) as engine:  # of some customers alone: that needs no server
        risk, verdict, learned = learn(engine, history, around, end=day, zone=zone)
    order = order_of(settings, do, history, around, risk, day=day, now=now, without=gone | unprofiled)
    del history  # of a hundred million lines a gigabyte, beside the purchases
    plan = prepare(bought, week, first, asked, progress=progress)
    leaving, why = risks(risk, table, day, plan.bought, learned)
    table = _labelled(table, plan).append_column("leaving", leaving).append_column("leaving_why", why)
    counted = Counted(len({one.sku for one in asked.promo}), asked.switch, withheld=asked.withheld)
    seen = Seen(
        week,
        first,
        now.astimezone(zone).date(),
        source,
        table,
        asked.unprofiled,
        gone,
        [row[3] for row in catalogue],
        order,
    )

    def whole() -> Figures:
        """The plan's figures, once its people have been met."""
        progress("situations", 0.99)
        figures = counted.figures()
        picked = figures.reasons[Because.NEIGHBOUR]
        met = situations(do, seen, switches, next_door=plan.next_door, picked=picked, dry_run=dry_run)
        about, churn = clusters_told(plan.clusters, asked.before), churn_told(verdict)
        return replace(figures, situations=met, clusters=about, churn=churn)

    if dry_run:
        for _ in plan.blocks(count=counted):
            progress("offers", 0.8)
        return whole()
    _kept(do, week, table, progress)
    figures = _written(do, plan, now, counted, progress, whole)
    keep_clusters(lake, week, plan.clusters, plan.bought.owners, without=gone | asked.unprofiled)
    return figures


def _features(
    settings: Settings, history: History, source: Moved, around: Around, day: date, zone: Any
) -> pa.Table:  # fmt: skip
    with closing(engine_of(settings.analytics)) as engine:
        lines = engine.lines(history) if isinstance(engine, DuckDB) else engine.lines(source)
        made = features(engine, lines, around, as_of=day, zone=zone)
        return run(engine, made, SCHEMA).combine_chunks()


def _labelled(table: pa.Table, plan: Plan) -> pa.Table:
    """With each one's cluster, -1: none."""
    label = dict(zip(plan.bought.owners.to_pylist(), plan.clusters.label.tolist(), strict=True))
    cluster = pa.array([label.get(owner, -1) for owner in table["owner"].to_pylist()], pa.int32())
    return table.append_column("cluster", cluster)


def _kept(do: Do, week: str, table: pa.Table, progress: Progress) -> None:
    """The database has this customer table, range by range of its owners; a -1 is nothing there."""
    none = pc.less(table["cluster"], 0)
    cluster = pc.if_else(none, pa.scalar(None, pa.int32()), table["cluster"])
    table = table.set_column(table.schema.get_field_index("cluster"), "cluster", cluster)
    after = ""
    for at in range(0, table.num_rows, PROFILES):
        some = table.slice(at, PROFILES)
        columns = {name: some[name].to_pylist() for name in some.column_names}
        columns["week"] = [week] * some.num_rows
        do(partial(_put, columns=columns, after=after))
        after = columns["owner"][-1]
        progress("customers", 0.65 + 0.05 * at / table.num_rows)
    while not do(partial(_ended, after=after)):
        progress("customers", 0.7)


def _put(work: DbWork, columns: Mapping[str, Sequence[Any]], after: str) -> None:
    work.profiles.put(columns, after)


def _ended(work: DbWork, after: str) -> bool:
    return work.profiles.end(after)


def _offered(work: DbWork, week: str) -> tuple[list[PromoItem], int]:
    """What may be picked for a person, and how many items may not."""
    promo, withheld = work.planning.promo(week), work.planning.withheld(week)
    items = [PromoItem(one.sku, one.price_was, one.price, one.stores) for one in promo if one.sku not in withheld]
    return items, len(withheld)


def _asked(
    do: Do, week: str, table: pa.Table, products: Sequence[tuple[str, str, str, int, str]], before: Any,
    next_door: Door, promo: Sequence[PromoItem], withheld: int, unprofiled: frozenset[str],
) -> Asked:  # fmt: skip
    refused = all_of(do, lambda work, after: work.planning.refused(after, _READ), lambda row: row[0])
    return Asked(
        promo=promo,
        category={sku: category for sku, category, *_ in products},
        brand={sku: brand for sku, _, brand, *_ in products},
        door=next_door,
        store=table.select(["owner", "top_store"]),
        refused=[*refused, *do(lambda work: work.planning.used_up(week))],
        unprofiled=unprofiled,
        newcomers=[Newcomer(one.customer, one.interests, one.store) for one in _newcomers(do)],
        before=before,
        withheld=withheld,
        switch=do(lambda work: work.rankings.current()),
    )


def _newcomers(do: Do) -> Iterator[Any]:
    after: str | None = ""
    while after is not None:
        found, after = do(partial(_some_newcomers, after=after))
        yield from found


def _some_newcomers(work: DbWork, after: str) -> tuple[Sequence[Any], str | None]:
    return work.planning.newcomers(after, _READ)


def _written(
    do: Do, plan: Plan, now: datetime, counted: Counted, progress: Progress, tell: Callable[[], Figures]
) -> Figures:
    """The plan is current with its figures: before that whoever is met in it has been, or the next run meets them."""
    begun = do(lambda work: work.plans.begin(plan.week, now, plan.inputs))
    done, whole = 0, max(1, len(plan.bought.owners))
    for table in plan.blocks(count=counted):
        owners, picks = table["owner"].to_pylist(), table["picks"].to_pylist()
        for at in range(0, len(owners), CHUNK):
            rows = list(zip(owners[at : at + CHUNK], picks[at : at + CHUNK], strict=True))
            if rows[-1][0] > begun.after:
                do(partial(_add, plan=begun.id, rows=rows))
        done += len(owners)
        progress("offers", 0.7 + 0.29 * done / whole)
    figures = tell()
    do(lambda work: work.plans.finish(begun.id, asdict(figures)))
    return figures


def _add(work: DbWork, plan: int, rows: Sequence[tuple[str, str]]) -> None:
    work.plans.add(plan, rows)
