"""What the verbs about offers need from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from core.ledger.ports import LedgerWork
from core.offers.meeting import Arm, Met
from core.offers.model import Offer
from core.offers.rankings import Switch
from core.offers.reporting import Report
from core.offers.situations import Rule
from core.offers.situations import Switch as RuleSwitch
from core.offers.weekly import Begun, Chosen, Did, Newcomer, OfferEvent, Planned, PromoItem
from core.shared.values import CustomerId, Phone
from core.shared.work import Work


class Offers(Protocol):
    """Offers by id, each with its versions; whom the personal ones are for; how often each has applied."""

    def current(self) -> Sequence[Offer]:
        """The newest version of every offer."""
        ...

    def put(self, offer: Offer, body: Mapping[str, Any]) -> int:
        """The offer, with its data, is the current one under its id; its version. An equal one stays as it is."""
        ...

    def assign(self, offer: str, people: Sequence[tuple[CustomerId | None, Phone | None]]) -> None:
        """The personal offer is for exactly these customers, and for whoever will prove these phones."""
        ...

    def hashed(self, phone: Phone) -> str:
        """The keyed hash under which something waits for whoever proves the phone."""
        ...

    def assigned(self, people: Collection[CustomerId]) -> Mapping[str, str]:
        """Personal offers of these people (also under their proven phones): the reason by offer id."""
        ...

    def uses(
        self, offers: Collection[str], people: Collection[CustomerId], *, lock: bool
    ) -> Mapping[str, tuple[int, int, int]]:
        """By offer: uses by these people, uses in all, minor units spent; locked in the order of ids when asked."""
        ...

    def count(self, offer: str, customer: CustomerId | None, *, uses: int, spent: int) -> None:
        """So many uses and minor units more (less, when negative) are counted for the offer."""
        ...


class Weeks(Protocol):
    """The personal offers of a week, as the customer, the till and the quote see them."""

    def of(self, people: Sequence[CustomerId], week: str, skus: Collection[str] | None = None) -> Sequence[Chosen]:
        """What the week's current plan picked for these selves of one person, the living one first, by rank.

        Left out: goods that they refused, goods that are no promo item, and personal picks of whoever withdrew
        profiling. `skus`: of these products only.
        """
        ...

    def items(self, offers: Collection[str]) -> Mapping[str, PromoItem]:
        """The promo items that these ids of offers name; other ids are left out."""
        ...

    def note(self, customer: CustomerId, chosen: Sequence[Chosen], did: Did, at: datetime) -> None:
        """It happened; noted once for each customer, week and product."""
        ...

    def undo(self, people: Collection[CustomerId], week: str, sku: str, did: Did) -> None:
        """It is as if it had not happened."""
        ...

    def refuse(self, customer: CustomerId, sku: str, at: datetime) -> None:
        """The product is not offered to the customer any more."""
        ...

    def allow(self, people: Collection[CustomerId], sku: str) -> None:
        """The product may be offered to them again."""
        ...

    def refused(self, people: Collection[CustomerId]) -> Mapping[str, datetime]:
        """The products that these people refused, and when."""
        ...

    def events(self, people: Collection[CustomerId]) -> Sequence[OfferEvent]:
        """Everything noted of these people's offers, oldest first."""
        ...

    def planned(self, people: Sequence[CustomerId]) -> Mapping[str, str]:
        """The picks that are kept for these people, as text, by week."""
        ...


class Plans(Protocol):
    """Plans of weeks, written in the order of owners (as Python sorts texts) by whoever makes them."""

    def wanted(self, week: str) -> bool:
        """True for a week that has promo items and no current plan."""
        ...

    def begin(self, week: str, at: datetime, inputs: str = "") -> Begun:
        """The plan of the week that is being made: a new one, or the unfinished one to go on with.

        `inputs` stands for all that the plan is made of: one that was begun with others is given up, and a new one
        begins. Raises Invalid (`week`).
        """
        ...

    def add(self, plan: int, rows: Sequence[tuple[str, str]]) -> None:
        """Picks (as `picks_text` writes them) by owner; a known owner's are renewed, who was forgotten is left out.

        At most `CHUNK` rows in one work. Raises Invalid (`picks`), Conflict (`plan-over`).
        """
        ...

    def finish(self, plan: int, figures: Mapping[str, Any]) -> None:
        """The plan is its week's current one, the former is replaced; both at once. Finished twice is finished.

        Raises Conflict (`plan-over`).
        """
        ...

    def latest(self) -> tuple[str, Mapping[str, Any]] | None:
        """The week that was planned last and the figures of its plan; None before there is one."""
        ...


class Planning(Protocol):
    """What a maker of plans reads, set by set. `after` is the last key of the chunk before; an empty answer ends it."""

    def refused(self, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """(customer, sku) of refused goods: everything of the next `limit` customers."""
        ...

    def used_up(self, week: str) -> Sequence[tuple[str, str]]:
        """(customer, sku) whose limit of the week is used up, by customer."""
        ...

    def unprofiled(self, after: str, limit: int) -> Sequence[str]:
        """Customers who withdrew profiling."""
        ...

    def forgotten(self, after: str, limit: int) -> Sequence[str]:
        """Owners who are forgotten: customers, and hashes of phones on the suppression list."""
        ...

    def birthdays(self, week: str, after: str, limit: int) -> tuple[Sequence[tuple[CustomerId, date]], str | None]:
        """Of the next `limit` customers those whose birthday falls into the week, with it; where to go on, or None."""
        ...

    def merged(self, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """(customer, into whom they were merged); who that is may have been merged in turn."""
        ...

    def proven(self, after: str, limit: int) -> tuple[Mapping[str, str], str | None]:
        """Of the next `limit` customers with a proven phone, their ids by the owner that purchases have from before.

        Also where to go on, None at the end.
        """
        ...

    def newcomers(self, after: str, limit: int) -> tuple[Sequence[Newcomer], str | None]:
        """Of the next `limit` holders of a living card those who never bought; where to go on, None at the end."""
        ...

    def promo(self, week: str) -> Sequence[PromoItem]:
        """The week's items by sku, groups of stores resolved."""
        ...

    def withheld(self, week: str) -> Collection[str]:
        """Products of the week that are picked for nobody: those without points (tobacco, alcohol, gift cards), and
        those of the categories that the programme leaves out of offers."""
        ...

    def products(self, after: str, limit: int) -> Sequence[tuple[str, str, str, int, str]]:
        """(sku, category, brand, price in minor units, image)."""
        ...


class Profiles(Protocol):
    """The customer table: what purchases say of each owner, as of the newest planned week.

    Nobody is in it who was forgotten, was merged into somebody, or took profiling back.
    """

    def of(self, people: Sequence[CustomerId]) -> Mapping[str, object] | None:
        """The row of these selves of one person by its columns, of several the living one's; None: there is none."""
        ...

    def put(self, columns: Mapping[str, Sequence[Any]], after: str) -> None:
        """The owners behind `after` up to the last one told have exactly these rows; `columns` has `owner`, ascending.

        At most `CHUNK` rows in one work.
        """
        ...

    def end(self, after: str) -> bool:
        """Some of the owners behind `after` are gone; True when there are none any more."""
        ...


class Reports(Protocol):
    """What came of weeks: what a report is made of, set by set, and the reports that are kept."""

    def plan(self, week: str) -> Planned | None:
        """The week's current plan, None without one."""
        ...

    def picks(self, plan: int, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """(owner, picks as text) of the next owners of a plan."""
        ...

    def events(self, week: str, after: str, limit: int) -> Sequence[tuple[str, str, str]]:
        """(customer, sku, what happened): everything of the next `limit` customers with an event in the week."""
        ...

    def put(self, report: Report) -> None:
        """The report is its week's."""
        ...

    def of(self, week: str) -> Report | None:
        """The kept report of the week."""
        ...

    def before(self, week: str) -> Sequence[Report]:
        """The kept reports of the year before the week, oldest first."""
        ...


class Rankings(Protocol):
    """Which rankings have been champion and challenger; nothing of it is ever changed."""

    def current(self) -> Switch:
        """What holds now; the usual champion alone while nobody has said otherwise."""
        ...

    def put(self, switch: Switch) -> None:
        """It holds from now on."""
        ...


class RankingWork(Work, Protocol):
    """Work that reaches the rankings."""

    @property
    def rankings(self) -> Rankings: ...


class Situations(Protocol):
    """How the rules of situations stand, and whom they met."""

    def switches(self) -> Mapping[Rule, RuleSwitch]:
        """Every rule as it was switched last, or as it was declared."""
        ...

    def switch(self, switch: RuleSwitch) -> None:
        """The rule stands so from now on; how it stood before is kept."""
        ...

    def lot(self, rule: Rule, owner: str) -> int:
        """The owner's 64 bits of chance for the rule: always the same, and unknown to whoever lacks the house's key."""
        ...

    def met(self, rule: Rule, owners: Collection[str]) -> Sequence[Met]:
        """Every time that the rule met these owners."""
        ...

    def count(self, rule: Rule, week: str) -> Mapping[Arm, int]:
        """How many the rule met in the week, by arm."""
        ...

    def add(self, met: Met) -> bool:
        """The meeting is kept; False when the rule has met the owner in that week already."""
        ...

    def gone(self, owners: Collection[str]) -> Collection[str]:
        """Those of the owners who are forgotten, or whose phone is on the suppression list."""
        ...

    def of(self, people: Sequence[CustomerId]) -> Sequence[Met]:
        """Every time that a rule met these people, also under a phone that they have proven, oldest first."""
        ...


class OfferWork(LedgerWork, Protocol):
    """Work that reaches offers."""

    @property
    def offers(self) -> Offers: ...

    @property
    def weeks(self) -> Weeks: ...

    @property
    def profiles(self) -> Profiles: ...

    @property
    def situations(self) -> Situations: ...
