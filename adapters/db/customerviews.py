"""Reads for the console's pages about customers: found by keys of indexes, never by a walk over everybody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.db.campaigntables import campaign_people, campaign_runs, campaigns
from adapters.db.counting import HOUSE, SMALL
from adapters.db.figuretables import kept_figures
from adapters.db.movementviews import MovementReads
from adapters.db.segmentfacts import LIVING
from adapters.db.slices import slice_of
from adapters.db.tables import card_numbers, cards, customers, merges, plastics
from core.sales.customerviews import CustomerRow, Found, MergeRow, MessageRow, NumberRow, Sought
from core.shared.listing import PAGE, Asked, Slice
from core.shared.values import CustomerId, Phone

MOST = 50
"""So many are shown of those whose name begins so."""
_PAST = chr(0x10FFFF)
"""Behind every text with the same beginning."""
_of = customers.c
_LIVING = (_of.merged_into.is_(None), _of.forgotten_at.is_(None))
_own = cards.alias("own")


def _card(column: ColumnElement[Any]) -> Any:
    """Of the card that a customer uses now: the newest that is neither replaced nor deleted."""
    newest = select(column).where(_own.c.customer == _of.id, _own.c.state.in_(("issued", "active", "blocked")))
    return newest.order_by(_own.c.issued_at.desc(), _own.c.id.desc()).limit(1).scalar_subquery()


_ROWS: Select[Any] = select(
    _of.id, _of.name, _of.phone, _of.phone_verified_at, _of.language, _of.created_at, _of.last_seen_at,
    _card(_own.c.number).label("number"), _card(_own.c.state).label("state"),
)  # fmt: skip


class CustomerReads(MovementReads):
    """Satisfies `adapters.console.customerports.CustomerViews`."""

    async def customers(self, asked: Asked) -> Slice[CustomerRow]:
        """Ids are in the order of making, so that the key is the list's own order.

        How many there are in a large house is told as of the last hour; a file has everybody who is there now.
        """
        chosen = [_of.language == asked.filters["language"]] if "language" in asked.filters else []
        down = asked.down if asked.sort == "created" else True
        rows = _ROWS.where(*_LIVING, *chosen).order_by(_of.id.desc() if down else _of.id.asc())
        async with self._engine.connect() as connection:
            total = await _kept_total(connection, asked.filters.get("language")) if asked.size <= PAGE else None
            if total is None:
                total = await _count(connection, _all(*_LIVING, *chosen) if chosen else select(LIVING))
            found = await connection.execute(rows.offset(asked.skipped).limit(asked.size))
            return Slice([_customer(row) for row in found], total)

    async def found(self, sought: Sought) -> Found:
        """By the keys of numbers and phones; by the index of names only where those find nobody."""
        async with self._engine.connect() as connection:
            ids = await self._named(connection, sought)
            free = await _waiting(connection, sought)
            if ids or free or not sought.name:
                rows = await connection.execute(_ROWS.where(_of.id.in_(ids), *_LIVING).order_by(_of.id.desc()))
                return Found([_customer(row) for row in rows], free)
            begins = _begins(sought.name, postgres=connection.dialect.name == "postgresql")
            some = select(_of.id, _of.name).where(begins, *_LIVING).limit(MOST + 1).subquery()
            rows = await connection.execute(_ROWS.join(some, some.c.id == _of.id).order_by(_of.name, _of.id))
            people = [_customer(row) for row in rows]
            return Found(people[:MOST], more=len(people) > MOST)

    async def _named(self, connection: AsyncConnection, sought: Sought) -> list[str]:
        """Whom a number or a phone names; whoever was merged is the survivor."""
        ids: set[str] = set()
        if sought.numbers:
            numbered = select(cards.c.customer).join(card_numbers, card_numbers.c.card == cards.c.id)
            chosen = numbered.where(card_numbers.c.number.in_(sought.numbers))
            ids |= set((await connection.execute(chosen)).scalars())
        if sought.phone is not None:
            ids |= set((await connection.execute(select(_of.id).where(_of.phone == sought.phone.e164))).scalars())
        living: set[str] = set()
        while ids:
            rows = (await connection.execute(select(_of.id, _of.merged_into).where(_of.id.in_(ids)))).all()
            living |= {row.id for row in rows if row.merged_into is None}
            ids = {row.merged_into for row in rows if row.merged_into is not None} - living
        return sorted(living)

    async def numbers(self, people: Sequence[CustomerId]) -> Sequence[NumberRow]:
        """The current one first."""
        of = card_numbers.c
        chosen = select(of.number, of.kind, cards.c.state).join(cards, cards.c.id == of.card)
        async with self._engine.connect() as connection:
            rows = await connection.execute(chosen.where(cards.c.customer.in_(people)).order_by(of.number))
            found = [NumberRow(row.number, row.kind, row.state) for row in rows]
        return sorted(found, key=lambda one: (one.kind != "current", one.number))

    async def merges(self, customer: CustomerId) -> Sequence[MergeRow]:
        """The newest first."""
        of = merges.c
        chosen = select(of.id, of.absorbed, of.actor, of.at, of.undone_at, _of.name).join(
            customers, _of.id == of.absorbed
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(chosen.where(of.survivor == customer).order_by(of.at.desc(), of.id.desc()))
            return [
                MergeRow(row.id, CustomerId(row.absorbed), row.name, row.actor, row.at, row.undone_at) for row in rows
            ]

    async def messages(self, people: Sequence[CustomerId], asked: Asked) -> Slice[MessageRow]:
        """By the index of the people of runs."""
        of, run, campaign = campaign_people.c, campaign_runs.c, campaigns.c
        chosen = (
            select(campaign_people, run.due_at, campaign.id.label("campaign"), campaign.name, campaign.kind)
            .join(campaign_runs, run.id == of.run)
            .join(campaigns, campaign.id == run.campaign)
            .where(of.customer.in_(people))
        )
        if "outcome" in asked.filters:
            outcome = asked.filters["outcome"]
            chosen = chosen.where(of.outcome.is_(None) if outcome == "waiting" else of.outcome == outcome)
        async with self._engine.connect() as connection:
            return await slice_of(
                connection, chosen, asked, sortable={"due": run.due_at, "name": campaign.name},
                order=(run.due_at.desc(), of.run.desc(), of.serial), made=_message,
            )  # fmt: skip

    async def sent_since(self, people: Sequence[CustomerId], since: datetime) -> int:
        """Of promotions, the only ones that the cap counts."""
        of, run = campaign_people.c, campaign_runs.c
        chosen = (
            select(func.count())
            .select_from(campaign_people)
            .join(campaign_runs, run.id == of.run)
            .join(campaigns, campaigns.c.id == run.campaign)
            .where(
                of.customer.in_(people),
                of.at >= since,
                of.outcome.in_(("sent", "unknown")),
                campaigns.c.kind == "promotion",
            )
        )
        async with self._engine.connect() as connection:
            return await _count(connection, chosen)


async def _waiting(connection: AsyncConnection, sought: Sought) -> list[str]:
    """Old cards of this number, or under this phone, that nobody has restored."""
    named: list[ColumnElement[bool]] = [plastics.c.number.in_(sought.numbers)] if sought.numbers else []
    named += [plastics.c.phone == sought.phone.e164] if sought.phone is not None else []
    if not named:
        return []
    chosen = select(plastics.c.number).where(or_(*named), plastics.c.card.is_(None)).order_by(plastics.c.number)
    return list((await connection.execute(chosen.limit(MOST))).scalars())


def _begins(name: str, *, postgres: bool) -> ColumnElement[bool]:
    """Names that begin so, however the letters were typed; a range of the index for each way of writing them."""
    ways = {name, name.lower(), name.upper(), name.title(), name.capitalize()}
    if postgres:
        return or_(*(and_(_of.name.op("~>=~")(one), _of.name.op("~<~")(one + _PAST)) for one in sorted(ways)))
    return or_(*(and_(_of.name >= one, _of.name < one + _PAST) for one in sorted(ways)))


async def _kept_total(connection: AsyncConnection, language: str | None) -> int | None:
    """As counted by the hour; None where that is not yet, or so few that they are counted in a moment."""
    chosen = select(kept_figures.c.figures).where(kept_figures.c.name == HOUSE)
    figures = (await connection.execute(chosen)).scalar()
    if figures is None or figures["customers"] <= SMALL:
        return None
    return int(figures["customers"] if language is None else figures["languages"].get(language, 0))


def _all(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(customers).where(*conditions)


async def _count(connection: AsyncConnection, chosen: Select[Any]) -> int:
    return int((await connection.execute(chosen)).scalar_one())


def _customer(row: Row[Any]) -> CustomerRow:
    return CustomerRow(
        CustomerId(row.id), row.name, Phone(row.phone) if row.phone else None, row.phone_verified_at is not None,
        row.language, row.number or "", row.state or "", row.created_at, row.last_seen_at,
    )  # fmt: skip


def _message(row: Row[Any]) -> MessageRow:
    return MessageRow(
        row.campaign, row.name, row.kind, row.due_at, row.arm, row.outcome or "", row.reason, row.channel or "",
        row.at, row.delivered_at, row.seen_at, row.tapped_at,
    )  # fmt: skip
