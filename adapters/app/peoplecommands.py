"""`kartka staff` and `kartka till`: who may log in, which tills have a key; each change is in the audit log."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from adapters.app.commands import do_once, ready_settings
from adapters.console.passwords import hash_now, one_time_password
from adapters.db.work import DbWork
from core.audit.model import COMMAND, Entry
from core.shared.refusals import Unknown
from core.shared.values import StaffId, StoreId
from core.staff.actions import take_on
from core.staff.factoring import reset_factor
from core.staff.model import Role
from core.stores.actions import add_till

T = TypeVar("T")
staff = typer.Typer(help="People who may log in.", no_args_is_help=True)
till = typer.Typer(help="Keys for cash registers.", no_args_is_help=True)


@staff.callback()
def _staff() -> None:
    """People who may log in."""


@till.callback()
def _till() -> None:
    """Keys for cash registers."""


@staff.command(name="add")
def staff_add(login: str, role: Annotated[Role, typer.Option()]) -> None:
    """A login; its one-time password stands alone on the last line."""
    password = one_time_password()
    stored = hash_now(password)
    member = done(
        "staff.add", lambda work: take_on(work, login=login, role=role, password_hash=stored, store=None),
        lambda one: one.id, {"role": role.value},
    )  # fmt: skip
    typer.echo(f"{member.login} may log in as {role.value} with this password, once:")
    typer.echo(password)


@staff.command(name="reset-factor")
def reset(login: str) -> None:
    """The member sets up the second factor anew at the next login; every session of theirs is over."""

    def job(work: DbWork) -> StaffId:
        member = work.staff.by_login(login.strip().lower())
        if member is None:
            raise Unknown("unknown-staff", login=login)
        reset_factor(work, staff=member.id, by=None)
        return member.id

    done("staff.factor", job, str)
    typer.echo(f"{login} sets up the second factor at the next login")


@till.command(name="add")
def till_add(
    store: Annotated[str, typer.Option(help="The store's id.")],
    name: Annotated[str, typer.Option(help="A name for it.")],
) -> None:
    """A till key; it stands alone on the last line and is never shown again."""
    key = done("till.add", lambda work: add_till(work, store=StoreId(store), name=name), lambda _: f"{store}/{name}")
    typer.echo(f"{name} of store {store} opens the till API with this key:")
    typer.echo(key)


def done(verb: str, job: Callable[[DbWork], T], subject: Callable[[T], str], after: dict[str, Any] | None = None) -> T:
    """The job is done and noted as somebody's at the machine, in one work."""
    return do_once(ready_settings(), noted(verb, job, subject, after))


def noted(
    verb: str, job: Callable[[DbWork], T], subject: Callable[[T], str], after: dict[str, Any] | None = None
) -> Callable[[DbWork], T]:
    """The job, and its line in the audit log."""

    def both(work: DbWork) -> T:
        made = job(work)
        work.audit.note(Entry(work.now, COMMAND, verb, subject(made)[:128], None, after))
        return made

    return both
