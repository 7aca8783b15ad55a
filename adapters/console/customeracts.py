"""What the shop does for a customer: blocks and reissues the card, moves points, withdraws, forgets, hands out data."""

import json
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from adapters.console.customerchange import Change, ChangeOut, Changes, must_have_card, whole
from adapters.console.customerdesk import ACTS, PATH, CustomerDesk, Person
from adapters.console.door import API
from adapters.console.ports import ConsoleWork
from adapters.http.api import Body, Endpoint
from adapters.http.sessions import SESSION
from core.audit.reasons import typed_reason
from core.cards.actions import block_card, forget_asked
from core.customers.actions import customer_of, withdraw
from core.customers.model import Purpose
from core.ledger.adjusting import adjust_by_hand
from core.sales.export import export
from core.shared.refusals import Invalid, Refusal
from core.surveys.joining import reissue

CHANNEL = "console"
_KEY = 64
_PROBLEMS = {
    404: ["unknown-customer"], 409: ["no-card", "card-blocked", "customer-forgotten", "not-enough-points",
                                     "not-agreed", "terms-stand"],
    422: ["reason-missing", "reason-too-long", "reason-personal", "adjust-nothing", "adjust-too-much",
          "number-differs"],
    429: ["adjust-day"],
}  # fmt: skip


class WhyBody(Body):
    """Why; `preview`: only what would be."""

    why: str
    preview: bool = False


class AdjustBody(WhyBody):
    """Points to give, or below zero to take; `key` is the wish's own: sent twice it is done once."""

    points: int
    key: str


class WithdrawBody(WhyBody):
    """What the customer takes back: `marketing` or `profiling`."""

    purpose: str


class ForgetBody(WhyBody):
    """The number of the card (the customer's id where there is none), typed."""

    number: str


class CustomerActs:
    """Actions on a customer's page and the same as JSON."""

    def __init__(self, desk: CustomerDesk) -> None:
        self._desk, self._changes = desk, Changes(desk)
        door, one, api = desk.door, f"{PATH}/{{customer}}", f"{API}/customers/{{customer}}"
        bodies: tuple[tuple[str, str, type[WhyBody]], ...] = (
            ("block", "The card neither earns nor spends", WhyBody),
            ("reissue", "A new number takes the card's place, with its history", WhyBody),
            ("adjust", "Points are given or taken by hand", AdjustBody),
            ("withdraw", "A consent is taken back on the customer's word", WithdrawBody),
            ("forget", "The customer's data is erased on request; the accounting stays under a pseudonym", ForgetBody),
        )
        for act, summary, body in bodies:
            door.action(f"{one}/{act}", partial(self._by_form, act), ACTS)
            door.endpoint(
                Endpoint("POST", f"{api}/{act}", summary, partial(self._by_program, act), body=body, answer=ChangeOut,
                         problems=_PROBLEMS),
                ACTS,
            )  # fmt: skip
        door.action(f"{one}/data", self.data, ACTS)
        door.endpoint(
            Endpoint("GET", f"{api}/data", "Everything that is kept about the customer", self.told_data,
                     problems={404: ["unknown-customer"]}),
            ACTS,
        )  # fmt: skip

    async def data(self, request: web.Request) -> web.StreamResponse:
        """The customer's data as a file to hand over."""
        text = json.dumps(await self._data(request), ensure_ascii=False, indent=2)
        headers = {"Content-Disposition": 'attachment; filename="kartka-my-data.json"', "Cache-Control": "no-store"}
        return web.Response(text=text, content_type="application/json", headers=headers)

    async def told_data(self, request: web.Request, given: None) -> web.StreamResponse:
        """The same as JSON."""
        del given
        return web.json_response(await self._data(request), headers={"Cache-Control": "no-store"})

    async def _data(self, request: web.Request) -> dict[str, Any]:
        person = await self._desk.person(request, "export")

        def job(work: ConsoleWork) -> dict[str, Any]:
            told = export(work, customer=customer_of(work, person.id))
            return {**told, "quiet_about_sales": work.quiet.asked(person.id)}

        return await self._desk.reads.do(person.id, job)

    async def _by_form(self, act: str, request: web.Request) -> web.StreamResponse:
        person = await self._desk.person(request, act)
        form = {name: str(value)[:256] for name, value in (await request.post()).items()}
        kept: dict[str, str] = {name: form[name] for name in ("points", "purpose", "number") if name in form}
        # The page that asks has chosen the key, so that pressing twice gives once.
        kept["key"] = form.get("key", "")[:_KEY] or secrets.token_urlsafe(12)
        wrong: Refusal | None = None
        points = 0
        try:
            points = whole(form.get("points", "")) if act == "adjust" else 0
        except Invalid as refusal:
            wrong = refusal
        why = form.get("why", "")
        job = _job(act, request, person, {**kept, "points": points, "why": why})
        change = Change(act, [person.id], job, why, kept)
        if wrong is not None:
            sorry = self._desk.door.sorry(request, wrong)
            return self._changes.page(request, person, change, None, error=sorry, status=422)
        return await self._changes.by_form(request, person, change)

    async def _by_program(self, act: str, request: web.Request, given: WhyBody) -> ChangeOut:
        person = await self._desk.person(request, act)
        said = given.model_dump(exclude={"preview"})
        if len(said.get("key", "-")) > _KEY or not said.get("key", "-"):
            raise Invalid("key")
        change = Change(act, [person.id], _job(act, request, person, said), given.why)
        return await (self._changes.seen(change) if given.preview else self._changes.done(request, change))


def _job(act: str, request: web.Request, person: Person, said: dict[str, Any]) -> Callable[[ConsoleWork], object]:
    """The verb of the core; every one of them reads the customer anew, in its own work."""
    session, customer = request[SESSION], person.id
    match act:
        case "block":
            return lambda work: block_card(work, card=must_have_card(work, customer))
        case "reissue":
            return lambda work: reissue(work, card=must_have_card(work, customer))
        case "adjust":
            return lambda work: adjust_by_hand(
                work, customer=customer_of(work, customer).id, points=said["points"], actor=session.login,
                reason=typed_reason(said["why"]), key=said["key"], bounded=session.role != "owner",
            )  # fmt: skip
        case "withdraw":
            purpose = _purpose(said.get("purpose", ""))
            return lambda work: withdraw(work, customer=customer_of(work, customer), purpose=purpose, channel=CHANNEL)
        case _:
            return lambda work: forget_asked(
                work, customer=customer_of(work, customer), typed=said.get("number", ""), channel=CHANNEL
            )


def _purpose(text: str) -> Purpose:
    if text not in list(Purpose):
        raise Invalid("purpose")
    return Purpose(text)
