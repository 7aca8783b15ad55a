"""The command that rehearses a campaign, and the console's way to it: a process of its own, so that no page waits."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from adapters.app.commands import doing, ready_settings
from adapters.app.house import outside_of
from adapters.app.settings import Settings, read_programme
from adapters.texts.catalogue import Catalogue
from core.campaigns.rehearsal import Rehearsal, rehearsal_from
from core.shared.refusals import Conflict, Refusal, Unknown

_REASONS = {
    "unknown-campaign": "there is no campaign {campaign}; the console lists them",
    "unknown-segment": "the campaign's segment is gone: choose another one in the console",
    "campaign-state": "the campaign is {state}: only what may still go out is rehearsed",
    "rehearsal-large": "{people} people would be written to, more than {most}; leave out --most",
}
_KINDS: dict[str, type[Refusal]] = {"unknown-campaign": Unknown, "unknown-segment": Unknown}


def campaign_rehearse(
    campaign: Annotated[str, typer.Argument(help="Its id.")],
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
    most: Annotated[int | None, typer.Option(help="Refuse with more people than that.")] = None,
) -> None:
    """A campaign's next run gone through to its end in advance: reach, caps, night, cost, duration; sends nothing."""
    from adapters.app.rehearsing import rehearse

    settings = ready_settings()
    outside = outside_of(settings, read_programme(settings), Catalogue())
    try:
        with doing(settings) as do:
            found = rehearse(settings, do, outside, campaign, datetime.now(UTC), most=most)
    except Refusal as refusal:
        if as_json:
            typer.echo(json.dumps({"refused": refusal.code, "data": dict(refusal.data)}))
        else:
            typer.echo(_REASONS[refusal.code].format_map(dict(refusal.data)), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(found.as_data()))
    else:
        typer.echo("\n".join(_lines(found, outside.programme.currency)))


class Rehearsals:
    """Satisfies `adapters.console.rehearsal.Rehearsals`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def rehearse(self, campaign: str) -> Rehearsal:
        """By the command. Raises what it refuses, RuntimeError where it fails."""
        from adapters.app.rehearsing import MOST

        command = (sys.executable, "-m", "adapters.app", "campaign-rehearse", campaign, "--json", f"--most={MOST}")
        environment = {**os.environ, **self._settings.environment}
        child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=DEVNULL)
        try:
            said, _ = await child.communicate()
        except asyncio.CancelledError:
            child.terminate()
            await child.wait()
            raise
        told: dict[str, Any] = json.loads(said) if said.strip() else {}
        if "refused" in told:
            raise _KINDS.get(told["refused"], Conflict)(told["refused"], **told["data"])
        if child.returncode:
            raise RuntimeError(f"campaign-rehearse ended with {child.returncode}")
        return rehearsal_from(told)


def _lines(found: Rehearsal, currency: str) -> list[str]:
    sent = ", ".join(f"{channel} {people}" for channel, people in sorted(found.sent.items())) or "nobody"
    ends = ", ".join(f"{outcome} {people}" for outcome, people in sorted(found.outcomes.items()))
    return [
        f"due {found.starts_at:%Y-%m-%d %H:%M} UTC, as of {found.at:%Y-%m-%d %H:%M} UTC; nothing was sent",
        f"sent: {sent}",
        f"people: {ends}",
        f"cost: {found.cost / 100:.2f} {currency}; {found.moved} go out on a later morning; lasts {found.lasts}",
        *([f"the house would pause it: {found.halted}"] if found.halted else []),
    ]
