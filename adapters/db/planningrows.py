"""What a maker of plans reads: sets in chunks by key, so that a million customers are never in memory together."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Integer, cast, exists, extract, func, literal, or_, select

from adapters.db.consentsql import UNPROFILED
from adapters.db.historytables import PHONE, purchases
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.saletables import offer_uses, sales
from adapters.db.selves import proven_owners
from adapters.db.surveyrows import QuestionnaireRows
from adapters.db.surveytables import answers
from adapters.db.tables import agreements, cards, customers, products, stores, suppressed
from adapters.db.types import among
from adapters.db.weekrows import ITEM, item_of
from adapters.db.weektables import promo, refused_goods
from core.cards.model import CardState
from core.offers.meeting import birthdays_of
from core.offers.weekly import Newcomer, PromoItem, offer_id, week_and_sku
from core.shared.values import CustomerId, Phone

_LIVING = (CardState.ISSUED.value, CardState.ACTIVE.value)
_other = customers.alias("other")
_HISTORY = Prepared(
    {dialect: select(purchases.c.owner).where(named) for dialect, named in among(purchases.c.owner, "p_owners").items()}
)
_SAID = Prepared(
    {
        dialect: select(answers.c.customer, answers.c.question, answers.c.value)
        .where(named, asked)
        .order_by(answers.c.customer, answers.c.question)
        for (dialect, named), asked in zip(
            among(answers.c.customer, "p_people").items(), among(answers.c.question, "p_clubs").values(), strict=True
        )
    }
)


class PlanningRows:
    """Satisfies `core.offers.planports.Planning`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def refused(self, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """By the table's own key."""
        of = refused_goods.c
        some = select(of.customer).where(of.customer > after).distinct().order_by(of.customer).limit(limit)
        return self._pairs(
            select(of.customer, of.sku).where(of.customer.in_(some.scalar_subquery())).order_by(of.customer, of.sku)
        )

    def used_up(self, week: str) -> Sequence[tuple[str, str]]:
        """From the few items of the week that have a limit to their counters."""
        limited = {
            offer_id(week, sku): most
            for sku, most in self._connection.execute(
                select(promo.c.sku, promo.c.per_customer).where(promo.c.week == week, promo.c.per_customer.is_not(None))
            )
        }
        of, found = offer_uses.c, []
        for offer, most in sorted(limited.items()):
            named = week_and_sku(offer)
            assert named is not None, "made by offer_id above"
            used = select(of.customer).where(of.offer == offer, of.customer != "", of.uses >= most)
            found += [(customer, named[1]) for customer in self._connection.execute(used).scalars()]
        return sorted(found)

    def unprofiled(self, after: str, limit: int) -> Sequence[str]:
        """Whose newest word on profiling takes it away."""
        of = agreements.c
        chosen = select(of.customer).where(of.customer > after, UNPROFILED)
        return list(self._connection.execute(chosen.order_by(of.customer).limit(limit)).scalars())

    def forgotten(self, after: str, limit: int) -> Sequence[str]:
        """In the order of owners, whichever table they stand in."""
        of, phones = customers.c, select((literal(PHONE) + suppressed.c.phone_hash).label("owner"))
        every = select(of.id.label("owner")).where(of.forgotten_at.is_not(None)).union_all(phones).subquery().c.owner
        return list(self._connection.execute(select(every).where(every > after).order_by(every).limit(limit)).scalars())

    def birthdays(self, week: str, after: str, limit: int) -> tuple[Sequence[tuple[CustomerId, date]], str | None]:
        """Living customers by id; the days are compared where they lie."""
        of = customers.c
        some = select(of.id).where(of.id > after).order_by(of.id).limit(limit).subquery().c.id
        last, count = self._connection.execute(select(func.max(some), func.count())).one()
        if not count:
            return [], None
        day = cast(extract("month", of.birthday) * 100 + extract("day", of.birthday), Integer)
        chosen = select(of.id, of.birthday).where(
            of.id > after, of.id <= last, of.merged_into.is_(None), of.forgotten_at.is_(None),
            day.in_([month * 100 + one for month, one in birthdays_of(week)]),
        )  # fmt: skip
        rows = self._connection.execute(chosen.order_by(of.id))
        return [(CustomerId(row.id), row.birthday) for row in rows], last if count == limit else None

    def merged(self, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """By id."""
        of = customers.c
        return self._pairs(
            select(of.id, of.merged_into).where(of.merged_into.is_not(None), of.id > after).order_by(of.id).limit(limit)
        )

    def proven(self, after: str, limit: int) -> tuple[Mapping[str, str], str | None]:
        """By the keyed hashes of their phones."""
        return proven_owners(self._connection, self._outside, after, limit)

    def newcomers(self, after: str, limit: int) -> tuple[Sequence[Newcomer], str | None]:
        """Bought is what they, or somebody merged into them, did at a till or in imported history, by phone too."""
        of = customers.c
        holder = exists().where(cards.c.customer == of.id, cards.c.state.in_(_LIVING))
        mine = or_(
            sales.c.customer == of.id, sales.c.customer.in_(select(_other.c.id).where(_other.c.merged_into == of.id))
        )
        chosen = (
            select(of.id, of.phone, of.phone_verified_at, of.city, exists().where(mine).label("bought"))
            .where(of.id > after, of.merged_into.is_(None), of.forgotten_at.is_(None), holder)
            .order_by(of.id)
            .limit(limit)
        )
        rows = self._connection.execute(chosen).all()
        fresh = self._without_history([row for row in rows if not row.bought])
        interests, near = self._interests([row.id for row in fresh]), self._only_store() if fresh else {}
        found = [Newcomer(CustomerId(row.id), interests.get(row.id, ()), near.get(row.city, "")) for row in fresh]
        return found, rows[-1].id if len(rows) == limit else None

    def promo(self, week: str) -> Sequence[PromoItem]:
        """Without those whose product is gone from the catalogue."""
        rows = self._connection.execute(ITEM.where(promo.c.week == week).order_by(promo.c.sku))
        return [item_of(row) for row in rows]

    def withheld(self, week: str) -> frozenset[str]:
        """Categories are compared here: SQLite folds Latin letters only."""
        never = {name.casefold() for name in self._outside.programme.offer_excluded_categories}
        of = products.c
        chosen = (
            select(of.sku, of.category, of.no_points).join(promo, promo.c.sku == of.sku).where(promo.c.week == week)
        )
        return frozenset(
            row.sku for row in self._connection.execute(chosen) if row.no_points or row.category.casefold() in never
        )

    def products(self, after: str, limit: int) -> Sequence[tuple[str, str, str, int, str]]:
        """By sku, as the database orders it."""
        of = products.c
        chosen = select(of.sku, of.category, of.brand, of.price, of.image).where(of.sku > after)
        rows = self._connection.execute(chosen.order_by(of.sku).limit(limit))
        return [(row.sku, row.category, row.brand, row.price, row.image) for row in rows]

    def _pairs(self, chosen: Any) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in self._connection.execute(chosen)]

    def _without_history(self, rows: Sequence[Any]) -> list[Any]:
        owners = {row.id: [row.id] for row in rows}
        for row in rows:
            if row.phone and row.phone_verified_at is not None:
                owners[row.id].append(PHONE + self._outside.hashed(Phone(row.phone)))
        asked = [owner for some in owners.values() for owner in some]
        known = {row.owner for row in _HISTORY.all(self._connection, {"p_owners": asked})}
        return [row for row in rows if not known.intersection(owners[row.id])]

    def _interests(self, people: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The categories that the options stand for which they chose in the questions of clubs."""
        clubs = list(self._outside.programme.club_questions)
        asked = QuestionnaireRows(self._connection, self._outside).newest()
        means = {one.key: {option.key: option.interests for option in one.options} for one in asked.questions}
        found: dict[str, tuple[str, ...]] = {}
        for row in _SAID.all(self._connection, {"p_people": list(people), "p_clubs": clubs}):
            known = means.get(row.question, {})
            said = (goods for one in row.value.split(",") if one for goods in known.get(one, (one,)))
            found[row.customer] = tuple(dict.fromkeys((*found.get(row.customer, ()), *said)))
        return found

    def _only_store(self) -> dict[str, str]:
        """By city, where there is one store in it: nobody is asked which is theirs."""
        rows = self._connection.execute(select(stores.c.city, stores.c.id).where(stores.c.city != "")).all()
        many = Counter(row.city for row in rows)
        return {row.city: row.id for row in rows if many[row.city] == 1}
