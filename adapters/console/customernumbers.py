"""Customers in numbers: how many there are of which kind, and nobody by name; all that an analyst sees of them."""

from collections.abc import Mapping

from aiohttp import web

from adapters.console.customerdesk import COUNTS, PATH, CustomerDesk
from adapters.console.customermodels import NumbersOut
from adapters.console.customerwords import CARD, STAGE
from adapters.console.door import API
from adapters.console.figures import Counts
from adapters.console.homeports import HomeViews
from adapters.console.telling import CHANNELS, Teller
from adapters.http.api import Endpoint
from core.sales.views import Counted
from core.shared.values import Language

_GROUPS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("lifecycle", "client.by-stage", STAGE),
    ("states", "client.by-card", CARD),
    ("channels", "client.by-channel", CHANNELS),
    ("languages", "client.by-language", {one.value: f"language.{one.value}" for one in Language}),
)


class CustomerNumbers:
    """`/console/customers/numbers`; registered before the pages of one customer, whose path it would be."""

    def __init__(self, desk: CustomerDesk, views: HomeViews) -> None:
        self._desk, self._views = desk, views
        desk.door.page(f"{PATH}/numbers", self.page, COUNTS)
        desk.door.endpoint(
            Endpoint("GET", f"{API}/customers/numbers", "Customers in numbers", self.told, answer=NumbersOut), COUNTS
        )

    async def page(self, request: web.Request) -> web.Response:
        """A table for each way of counting."""
        out, tell = await self.told(request, None), Teller(self._desk.door, request)
        groups = [
            (tell.say(title), [(tell.say(words[name]) if name in words else name, tell.number(count))
                               for name, count in getattr(out, group).items()])
            for group, title, words in _GROUPS
        ]  # fmt: skip
        return self._desk.door.show(
            request, "numbers.html", groups=groups, all=tell.number(out.customers), counting=out.at is None,
            counted=tell.say("home.counted", at=tell.at(out.at)) if out.at is not None else "",
        )  # fmt: skip

    async def told(self, request: web.Request, given: None) -> NumbersOut:
        """The same as JSON."""
        del given
        counts = Counts(request)
        found = await self._views.counted(self._desk.door.clock())
        if found is None:
            return NumbersOut(at=None, customers=None, lifecycle={}, states={}, channels={}, languages={})
        return _out(found, counts)


def _out(found: Counted, counts: Counts) -> NumbersOut:
    return NumbersOut(
        at=found.at, customers=counts.number(found.customers), lifecycle=counts.numbers(found.lifecycle),
        states=counts.numbers(found.states), channels=counts.numbers(found.channels),
        languages=counts.numbers(found.languages),
    )  # fmt: skip
