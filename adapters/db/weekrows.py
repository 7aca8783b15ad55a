"""The week's offers as rows: one row of the current plan for each owner, the items it names, what came of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, literal_column, select

from adapters.db.historytables import PHONE
from adapters.db.offerrows import hashes_of
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared, together
from adapters.db.saletables import offer_uses
from adapters.db.sql import both
from adapters.db.tables import consents, products
from adapters.db.types import among
from adapters.db.weektables import CURRENT, offer_events, plan_rows, plans, promo, refused_goods
from core.customers.model import Purpose
from core.offers.weekly import (
    Because,
    Chosen,
    Did,
    OfferEvent,
    Pick,
    PromoItem,
    offer_id,
    picks_from,
    seen_by,
    week_and_sku,
)
from core.shared.values import CustomerId

_DIALECTS = ("sqlite", "postgresql")
_GIVEN = (
    select(consents.c.given)
    .where(consents.c.customer == bindparam("p_self"), consents.c.purpose == Purpose.PROFILING.value)
    .order_by(consents.c.at.desc(), consents.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_OWNERS = among(plan_rows.c.owner, "p_owners")
_PICKS = Prepared(
    {
        dialect: select(plan_rows.c.owner, plan_rows.c.picks, _GIVEN.label("given"))
        .join(plans, plans.c.id == plan_rows.c.plan)
        .where(plans.c.week == bindparam("p_week"), plans.c.state == literal_column(f"'{CURRENT}'"), _OWNERS[dialect])
        for dialect in _DIALECTS
    }
)
ITEM = select(promo, products.c.name, products.c.image).join(products, products.c.sku == promo.c.sku)
_REFUSED_BY = among(refused_goods.c.customer, "p_people")
_DONE_BY = among(offer_events.c.customer, "p_people")
_USED_BY = among(offer_uses.c.customer, "p_people")
_SKUS = among(promo.c.sku, "p_skus")


def _goods(dialect: str) -> Select[Any]:
    """The week's items of these products that the people did not refuse, and what they have done about each."""
    refused = select(refused_goods.c.sku).where(refused_goods.c.sku == promo.c.sku, _REFUSED_BY[dialect]).exists()
    did = and_(
        offer_events.c.week == promo.c.week,
        offer_events.c.sku == promo.c.sku,
        offer_events.c.what == Did.ACTIVATED.value,
        _DONE_BY[dialect],
    )
    named = offer_uses.c.offer == func.concat("week-", promo.c.week, "-", promo.c.sku)
    if dialect == "sqlite":  # concat() is of SQLite 3.44; the operator is as old as SQL
        named = offer_uses.c.offer == literal_column("'week-' || promo.week || '-' || promo.sku")
    used = select(func.coalesce(func.sum(offer_uses.c.uses), 0)).where(named, _USED_BY[dialect]).scalar_subquery()
    return ITEM.add_columns(select(offer_events.c.at).where(did).exists().label("activated"), used.label("used")).where(
        promo.c.week == bindparam("p_week"), _SKUS[dialect], ~refused
    )


_GOODS = Prepared({dialect: _goods(dialect) for dialect in _DIALECTS})
_ITEMS = Prepared({dialect: ITEM.where(promo.c.week == bindparam("p_week"), _SKUS[dialect]) for dialect in _DIALECTS})
_NOTE = both(offer_events, lambda insert: insert.on_conflict_do_nothing())
_REFUSE = both(refused_goods, lambda insert: insert.on_conflict_do_nothing())
_UNDO = Prepared(
    {
        dialect: delete(offer_events).where(
            offer_events.c.week == bindparam("p_week"),
            offer_events.c.sku == bindparam("p_sku"),
            offer_events.c.what == bindparam("p_what"),
            _DONE_BY[dialect],
        )
        for dialect in _DIALECTS
    }
)
_ALLOW = Prepared(
    {
        dialect: delete(refused_goods).where(_REFUSED_BY[dialect], refused_goods.c.sku == bindparam("p_sku"))
        for dialect in _DIALECTS
    }
)
_REFUSED = Prepared({dialect: select(refused_goods).where(_REFUSED_BY[dialect]) for dialect in _DIALECTS})
_EVENTS = Prepared(
    {
        dialect: select(offer_events).where(_DONE_BY[dialect]).order_by(offer_events.c.at, offer_events.c.sku)
        for dialect in _DIALECTS
    }
)
_KEPT = Prepared(
    {
        dialect: select(plans.c.week, plan_rows.c.owner, plan_rows.c.picks)
        .join(plan_rows, plan_rows.c.plan == plans.c.id)
        .where(plans.c.state == CURRENT, _OWNERS[dialect])
        .order_by(plans.c.week, plan_rows.c.owner)
        for dialect in _DIALECTS
    }
)


class WeekRows:
    """Satisfies `core.offers.ports.Weeks`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def of(self, people: Sequence[CustomerId], week: str, skus: Collection[str] | None = None) -> Sequence[Chosen]:
        """One read of the plan by its key, and one of the items that it names."""
        if not people:
            return []
        found = self._picks(people, week)
        wanted = [one for one in found if skus is None or one.sku in skus]
        if not wanted:
            return []
        named = {"p_week": week, "p_skus": [one.sku for one in wanted], "p_people": list(people)}
        goods = {row.sku: row for row in _GOODS.all(self._connection, named)}
        return [
            Chosen(one, item_of(goods[one.sku]), bool(goods[one.sku].activated), int(goods[one.sku].used))
            for one in wanted
            if one.sku in goods
        ]

    def items(self, offers: Collection[str]) -> Mapping[str, PromoItem]:
        """By key, week by week."""
        weeks: dict[str, list[str]] = {}
        for named in map(week_and_sku, offers):
            if named is not None:
                weeks.setdefault(named[0], []).append(named[1])
        rows = [
            row
            for week, skus in weeks.items()
            for row in _ITEMS.all(self._connection, {"p_week": week, "p_skus": skus})
        ]
        return {offer_id(row.week, row.sku): item_of(row) for row in rows}

    def note(self, customer: CustomerId, chosen: Sequence[Chosen], did: Did, at: datetime) -> None:
        """What stands there stays; in the order of products, so that two at once do not wait for each other."""
        rows = [
            {"customer": customer, "week": one.item.week, "sku": one.item.sku, "what": did.value,
             "kind": one.pick.because.value, "at": at}
            for one in sorted(chosen, key=lambda one: one.item.sku)
        ]  # fmt: skip
        together(self._connection, [(_NOTE, row) for row in rows])

    def undo(self, people: Collection[CustomerId], week: str, sku: str, did: Did) -> None:
        """Whichever self it had happened to."""
        _UNDO.run(
            self._connection, {"p_people": list(people), "p_week": week, "p_sku": sku, "p_what": did.value}
        )  # fmt: skip

    def refuse(self, customer: CustomerId, sku: str, at: datetime) -> None:
        """The first time counts."""
        _REFUSE.run(self._connection, {"customer": customer, "sku": sku, "at": at})

    def allow(self, people: Collection[CustomerId], sku: str) -> None:
        """Whichever self had refused it."""
        _ALLOW.run(self._connection, {"p_people": list(people), "p_sku": sku})

    def refused(self, people: Collection[CustomerId]) -> Mapping[str, datetime]:
        """By sku."""
        rows = _REFUSED.all(self._connection, {"p_people": list(people)})
        return {row.sku: row.at for row in sorted(rows, key=lambda row: row.at)}

    def events(self, people: Collection[CustomerId]) -> Sequence[OfferEvent]:
        """In the order of time."""
        rows = _EVENTS.all(self._connection, {"p_people": list(people)})
        return [OfferEvent(row.week, row.sku, Because(row.kind), Did(row.what), row.at) for row in rows]

    def planned(self, people: Sequence[CustomerId]) -> Mapping[str, str]:
        """Of current plans; of several selves the living one's last."""
        rows = _KEPT.all(self._connection, {"p_owners": self._owners(people)})
        return {row.week: row.picks for row in sorted(rows, key=lambda row: row.owner == people[0])}

    def _picks(self, people: Sequence[CustomerId], week: str) -> list[Pick]:
        owners = self._owners(people)
        values = {"p_self": people[0], "p_week": week, "p_owners": owners}
        rows = sorted(_PICKS.all(self._connection, values), key=lambda row: owners.index(row.owner))
        profiled = not rows or rows[0].given is None or bool(rows[0].given)
        return seen_by([one for row in rows for one in picks_from(row.picks)], profiled=profiled)

    def _owners(self, people: Sequence[CustomerId]) -> list[str]:
        """Under which owners a plan may know them: their ids, and the phones that they have proven."""
        return [*people, *(PHONE + one for one in hashes_of(self._connection, self._outside, people))]


def item_of(row: Any) -> PromoItem:
    """A row of `promo` with its product; a title that the file left out is the product's name."""
    return PromoItem(
        row.week,
        row.sku,
        row.price_was,
        row.price,
        {"uk": row.title_uk or row.name, "en": row.title_en or row.name},
        frozenset(row.stores),
        row.per_customer,
        row.version,
        row.name,
        row.image,
    )
