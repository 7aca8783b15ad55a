"""Where the pages about customers meet: who is looked at, who may see what of them, and that it is noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from adapters.console.customerports import CustomerViews
from adapters.console.door import Door
from adapters.console.ports import ConsoleWork, House
from adapters.http.sessions import SESSION
from core.campaigns.arms import WHOLE, lot_of
from core.customers.actions import customer_of
from core.customers.model import Customer
from core.customers.ports import Phones
from core.sales.customerviews import Sought
from core.shared.values import CustomerId, Phone

PATH = "/console/customers"
SEES = ("owner", "support", "marketer")
ACTS = ("owner", "support")
COUNTS = (*SEES, "analyst")
"""An analyst sees how many there are, and nobody."""
LEAST_LETTERS = 2
_LONGEST = 64
CAP_DAYS = timedelta(days=6)
"""Before today: seven days in all (domain section 7)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer and all selves, the living one first."""

    customer: Customer
    people: Sequence[CustomerId]
    stores: Mapping[str, str]
    """What the stores are called, by id."""

    @property
    def id(self) -> CustomerId:
        """The living one's."""
        return self.customer.id

    @property
    def path(self) -> str:
        """Their page."""
        return f"{PATH}/{self.id}"

    def store(self, store: str) -> str:
        """What the store is called; one that is known no more by its id."""
        return self.stores.get(store, store)


class CustomerDesk:
    """What every page about customers is made with."""

    def __init__(self, door: Door, views: CustomerViews, reads: House, phones: Phones, holdout_salt: str) -> None:
        self.door, self.views, self.reads, self._phones = door, views, reads, phones
        self._holdout_salt = holdout_salt

    async def person(self, request: web.Request, part: str) -> Person:
        """Whom the path names, the survivor of a merge for whoever was merged; that they are looked at is noted.

        Raises Unknown (`unknown-customer`).
        """
        asked = CustomerId(request.match_info["customer"][:36])

        def job(work: ConsoleWork) -> Person:
            found = customer_of(work, asked)
            stores = {str(one.id): one.name for one in work.stores.all()}
            return Person(found, work.sales.selves(found.id), stores)

        person = await self.reads.do(asked, job)
        await self.door.note(request, "customer.see", person.id, after={"part": part})
        return person

    def held_out(self, people: Sequence[CustomerId]) -> bool:
        """True for the standing holdout, whom no promotion is sent to; one held self holds the whole person."""
        below = self.door.programme.global_holdout_percent * WHOLE // 100
        return any(lot_of(self._holdout_salt, one) < below for one in people)

    def cap_since(self) -> datetime:
        """The beginning of the seven days of the programme in which promotions are counted."""
        here = self.door.clock().astimezone(self.door.programme.timezone)
        return here.replace(hour=0, minute=0, second=0, microsecond=0) - CAP_DAYS

    def role(self, request: web.Request) -> str:
        """Of whoever asks."""
        return request[SESSION].role

    def phone(self, request: web.Request, phone: Phone | None) -> str:
        """All of it, or its last two digits for whoever may not have the whole."""
        if phone is None:
            return ""
        return phone.e164 if self.sees_phones(request) else phone.hint

    def sees_phones(self, request: web.Request) -> bool:
        """True for those who serve the person."""
        return request[SESSION].role in ACTS

    def may_act(self, request: web.Request) -> bool:
        """True for those who may change something of a customer's."""
        return request[SESSION].role in ACTS

    def sought(self, text: str) -> Sought:
        """What somebody typed into the search, however they type numbers and phones."""
        line = " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())[:_LONGEST]
        joined = "".join(ch for ch in line if ch not in " -–—().")
        numbers = tuple(dict.fromkeys(one for one in (line, joined) if len(one) >= 4 and any(map(str.isdigit, one))))
        digits = sum(map(str.isdigit, line))
        name = line if digits == 0 and sum(map(str.isalpha, line)) >= LEAST_LETTERS else ""
        return Sought(numbers, self._phones.read(line) if digits >= 9 else None, name)
