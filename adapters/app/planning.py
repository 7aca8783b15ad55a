"""The week's plan through the house: what the lake and the database know becomes ten offers for everybody.

The plan is made beside the current one and takes its place when it is whole. It is the work of a process of its own:
the scheduler starts the same command as a person would, so that a till never waits for a model.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.analytics.bought import bought
from adapters.analytics.engines import engine_of
from adapters.analytics.features import SCHEMA, features
from adapters.analytics.lakelines import broken
from adapters.analytics.plan import Asked, Counted, Figures, Newcomer, Plan, Progress, PromoItem, prepare
from adapters.analytics.running import run
from adapters.analytics.totals import Around
from adapters.analytics.weekly import clusters_before, keep_clusters
from adapters.app.settings import Settings
from adapters.db.planrows import CHUNK
from adapters.db.work import DbWork
from core.offers.weekly import monday_of

Do = Callable[[Callable[[DbWork], Any]], Any]
T = TypeVar("T")
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
    progress("features", 0.02)
    table = _features(settings, do, lake, first - timedelta(days=1), zone)
    asked = _asked(do, week, table, clusters_before(lake, week))
    former = _former(do)
    plan = prepare(_renamed(bought(lake, first), former), week, first, asked, progress=progress)
    if not len(plan.bought.days) and (missing := broken(lake)):
        raise HistoryUnreadable(
            f"{week}: none of the purchase history can be read, the plan stays: put {', '.join(missing)} back "
            "from a backup without `.broken`, or remove it"
        )
    counted = Counted(len({one.sku for one in asked.promo}), withheld=asked.withheld)
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
    rows = list(_all(do, lambda work, after: work.planning.products(after, _READ), lambda row: row[0]))
    names = ("sku", "category", "brand")
    columns = {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(names)}
    return pa.table({**columns, "price": pa.array([row[3] for row in rows], pa.int64())})


def _asked(do: Do, week: str, table: pa.Table, before: Any) -> Asked:
    def chunks(read: Callable[[DbWork, str], Sequence[Any]], key: Callable[[Any], str]) -> list[Any]:
        return list(_all(do, read, key))

    promo, withheld = do(lambda work: (work.planning.promo(week), work.planning.withheld(week)))
    products = chunks(lambda work, after: work.planning.products(after, _READ), lambda row: row[0])
    refused = chunks(lambda work, after: work.planning.refused(after, _READ), lambda row: row[0])
    unprofiled = chunks(lambda work, after: work.planning.unprofiled(after, _READ), lambda one: one)
    return Asked(
        promo=[PromoItem(one.sku, one.price_was, one.price, one.stores) for one in promo if one.sku not in withheld],
        category={sku: category for sku, category, *_ in products},
        store=dict(zip(table["owner"].to_pylist(), table["top_store"].to_pylist(), strict=True)),
        refused=[*refused, *do(lambda work: work.planning.used_up(week))],
        unprofiled=frozenset(unprofiled),
        newcomers=[Newcomer(one.customer, one.interests, one.store) for one in _newcomers(do)],
        before=before,
        withheld=len(withheld),
    )


def _newcomers(do: Do) -> Iterator[Any]:
    after: str | None = ""
    while after is not None:
        found, after = do(partial(_some_newcomers, after=after))
        yield from found


def _some_newcomers(work: DbWork, after: str) -> tuple[Sequence[Any], str | None]:
    return work.planning.newcomers(after, _READ)


def _former(do: Do) -> Mapping[str, str]:
    """Whose purchases are somebody's by now: of merged customers, and of phones that were proven since."""
    into = dict(_all(do, lambda work, after: work.planning.merged(after, _READ), lambda row: row[0]))
    after: str | None = ""
    while after is not None:
        found, after = do(partial(_some_proven, after=after))
        into.update(found)
    return {owner: _last(owner, into) for owner in into}


def _some_proven(work: DbWork, after: str) -> tuple[Mapping[str, str], str | None]:
    return work.planning.proven(after, _READ)


def _last(owner: str, into: Mapping[str, str]) -> str:
    while owner in into:
        owner = into[owner]
    return owner


def _renamed(batches: Iterable[pa.RecordBatch], former: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        if not former:
            yield batch
            continue
        coded = batch.column("owner").dictionary_encode()
        names = [former.get(owner, owner) for owner in coded.dictionary.to_pylist()]
        owners = pa.array(names, pa.string()).take(coded.indices)
        yield pa.RecordBatch.from_arrays([owners, batch.column("sku"), batch.column("day")], ["owner", "sku", "day"])


def _written(do: Do, plan: Plan, now: datetime, counted: Counted, progress: Progress) -> None:
    begun = do(lambda work: work.plans.begin(plan.week, now))
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


def _all(do: Do, read: Callable[[DbWork, str], Sequence[T]], key: Callable[[T], str]) -> Iterator[T]:
    """Every row of a set that is read in chunks."""
    after = ""
    while rows := do(partial(_read, read=read, after=after)):
        yield from rows
        after = key(rows[-1])


def _read(work: DbWork, read: Callable[[DbWork, str], Sequence[T]], after: str) -> Sequence[T]:
    return read(work, after)
