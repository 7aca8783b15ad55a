"""`kartka campaign`: campaigns listed, started, paused, resumed, stopped."""

from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from adapters.app.commands import do_once, doing, ready_settings
from adapters.db.work import DbWork
from core.audit.model import COMMAND
from core.campaigns import launching
from core.campaigns.model import Campaign, State
from core.shared.refusals import Refusal

app = typer.Typer(help="Campaigns: list them, start, pause, resume, stop.", no_args_is_help=True)
_REASONS = {
    "unknown-campaign": "there is no campaign {campaign}; `kartka campaign list` names them",
    "campaign-state": "the campaign is {state}; that cannot be done with it now",
    "vouchers-short": "offer {offer}: {left} vouchers are left, {wanted} people would get one; raise its limit first",
    "offer-over": "the offer {name} of its vouchers is over; choose another in the console",
    "no-voucher-offer": "the offer {name} of its vouchers is gone; choose another in the console",
    "invalid": "{field}: {expected}",
}
Named = Annotated[str, typer.Argument(help="The campaign's id.")]


@app.command(name="list")
def listed() -> None:
    """Every campaign with its state, the newest last."""

    def found(work: DbWork) -> list[str]:
        ids = sorted(one for state in State for one in work.campaigns.ids(state))
        return [_line(one) for one in map(work.campaigns.get, ids) if one is not None]

    for line in do_once(ready_settings(), found):
        typer.echo(line)


@app.command()
def start(campaign: Named) -> None:
    """The approved campaign goes out when its plan says."""
    from adapters.app.audiences import Audiences  # engines of the lake take a second to load

    settings = ready_settings()
    try:
        with doing(settings) as do:
            one, now = do(lambda work: (work.campaigns.get(campaign), work.now))
            counted = one is not None and one.audience is not None and one.plan.voucher_offer is not None
            recipients = Audiences(settings, do).numbers(one, now).recipients if counted else 0
            made = do(
                lambda work: launching.start(work, campaign=campaign, actor=COMMAND, recipients=recipients)
            )  # fmt: skip
            typer.echo(_line(made))
    except Refusal as refusal:
        _refuse(refusal)


@app.command()
def pause(campaign: Named) -> None:
    """Nothing more goes out until it is resumed."""
    _move(lambda work: launching.pause(work, campaign=campaign, actor=COMMAND))


@app.command()
def resume(campaign: Named) -> None:
    """It goes on where it stopped; what was late, or comes from a backup, is confirmed by this."""
    _move(lambda work: launching.resume(work, campaign=campaign, actor=COMMAND))


@app.command()
def stop(campaign: Named) -> None:
    """It is over; whoever has not been written to is not any more."""
    _move(lambda work: launching.stop(work, campaign=campaign, actor=COMMAND))


def _move(job: Callable[[DbWork], Campaign]) -> None:
    try:
        typer.echo(_line(do_once(ready_settings(), job)))
    except Refusal as refusal:
        _refuse(refusal)


def _line(one: Campaign) -> str:
    return f"{one.id}  {one.state.value}{f' ({one.why})' if one.why else ''}  {one.plan.name}"


def _refuse(refusal: Refusal) -> NoReturn:
    """One line that says what is wrong and what would do."""
    reason = _REASONS.get(refusal.code)
    typer.echo(reason.format_map(dict(refusal.data)) if reason else f"refused: {refusal.code}", err=True)
    raise typer.Exit(1)
