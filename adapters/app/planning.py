"""The week's plan through the house: what the lake and the database know becomes ten offers for everybody.

The plan is made beside the current one and takes its place when it is whole. It is the work of a process of its own:
the scheduler starts the same command as a person would, so that a till never waits for a model.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.analytics.bought import bought
from adapters.analytics.counted import Counted, Figures
from adapters.analytics.engines import engine_of
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.plan import Asked, Newcomer, Plan, Progress, PromoItem, prepare
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.analytics.weekly import clusters_before, keep_clusters
from adapters.app.owners import Do, all_of, former_owners, renamed
from adapters.app.settings import Settings
from adapters.db.planrows import CHUNK
from adapters.db.work import DbWork
from core.offers.weekly import monday_of

_READ = 10_000
"""Rows in one reading work."""


def plan_week(settings: Settings, do: Do, week: str, now: datetime, *, dry_run: bool, progress: Progress) -> Figures:
    """The week has a new current plan, unless it is a dry run; what it comes to.

    An interrupted one goes on where it was. Raises NothingToOffer, Invalid (`week`), ValueError of an engine.
    """
    lake, zone = Path(settings.lake), do(lambda work: work.programme.timezone)
    first = min(monday_of(week), now.astimezone(zone).date())
    progress("features", 0.02)
    table = _features(settings, do, lake, first - timedelta(days=1), zone)
    asked = _asked(do, week, table, clusters_before(lake, week))
    former = former_owners(do)
    plan = prepare(renamed(bought(lake, first), former), week, first, asked, progress=progress)
    counted = Counted(len({one.sku for one in asked.promo}), asked.switch)
    if dry_run:
        for _ in plan.blocks(count=counted):
            progress("offers", 0.8)
        return counted.figures()
    _written(do, plan, now, counted, progress)
    keep_clusters(lake, week, plan.clusters, plan.bought.owners)
    _keep_features(lake, week, table, plan)
    return counted.figures()


def _features(settings: Settings, do: Do, lake: Path, day: date, zone: Any) -> pa.Table:
    products = _products(do)
    engine = engine_of(settings.analytics)
    try:
        return run(engine, features(engine, engine.lines(lake), Around(products), as_of=day, zone=zone), SCHEMA)
    finally:
        engine.close()


def _products(do: Do) -> pa.Table:
    rows = list(all_of(do, lambda work, after: work.planning.products(after, _READ), lambda row: row[0]))
    names = ("sku", "category", "brand")
    columns = {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(names)}
    return pa.table({**columns, "price": pa.array([row[3] for row in rows], pa.int64())})


def _asked(do: Do, week: str, table: pa.Table, before: Any) -> Asked:
    def chunks(read: Callable[[DbWork, str], Sequence[Any]], key: Callable[[Any], str]) -> list[Any]:
        return list(all_of(do, read, key))

    promo = do(lambda work: work.planning.promo(week))
    products = chunks(lambda work, after: work.planning.products(after, _READ), lambda row: row[0])
    refused = chunks(lambda work, after: work.planning.refused(after, _READ), lambda row: row[0])
    unprofiled = chunks(lambda work, after: work.planning.unprofiled(after, _READ), lambda one: one)
    return Asked(
        promo=[PromoItem(one.sku, one.price_was, one.price, one.stores) for one in promo],
        category={sku: category for sku, category, *_ in products},
        store=dict(zip(table["owner"].to_pylist(), table["top_store"].to_pylist(), strict=True)),
        refused=[*refused, *do(lambda work: work.planning.used_up(week))],
        unprofiled=frozenset(unprofiled),
        newcomers=[Newcomer(one.customer, one.interests, one.store) for one in _newcomers(do)],
        before=before,
        switch=do(lambda work: work.rankings.current()),
    )


def _newcomers(do: Do) -> Iterator[Any]:
    after: str | None = ""
    while after is not None:
        found, after = do(partial(_some_newcomers, after=after))
        yield from found


def _some_newcomers(work: DbWork, after: str) -> tuple[Sequence[Any], str | None]:
    return work.planning.newcomers(after, _READ)


def _written(do: Do, plan: Plan, now: datetime, counted: Counted, progress: Progress) -> None:
    begun = do(lambda work: work.plans.begin(plan.week, now, plan.inputs))
    done, whole = 0, max(1, len(plan.bought.owners))
    for table in plan.blocks(count=counted):
        owners, picks = table["owner"].to_pylist(), table["picks"].to_pylist()
        for at in range(0, len(owners), CHUNK):
            rows = list(zip(owners[at : at + CHUNK], picks[at : at + CHUNK], strict=True))
            if rows[-1][0] > begun.after:
                do(partial(_add, plan=begun.id, rows=rows))
        done += len(owners)
        progress("offers", 0.6 + 0.4 * done / whole)
    do(lambda work: work.plans.finish(begun.id, asdict(counted.figures())))


def _add(work: DbWork, plan: int, rows: Sequence[tuple[str, str]]) -> None:
    work.plans.add(plan, rows)


def _keep_features(lake: Path, week: str, table: pa.Table, plan: Plan) -> None:
    """The customer table of the week, with each one's cluster, beside the lake."""
    label = dict(zip(plan.bought.owners.to_pylist(), plan.clusters.label.tolist(), strict=True))
    cluster = pa.array([label.get(owner, -1) for owner in table["owner"].to_pylist()], pa.int32())
    folder = lake / "analytics" / "features"
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{week}.part"
    pq.write_table(table.append_column("cluster", cluster), half, compression="zstd")
    half.replace(folder / f"{week}.parquet")
