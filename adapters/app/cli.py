"""`kartka`, the command: exits 0, 1 (refused, with one line) or 2 (wrong usage)."""

import asyncio
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import structlog
import typer

from adapters.app.campaigncommands import app as campaign
from adapters.app.commands import (
    KINDS_OF_FILES,
    export_now,
    import_now,
    imported,
    left_out,
    plan_lines,
    plan_now,
    ready_settings,
)
from adapters.app.doctor import diagnose, line_of
from adapters.app.house import ROLES, outside_of
from adapters.app.peoplecommands import staff, till
from adapters.app.rehearsecommands import campaign_rehearse
from adapters.app.resultcommands import campaign_results
from adapters.app.serving import serve as serve_house
from adapters.app.settings import BadSetting, Settings, must_have_secret, read_programme, read_settings
from adapters.app.switching import app as situations
from adapters.app.talking import talk as talk_here
from adapters.app.weekcommands import ranking, week_report
from adapters.console.importwords import plain
from adapters.db import granting, keep, schema
from adapters.db.engines import AlreadyServed, UnsafeDatabase, sync_engine
from adapters.db.lanes import Busy
from adapters.imports.files import BadFile
from adapters.imports.run import write_rejects
from adapters.texts.catalogue import Catalogue
from core.shared.refusals import Refusal

T = TypeVar("T")
app = typer.Typer(
    help="A retailer's loyalty card that lives in the messenger.", no_args_is_help=True, add_completion=False
)
db = typer.Typer(help="Migrations, checks, backups.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(staff, name="staff")
app.add_typer(till, name="till")
app.add_typer(ranking, name="ranking")
app.command(name="week-report")(week_report)
app.command(name="campaign-results")(campaign_results)
app.command(name="campaign-rehearse")(campaign_rehearse)
app.add_typer(situations, name="situations")
app.add_typer(campaign, name="campaign")
_REFUSALS = (
    BadSetting, AlreadyServed, UnsafeDatabase, Busy, BadFile, keep.CannotKeep, granting.CannotGrant, Refusal, OSError,
    ConnectionError,
)  # fmt: skip


def main() -> None:
    """The command's door: a refusal is one line on stderr and exit 1."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout holds answers alone
    try:
        app()
    except _REFUSALS as error:
        print(_line(error), file=sys.stderr)
        sys.exit(1)


def _line(error: BaseException) -> str:
    if isinstance(error, BadFile):
        return plain(Catalogue(), error.reason)
    if isinstance(error, Refusal):
        data = ", ".join(f"{name}: {value}" for name, value in error.data.items())
        return f"refused: {error.code}{f' ({data})' if data else ''}"
    return " ".join(str(error).split()) or "the database is busy; try again"


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(help="Where to listen.")] = None,
    data: Annotated[Path, typer.Option(help="Folder of the demo's data.")] = Path("var/demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew.")] = False,
) -> None:
    """A demo shop on this machine: no token, no account needed."""
    from adapters.app.demo import prepare, programme_of, secret_of

    if fresh and data.exists():
        shutil.rmtree(data)
    given = read_settings()
    changes: dict[str, str | int] = {}
    if not given.secret_key:
        changes["secret_key"] = secret_of(data)
    if "database_url" not in given.model_fields_set:
        changes["database_url"] = f"sqlite+aiosqlite:///{data / 'kartka.db'}"
    if "programme" not in given.model_fields_set:
        changes["programme"] = str(programme_of(data))
    if "lake" not in given.model_fields_set:
        changes["lake"] = str(data / "lake")
    if "uploads" not in given.model_fields_set:
        changes["uploads"] = str(data / "imports")
    if port is not None:
        changes["port"] = port
    if "public_url" not in given.model_fields_set:
        changes["public_url"] = f"http://127.0.0.1:{port or given.port}"
    settings = read_settings(**changes)
    schema.upgrade(settings.database_url)
    engine = sync_engine(settings.database_url, patient=True)
    outside = outside_of(settings, read_programme(settings), Catalogue(), demo=True)
    logins = prepare(settings, engine, outside, data)
    engine.dispose()
    base = settings.public_url

    def ready(house: object) -> None:
        del house
        print(f"\nKartka is open:  {base}/\n  chat     {base}/chat\n  till     {base}/till\n  console  {base}/console")
        for role, login in logins.items():
            print(f"  login ({role}):  {login}")
        print(f"  codes by SMS:  {base}/demo/sms?phone=0670000011\nCtrl-C stops it.", flush=True)

    asyncio.run(serve_house(settings, roles=frozenset(ROLES), demo_logins=logins, ready=ready))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    only: Annotated[str, typer.Option(help="Roles of this process: web,worker,scheduler.")] = ",".join(ROLES),
) -> None:
    """The service: all roles in one process, or some of them."""
    roles = frozenset(part.strip() for part in only.split(",") if part.strip())
    if not roles or not roles <= frozenset(ROLES):
        raise typer.BadParameter(f"--only: some of {','.join(ROLES)}")
    settings = read_settings(**{k: v for k, v in {"host": host, "port": port}.items() if v is not None})
    asyncio.run(serve_house(settings, roles=roles))


@app.command()
def talk(phone: Annotated[str | None, typer.Option(help="A phone to type when it is asked for.")] = None) -> None:
    """Chat with the bot in this terminal."""
    asyncio.run(talk_here(ready_settings(), phone=phone))


@db.command()
def upgrade(revision: Annotated[str, typer.Argument()] = "head") -> None:
    """The database gets the tables of this version; with KARTKA_DATABASE_OWNER_URL, the server's role its rights."""
    settings = read_settings()
    schema.upgrade(settings.migrating_url, revision)
    _grant(settings)


def _grant(settings: Settings) -> None:
    if settings.database_owner_url:
        granting.grant(settings.database_owner_url, settings.database_url)


@db.command()
def downgrade(revision: Annotated[str, typer.Argument()] = "-1") -> None:
    """The database goes back a revision, or to the named one."""
    schema.downgrade(read_settings().migrating_url, revision)


@db.command()
def check() -> None:
    """Every promise about the data is looked at; exit 1 and the rows when one is broken."""
    wrong = keep.check(read_settings().database_url)
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        raise typer.Exit(1)
    print("all promises hold")


@db.command()
def backup(file: Path) -> None:
    """The whole database in a file, while it is served."""
    keep.backup(read_settings().database_url, file)
    print(file)


@db.command()
def restore(file: Path) -> None:
    """The database as the file has it; stop `serve` first."""
    settings = read_settings()
    keep.restore(settings.migrating_url, file)
    _grant(settings)


@app.command(name="import")
def import_(
    kind: Annotated[str, typer.Argument(help=" | ".join(KINDS_OF_FILES))],
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only, change nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where to list the rejected rows.")] = None,
    earn: Annotated[bool, typer.Option("--earn", help="sales: book points for them.")] = False,
    out: Annotated[Path | None, typer.Option(help="vouchers: where to list the codes.")] = None,
) -> None:
    """A CSV, XLSX or Parquet file (offers: JSON) into the house; run it again whenever you like."""
    if kind not in KINDS_OF_FILES:
        raise typer.BadParameter(f"one of {', '.join(KINDS_OF_FILES)}")
    if out is not None and kind != "vouchers":
        raise typer.BadParameter("--out goes with vouchers")
    if earn and kind != "sales":
        raise typer.BadParameter("--earn goes with sales")
    settings = ready_settings()
    report, verb = import_now(settings, kind, file, dry_run=dry_run, out=out, earn=earn)
    if not dry_run:
        imported(settings, kind, report)
    texts = Catalogue()
    if rejects is not None:
        write_rejects(report, rejects, lambda reason: plain(texts, reason))
    for line, reason in report.rejected[:10]:
        print(f"line {line}: {plain(texts, reason)}", file=sys.stderr)
    if kind == "sales":
        _tell_left_out()
    print(f"{report.good} {kind} {verb}, {len(report.rejected)} rejected")
    if report.rejected and not report.good:
        raise typer.Exit(1)


@app.command(name="plan-week")
def plan_week(
    week: Annotated[str | None, typer.Option(help="Such as 2026-W48; this week without it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it comes to, change nothing.")] = False,
) -> None:
    """Segments, scores and the personal offers of a week; the former plan holds until the new one is whole."""
    try:
        asked, figures = plan_now(ready_settings(), week, dry_run=dry_run)
    except ValueError as error:
        print(_line(error), file=sys.stderr)
        raise typer.Exit(1) from None
    _tell_left_out()
    for line in plan_lines(asked, figures, dry_run=dry_run):
        print(line)


@app.command()
def export(
    kind: Annotated[str, typer.Argument(help="sales")],
    file: Path,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    last: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day.")] = None,
) -> None:
    """Sales history as a CSV or Parquet file, in the columns of the import."""
    if kind != "sales":
        raise typer.BadParameter("sales")
    days = (first.date() if first else None, last.date() if last else None)
    count = export_now(ready_settings(), file, first=days[0], last=days[1])
    _tell_left_out()
    print(f"{count} lines exported")


def _tell_left_out() -> None:
    for line in left_out(read_settings()):
        print(line, file=sys.stderr)


@app.command(name="import-upload", hidden=True)
def import_upload(
    id: str, what: Annotated[str, typer.Argument(help="check | run | undo")], by: Annotated[str, typer.Option()]
) -> None:
    """A file that was brought to the console is at work; the console begins this by itself."""
    from adapters.app.importing import work_on

    if not work_on(ready_settings(), id, what, by):
        raise typer.Exit(1)


@app.command()
def webhook(
    what: Annotated[str, typer.Argument(help="set | show | remove")],
    channel: Annotated[str, typer.Argument(help="telegram | viber | all")] = "all",
) -> None:
    """Registers the bot's hooks with the platforms."""
    from adapters.app.hooks import hooks

    if what not in {"set", "show", "remove"} or channel not in {"telegram", "viber", "all"}:
        raise typer.BadParameter("set | show | remove, then telegram, viber or nothing")
    settings = read_settings()
    must_have_secret(settings)
    for line in asyncio.run(hooks(settings, what, channel)):
        print(line)


@app.command()
def doctor() -> None:
    """Settings, database, migrations, disk, tokens, hooks, clocks: each ok or what to do."""
    findings, texts = asyncio.run(diagnose(read_settings())), Catalogue()
    for finding in findings:
        print(line_of(finding, texts))
    if not all(finding.fine for finding in findings):
        raise typer.Exit(1)
