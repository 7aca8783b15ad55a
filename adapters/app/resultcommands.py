"""The command about what campaigns did."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from adapters.app.commands import doing, ready_settings
from core.campaigns.results import HOLDOUT, Result
from core.shared.intervals import Difference
from core.shared.refusals import Refusal

_REASONS = {
    "unknown-campaign": "there is no campaign {campaign}; the console lists them",
    "nothing-ran": "campaign {campaign} has not gone out yet, or is no promotion; there is nothing to compare",
}


def campaign_results(
    campaign: Annotated[str | None, typer.Option(help="Its id; without it whatever is due, once a day.")] = None,
) -> None:
    """What campaigns did against their control groups; counted anew and kept for the console."""
    from adapters.app.resulting import count_results  # arrays and engines take seconds to load

    settings = ready_settings()
    try:
        with doing(settings) as do:
            found = count_results(settings, do, datetime.now(UTC), campaign)
            currency = do(lambda work: work.programme.currency)
    except Refusal as refusal:
        typer.echo(_REASONS[refusal.code].format_map(dict(refusal.data)), err=True)
        raise typer.Exit(1) from None
    for one in found:
        typer.echo("\n".join(result_lines(one, currency)))
    if not found:
        typer.echo("nothing is due: results are counted once a day until they are final")


def result_lines(one: Result, currency: str) -> list[str]:
    """A result for a person to read."""
    part = f"month {one.run}" if one.campaign == HOLDOUT else f"run {one.run}" if one.run else "all runs"
    told = one.verdict or f"no verdict ({one.untold})"
    arms = ", ".join(f"{arm.arm} {arm.people}" for arm in one.arms)
    return [
        f"{one.campaign}, {part}: {told}, {one.state}",
        f"  people: {arms}",
        f"  bought: {_told(one.whole.response, 100, 'points')}",
        f"  paid a head: {_told(one.whole.money, 0.01, currency)}",
        f"  net margin a head: {_told(one.whole.net, 0.01, currency)}",
    ]


def _told(one: Difference | None, times: float, unit: str) -> str:
    if one is None:
        return "not enough people yet"
    return f"{times * one.value:+.2f} [{times * one.low:+.2f}, {times * one.high:+.2f}] {unit}"
