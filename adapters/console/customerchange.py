"""A change to customers as the console makes it: seen by doing it and taking it back, then done and noted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import web

from adapters.console.customerdesk import CustomerDesk, Person
from adapters.console.customerlists import grouped
from adapters.console.customerwords import ACT, CARD, PURPOSE
from adapters.console.ports import ConsoleWork
from adapters.console.telling import NOTHING, Teller
from adapters.http.api import Answer
from core.audit.reasons import typed_reason
from core.sales.standing import Standing, Tried, standing, tried
from core.shared.refusals import Conflict, Invalid, Refusal, TooMany
from core.shared.values import CustomerId

_WORDS = {
    "state": "client.card", "number": "client.card-number", "active": "client.active", "pending": "client.pending",
    "held": "client.held", "spendable": "client.spendable", "agreed": "client.agreed",
    "addresses": "client.addresses", "vouchers": "console.vouchers",
}  # fmt: skip
"""What of a standing is compared, in its order."""


class StandingOut(Answer):
    """How a customer stands, before a change or after it."""

    customer: str
    living: bool
    state: str
    number: str
    active: int
    pending: int
    held: int
    spendable: int
    agreed: list[str]
    addresses: int
    vouchers: int


class ChangeOut(Answer):
    """What a change did, or (`done` false) would do."""

    done: bool
    before: list[StandingOut]
    after: list[StandingOut]


@dataclass(frozen=True, slots=True)
class Change:
    """A verb about one customer or two. `fields` come back with the form that says yes."""

    act: str
    people: Sequence[CustomerId]
    job: Callable[[ConsoleWork], object]
    why: str
    fields: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""
    """What the audit log names; empty: the first of the people."""


class Changes:
    """Shows and makes changes."""

    def __init__(self, desk: CustomerDesk) -> None:
        self._desk = desk

    async def seen(self, change: Change) -> ChangeOut:
        """What would be true. Raises what the change would raise."""
        typed_reason(change.why)
        watched = _watched(change)
        try:
            await self._desk.door.house.do("console", tried(watched))
        except Tried as found:
            before, after = found.seen
            return _out(before, after, done=False)
        raise AssertionError("what is tried always raises")

    async def done(self, request: web.Request, change: Change) -> ChangeOut:
        """It is true now, and in the audit log with its reason. Raises what the change raises."""
        why = typed_reason(change.why)

        def noted(work: ConsoleWork) -> dict[str, Any]:
            return {one: standing(work, one).noted for one in sorted(change.people)}

        before, after = await self._desk.door.change(
            request, f"customer.{change.act}", _watched(change), subject=change.subject or change.people[0],
            seen=noted, why=why,
        )  # fmt: skip
        return _out(before, after, done=True)

    async def by_form(
        self, request: web.Request, person: Person, change: Change, *, more: Sequence[tuple[str, str]] = ()
    ) -> web.StreamResponse:
        """The page of what would be, until the form says yes; a refusal stands on it with what to do."""
        form = await request.post()
        sure = form.get("sure") == "1"
        try:
            if sure:
                await self.done(request, change)
                raise web.HTTPSeeOther(f"{person.path}?done={change.act}")
            out = await self.seen(change)
        except Refusal as refusal:
            return self.page(request, person, change, None, error=self._desk.door.sorry(request, refusal),
                             status=_status(refusal))  # fmt: skip
        return self.page(request, person, change, out, more=more)

    def page(
        self, request: web.Request, person: Person, change: Change, out: ChangeOut | None, *, error: str = "",
        status: int = 200, more: Sequence[tuple[str, str]] = (),
    ) -> web.StreamResponse:  # fmt: skip
        """What would be, person by person."""
        tell = Teller(self._desk.door, request)
        return self._desk.door.show(
            request, "act.html", status, act=change.act, title=tell.say(ACT[change.act][0]),
            says=tell.say(ACT[change.act][1]), back=person.path, error=error,
            who=person.customer.name or tell.say("client.nameless"), why=change.why, fields=change.fields,
            sides=_sides(tell, out) if out is not None else [], total=_total(tell, out) if out is not None else "",
            more=more,
        )  # fmt: skip


def _watched(change: Change) -> Callable[[ConsoleWork], tuple[list[Standing], list[Standing]]]:
    def all_of(work: ConsoleWork) -> list[Standing]:
        found = {one: standing(work, one) for one in sorted(change.people)}  # the order in which they are locked
        return [found[one] for one in change.people]

    def job(work: ConsoleWork) -> tuple[list[Standing], list[Standing]]:
        before = all_of(work)
        change.job(work)
        return before, all_of(work)

    return job


def _out(before: Sequence[Standing], after: Sequence[Standing], *, done: bool) -> ChangeOut:
    return ChangeOut(done=done, before=[_told(one) for one in before], after=[_told(one) for one in after])


def _told(one: Standing) -> StandingOut:
    return StandingOut(**{**asdict(one), "agreed": list(one.agreed)})


def _sides(tell: Teller, out: ChangeOut) -> list[dict[str, Any]]:
    """Of each person what becomes another, in words; a person of whom nothing does is told too."""
    sides = []
    for before, after in zip(out.before, out.after, strict=True):
        was, will = (_values(tell, one) for one in (before, after))
        changed = [name for name in _WORDS if was[name] != will[name]]
        rows = [(tell.say(_WORDS[name]), was[name], will[name]) for name in changed]
        gone, back = before.living and not after.living, after.living and not before.living
        sides.append({"who": grouped(before.number or after.number), "rows": rows, "gone": gone, "back": back})
    return sides


def _values(tell: Teller, one: StandingOut) -> dict[str, str]:
    agreed = ", ".join(tell.say(PURPOSE[purpose]) for purpose in one.agreed)
    numbers = ("active", "pending", "held", "spendable", "addresses", "vouchers")
    return {
        "state": tell.say(CARD[one.state]), "number": grouped(one.number) or NOTHING,
        "agreed": agreed or NOTHING, **{name: tell.number(getattr(one, name)) for name in numbers},
    }  # fmt: skip


def _total(tell: Teller, out: ChangeOut) -> str:
    """Of two people: all points before and after."""
    if len(out.before) < 2:
        return ""
    before, after = (sum(one.active + one.pending for one in side) for side in (out.before, out.after))
    return tell.say("client.sum", before=before, after=after)


def _status(refusal: Refusal) -> int:
    match refusal:
        case Invalid():
            return 422
        case TooMany():
            return 429
        case _:
            return 409


def whole(text: str) -> int:
    """A whole number as somebody types it. Raises Invalid (`points-whole`)."""
    plain = "".join(text.split()).replace("−", "-").removeprefix("+")
    digits = plain.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise Invalid("points", "points-whole")
    return int(plain)


def must_have_card(work: ConsoleWork, customer: CustomerId) -> Any:
    """The card that they use now. Raises Conflict (`no-card`)."""
    card = work.cards.of(customer)
    if card is None:
        raise Conflict("no-card")
    return card
