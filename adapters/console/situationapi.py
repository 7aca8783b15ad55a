"""Rules for situations as JSON, for programs: how each stands, and the change of one."""

from datetime import datetime

from aiohttp import web
from pydantic import Field

from adapters.console.door import API, Door
from adapters.console.ports import ConsoleViews
from adapters.console.situations import CHANGES, SEES, seen, typed
from adapters.http.api import Answer, Body, Endpoint
from adapters.http.sessions import SESSION
from core.offers.situations import SITUATIONS, Switch, rule_of
from core.offers.switching import switch


class SituationOut(Answer):
    """A rule: on or off, its voucher's offer, the share that is left without, its numbers; by whom and since when."""

    rule: str
    on: bool
    offer: str | None
    control: int
    numbers: dict[str, int]
    by: str
    at: datetime | None


class SituationsOut(Answer):
    """Every rule, and the week of the last plan that they were asked for."""

    rows: list[SituationOut]
    week: str


class SituationIn(Body):
    """How the rule stands from the next plan on; what is not named stays. `numbers`: money is in minor units."""

    on: bool
    offer: str | None = None
    control: int | None = None
    numbers: dict[str, int] = Field(default_factory=dict)


class SituationApi:
    """`/console/api/v1/situations`."""

    def __init__(self, door: Door, views: ConsoleViews) -> None:
        self._door, self._views = door, views
        at = f"{API}/situations"
        door.endpoint(Endpoint("GET", at, "Rules for situations", self.all, answer=SituationsOut), SEES)
        door.endpoint(
            Endpoint("PUT", f"{at}/{{rule}}", "How a rule stands", self.put, SituationIn, SituationOut,
                     problems={404: ["unknown-rule"], 422: ["control-too-small", "control-too-large", "bad-number"]}),
            CHANGES,
        )  # fmt: skip

    async def all(self, request: web.Request, given: None) -> SituationsOut:
        """As the page shows them."""
        del request, given
        view = await self._views.situations()
        return SituationsOut(rows=[_out(one) for one in view.switches.values()], week=view.week)

    async def put(self, request: web.Request, given: SituationIn) -> SituationOut:
        """By the verb of the form."""
        rule, actor = rule_of(request.match_info["rule"]), request[SESSION].login
        known = {one.name: one for one in SITUATIONS[rule].parameters}
        numbers = {
            name: (typed(known[name], number) or "0") if name in known else str(number)
            for name, number in given.numbers.items()
        }
        done = await self._door.change(
            request, "situation.switch",
            lambda work: switch(
                work, rule=rule, on=given.on, actor=actor, offer=given.offer, control=given.control, numbers=numbers
            ),
            subject=rule.value, seen=lambda work: seen(work, rule),
        )  # fmt: skip
        return _out(done)


def _out(one: Switch) -> SituationOut:
    numbers = {each.name: one.value(each.name) for each in one.situation.parameters}
    return SituationOut(
        rule=one.rule.value, on=one.on, offer=one.offer, control=one.control, numbers=numbers, by=one.actor, at=one.at
    )  # fmt: skip
