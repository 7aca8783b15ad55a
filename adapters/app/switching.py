"""`kartka situations`: the rules as they stand, switched on and off, their offers and numbers chosen."""

from typing import Annotated, NoReturn

import typer

from adapters.app.commands import do_once, ready_settings
from adapters.console.orderwords import order
from adapters.db.work import DbWork
from adapters.texts.catalogue import Catalogue
from bot.words import Words, say
from core.audit.model import COMMAND, Entry
from core.offers.situations import Gives, Parameter, Switch, Unit, rule_of
from core.offers.switching import switch
from core.shared.refusals import Refusal
from core.shared.values import Language

ACTOR = "kartka"
"""Who changed a rule, when the command did."""
app = typer.Typer(help="Rules that meet people by what they buy or by their day: list them, switch them.")


@app.callback(invoke_without_command=True)
def listed(context: typer.Context) -> None:
    """Every rule with its switch, numbers, offer and whom it met in the last plan."""
    if context.invoked_subcommand is None:
        for line in do_once(ready_settings(), _lines):
            typer.echo(line)


@app.command()
def on(
    rule: str,
    offer: Annotated[str | None, typer.Option(help="The offer of its voucher, by id.")] = None,
    control: Annotated[int | None, typer.Option(help="Percent who stay without it, to compare with.")] = None,
    chosen: Annotated[list[str] | None, typer.Option("--set", help="A number of the rule: name=value.")] = None,
) -> None:
    """The rule is on from the next plan; what is not named stays as it was."""
    numbers = {}
    for one in chosen or ():
        name, equals, value = one.partition("=")
        if not equals:
            raise typer.BadParameter("--set name=value, such as --set items=3")
        numbers[name.strip()] = value
    _switch(rule, on=True, offer=offer, control=control, numbers=numbers)


@app.command()
def off(rule: str) -> None:
    """The rule is off from the next plan; vouchers that were given stay good."""
    _switch(rule, on=False, offer=None, control=None, numbers={})


def _switch(rule: str, *, on: bool, offer: str | None, control: int | None, numbers: dict[str, str]) -> None:
    def job(work: DbWork) -> str:
        wanted = rule_of(rule)
        made = switch(work, rule=wanted, on=on, actor=ACTOR, offer=offer, control=control, numbers=numbers)
        told = {"on": made.on, "offer": made.offer, "control": made.control, "values": dict(made.values)}
        work.audit.note(Entry(work.now, COMMAND, "situation.switch", wanted.value, None, told))
        return _line(made)

    try:
        typer.echo(do_once(ready_settings(), job))
    except Refusal as refusal:
        _refuse(refusal)


def _refuse(refusal: Refusal) -> NoReturn:
    """One line that says what is wrong and what would do."""
    texts, key = Catalogue(), f"situations.{refusal.code}"
    told = texts.say(Words(key, dict(refusal.data)), Language.EN) if texts.has(key) else f"refused: {refusal.code}"
    field = refusal.data.get("field")
    typer.echo(f"{field}: {told}" if field else told, err=True)
    raise typer.Exit(1)


def _lines(work: DbWork) -> list[str]:
    texts, (week, figures) = Catalogue(), work.plans.latest() or ("", {})
    reach, found = figures.get("situations", {}), list[str]()
    for rule, one in work.situations.switches().items():
        told = reach.get(rule.value)
        found.append(_line(one))
        found.append(f"  {texts.say(say(one.situation.sentence), Language.EN)}")
        if told:
            lacking = f"; lacks {told['why']}" if told["why"] else ""
            found.append(f"  {week}: reach {told['reach']}, given {told['given']}, control {told['control']}{lacking}")
            if in_order := order(told, work.programme.currency):
                found.append(f"  {texts.say(in_order, Language.EN)}")
    return found


def _line(one: Switch) -> str:
    numbers = [f"{each.name}={_typed(each, one.value(each.name))}" for each in one.situation.parameters]
    offer = [f"offer={one.offer or 'none'}", f"control={one.control}"] if one.situation.gives is Gives.VOUCHER else []
    return f"{one.rule.value}: {'on' if one.on else 'off'}  {' '.join([*offer, *numbers])}"


def _typed(parameter: Parameter, number: int) -> str:
    return f"{number // 100}.{number % 100:02d}" if parameter.unit is Unit.MONEY else str(number)
