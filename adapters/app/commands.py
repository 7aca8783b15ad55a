"""What commands do beside a running `serve`: one transaction of their own; an import with its progress."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from adapters.app.house import outside_of
from adapters.app.planwords import customer_lines
from adapters.app.settings import BadSetting, Settings, must_have_secret, read_programme, read_settings
from adapters.db import schema
from adapters.db.engines import sync_engine
from adapters.db.lanes import do_now
from adapters.db.work import DbWork
from adapters.imports.rights import Made, import_offers, import_vouchers, write_codes
from adapters.imports.rows import KINDS
from adapters.imports.run import Report, import_file
from adapters.texts.catalogue import Catalogue
from core.audit.model import COMMAND, Entry
from core.offers.weekly import week_at

T = TypeVar("T")
Do = Callable[[Callable[[DbWork], Any]], Any]
KINDS_OF_FILES = (*KINDS, "offers", "vouchers", "sales")
"""Everything that can be imported: rows onto shelves, what verbs of the core take one by one, history into the lake."""


def export_now(settings: Settings, file: Path, *, first: date | None, last: date | None) -> int:
    """How many lines of sales the file has."""
    from adapters.app.histories import export_sales, lake_of  # Parquet's library takes half a second to load

    with Progress(console=Terminal(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("sales", total=None)
        return export_sales(
            file, lake=lake_of(settings), do=lambda job: do_once(settings, job), first=first, last=last,
            progress=lambda rows: progress.update(bar, completed=rows),
        )  # fmt: skip


def plan_now(settings: Settings, week: str | None, *, dry_run: bool) -> tuple[str, Mapping[str, Any]]:
    """The planned week, this one without a name, and what its plan comes to; a bar shows how far it is."""
    from adapters.app.planning import plan_week  # models and compilers take seconds to load

    now = datetime.now(UTC)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with (
        doing(settings) as do,
        Progress(*columns, console=Terminal(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress,
    ):
        asked = week or week_at(now, do(lambda work: work.programme.timezone))
        bar = progress.add_task("features", total=1.0)
        figures = plan_week(
            settings, do, asked, now, dry_run=dry_run,
            progress=lambda stage, done: progress.update(bar, description=stage, completed=done),
        )  # fmt: skip
    return asked, asdict(figures)


def plan_lines(week: str, figures: Mapping[str, Any], *, dry_run: bool) -> list[str]:
    """What a plan comes to, for a person to read."""
    owners, offers = figures["owners"], figures["offers"]
    kinds = ", ".join(f"{kind} {count}" for kind, count in figures["reasons"].items() if count)
    withheld = figures["withheld"]
    never = [f"left out: {withheld} promo items that are picked for nobody (no points, excluded category)"]
    return [
        f"{week}: {'would be planned' if dry_run else 'planned'} for {owners} people, {offers} offers",
        f"reach: {owners - figures['empty']} of {owners} have offers",
        f"reasons: {kinds or 'none'}",
        f"coverage: {figures['coverage']:.0%} of the promo items are offered to somebody",
        f"concentration: the most offered tenth of them has {figures['concentration']:.0%} of all offers",
        f"expected: {figures['expected']:.1f} purchases, {figures['cost'] / 100:.2f} off for them",
        *(
            f"{arm} {figures['switch'][arm]}: {one['people']} people, {one['offers']} offers, "
            f"{one['expected']:.1f} purchases expected by its own word"
            for arm, one in figures["arms"].items()
            if len(figures["arms"]) > 1
        ),
        *(never if withheld else []),
        *customer_lines(figures),
        *situation_lines(figures["situations"]),
    ]


def situation_lines(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What the rules of situations come to, a line for each."""
    return [f"situation {rule}: {_of_rule(told)}" for rule, told in figures.items()]


def _of_rule(told: Mapping[str, Any]) -> str:
    if told["on"] and not told["why"]:
        control = f", {told['control']} without, as the control group" if told["control"] else ""
        return f"on, meets {told['reach']} people: {told['given']} get it{control}"
    lacks = f", lacks {told['why']}" if told["why"] else ""
    return f"{'on' if told['on'] else 'off'}{lacks}, would meet {told['reach']} people"


def broken(settings: Settings) -> Sequence[Path]:
    """Files of the lake that cannot be read: their sales are missing from every answer."""
    from adapters.lake.files import Files

    return Files(Path(settings.lake)).broken()


def left_out(settings: Settings) -> list[str]:
    """A sentence for each of them."""
    return [
        f"{path} cannot be read and is left out: put it back from a backup without `.broken`, or remove it"
        for path in broken(settings)
    ]


def import_now(
    settings: Settings, kind: str, file: Path, *, dry_run: bool, out: Path | None, earn: bool = False
) -> tuple[Report, str]:
    """What became of the file, and the verb for it. `out`: where the codes of vouchers are listed. Raises BadFile."""
    verb = "would be imported" if dry_run else "imported"
    outside = outside_of(settings, read_programme(settings), Catalogue())
    made: list[Made] = []
    with Progress(console=Terminal(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task(kind, total=None)
        if kind in KINDS:
            job = import_file(
                file, KINDS[kind], phones=outside.phones.read, now=outside.clock(),
                progress=lambda rows: progress.update(bar, completed=rows),
            )  # fmt: skip
            return _unless_dry(settings, lambda work: job(work.shelves), dry_run), verb
        read = outside.phones.read
        if kind == "sales":
            from adapters.app.histories import import_sales, lake_of

            report = import_sales(
                file, lake=lake_of(settings), do=lambda job: do_once(settings, job), phones=read, dry_run=dry_run,
                earn=earn, progress=lambda rows: progress.update(bar, completed=rows),
            )  # fmt: skip
            return report, verb
        right = import_offers(file, phones=read) if kind == "offers" else import_vouchers(file, phones=read, made=made)
        report = _unless_dry(settings, right, dry_run)
    if out is not None and not dry_run:
        write_codes(made, out)
    return report, verb


def imported(settings: Settings, kind: str, report: Report) -> None:
    """What a command has brought is in the audit log."""
    told = {"kind": kind, "good": report.good, "rejected": len(report.rejected)}
    do_once(settings, lambda work: work.audit.note(Entry(work.now, COMMAND, "import.done", kind, None, told)))


def _unless_dry(settings: Settings, job: Callable[[DbWork], Report], dry_run: bool) -> Report:
    """The job's report; in a dry run nothing of it is kept."""

    def tried(work: DbWork) -> Report:
        report = job(work)
        if dry_run:
            raise _Dry(report)
        return report

    try:
        return do_once(settings, tried)
    except _Dry as dry:
        return dry.report


class _Dry(Exception):
    """Carries the report out of a work that is undone."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def ready_settings() -> Settings:
    """Settings with a secret and a database of this version; an embedded one is migrated here."""
    settings = read_settings()
    must_have_secret(settings)
    if settings.sqlite_path is not None:
        schema.upgrade(settings.database_url)
    elif not schema.is_current(settings.database_url):
        raise BadSetting("KARTKA_DATABASE_URL: the database is of another version; run `kartka db upgrade`")
    return settings


@contextmanager
def doing(settings: Settings) -> Iterator[Do]:
    """Works beside a running `serve`, each a transaction of its own, over one pool of connections."""
    engine = sync_engine(settings.database_url, patient=True)
    outside = outside_of(settings, read_programme(settings), Catalogue())
    try:
        yield lambda job: do_now(engine, outside, job)
    finally:
        engine.dispose()


@contextmanager
def looking(settings: Settings) -> Iterator[Do]:
    """Works that only look: a writer waits for none of them."""
    engine = sync_engine(settings.database_url, writes=False)
    outside = replace(outside_of(settings, read_programme(settings), Catalogue()), locks=False)
    try:
        yield lambda job: do_now(engine, outside, job)
    finally:
        engine.dispose()


def do_once(settings: Settings, job: Callable[[DbWork], T]) -> T:
    """One transaction beside a running `serve`."""
    with doing(settings) as do:
        done: T = do(job)
    return done
