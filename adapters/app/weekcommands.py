"""Commands about what came of a week's offers, and about which ranking chooses them."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from adapters.app.commands import do_once, doing, ready_settings
from adapters.app.weekwords import report_json, report_lines, switch_lines
from adapters.console.weekfile import csv_of
from adapters.db.work import DbWork
from core.audit.model import COMMAND, Entry
from core.offers import challenging
from core.offers.rankings import Switch, ranking_named
from core.offers.verdicts import verdict
from core.offers.weekly import week_at
from core.shared.refusals import Refusal

BY = "the command line"
ranking = typer.Typer(help="Which ranking chooses the offers, and which one tries to do better.", add_completion=False)
_REASONS = {
    "unknown-ranking": "no ranking of this name; there are {known}",
    "bad-share": "--share: a whole percent from {least} to {most}",
    "challenges-itself": "this ranking is the champion already; challenge it with another one",
    "challenge-runs": "{challenger} is challenger already; `kartka ranking promote` or `kartka ranking stop` first",
    "no-challenge": "there is no challenger; begin with `kartka ranking challenge NAME --share 20`",
    "invalid": "{field}: {expected}",
}


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def week_report(
    week: Annotated[str | None, typer.Option(help="Such as 2026-W48; this week without it.")] = None,
    form: Annotated[Format, typer.Option("--format", help="csv: counts for a spreadsheet.")] = Format.TEXT,
) -> None:
    """What came of a week's offers: who bought what they were offered, by reason and by ranking; counted anew."""
    from adapters.app.reporting import report_week  # arrays and compilers take seconds to load

    settings, now = ready_settings(), datetime.now(UTC)
    try:
        with doing(settings) as do:
            asked = week or week_at(now, do(lambda work: work.programme.timezone))
            report = report_week(settings, do, asked, now)
            told = verdict(report, do(lambda work: work.reports.before(asked)))
    except (ValueError, Refusal) as error:
        raise _refused(error) from None
    match form:
        case Format.TEXT:
            typer.echo("\n".join(report_lines(report, told)))
        case Format.JSON:
            typer.echo(report_json(report, told))
        case Format.CSV:
            sys.stdout.buffer.write(csv_of(report).encode())


@ranking.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """Which ranking chooses the offers, and which one tries to do better for some of the people."""
    if context.invoked_subcommand is None:
        _tell(do_once(ready_settings(), lambda work: switch_lines(work.rankings.current())))


@ranking.command()
def challenge(
    name: Annotated[str, typer.Argument(help="kartka | clusters | popular | explorer")],
    share: Annotated[int, typer.Option(help="Percent of the people, 1 to 50.")],
) -> None:
    """From the next plan on this ranking chooses for some of the people, drawn anew."""
    try:
        wanted = ranking_named(name)
        made = _switched(lambda work: challenging.challenge(work, ranking=wanted, share=share, by=BY))
    except Refusal as refusal:
        raise _refused(refusal) from None
    _tell(switch_lines(made))


@ranking.command()
def promote() -> None:
    """The challenger is the champion, for everybody, from the next plan on."""
    try:
        made = _switched(lambda work: challenging.promote(work, by=BY))
    except Refusal as refusal:
        raise _refused(refusal) from None
    _tell(switch_lines(made))


@ranking.command()
def stop() -> None:
    """There is no challenger; the champion chooses for everybody from the next plan on."""
    try:
        made = _switched(lambda work: challenging.stop(work, by=BY))
    except Refusal as refusal:
        raise _refused(refusal) from None
    _tell(switch_lines(made))


def _switched(job: Callable[[DbWork], Switch]) -> Switch:
    """The switch as it stands now, noted as somebody's at the machine."""

    def noted(work: DbWork) -> Switch:
        made = job(work)
        told = {"champion": made.champion, "challenger": made.challenger, "share": made.share}
        work.audit.note(Entry(work.now, COMMAND, "ranking.switch", "", None, told))
        return made

    return do_once(ready_settings(), noted)


def _tell(lines: list[str]) -> None:
    typer.echo("\n".join(lines))


def _refused(error: Exception) -> typer.Exit:
    """The reason stands on stderr, in one line."""
    line = _REASONS[error.code].format_map(dict(error.data)) if isinstance(error, Refusal) else str(error)
    typer.echo(line, err=True)
    return typer.Exit(1)
