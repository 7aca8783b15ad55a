"""Former selves as SQL: whom somebody was merged into, however often, and the answers that count for a person."""

from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Select, and_, exists, func, or_, select, union_all

from adapters.db.surveytables import answers
from adapters.db.tables import customers

LIVES = customers.c.merged_into.is_(None), customers.c.forgotten_at.is_(None)
"""Of a customer's row: somebody to count and to write to."""
_gone = select(customers.c.id, customers.c.merged_into.label("who")).where(customers.c.merged_into.is_not(None))
_merged = _gone.cte("merged")
"""A small set of an index: nobody's row is looked at, and the chains are followed within it."""
_chain = select(_merged.c.id, _merged.c.who).cte("steps", recursive=True)
_chain = _chain.union_all(select(_chain.c.id, _merged.c.who).join(_merged, _merged.c.id == _chain.c.who))
FORMER = select(_chain.c.id, _chain.c.who).where(_chain.c.who.not_in(select(_merged.c.id))).cte("former")
"""`id`: somebody who was merged away; `who` they are now. There are few, and an index leads to them."""
_own, _later, _other = answers.alias("own"), answers.alias("later"), FORMER.alias("other_self")
_is_own = exists().where(_own.c.customer == FORMER.c.who, _own.c.question == answers.c.question)
_is_newer = exists().where(
    _other.c.who == FORMER.c.who, _later.c.customer == _other.c.id, _later.c.question == answers.c.question,
    or_(_later.c.at > answers.c.at, and_(_later.c.at == answers.c.at, _later.c.customer < answers.c.customer)),
)  # fmt: skip
INHERITED = (
    select(FORMER.c.who.label("customer"), answers.c.question, answers.c.kind, answers.c.value)
    .join(answers, answers.c.customer == FORMER.c.id)
    .where(~_is_own, ~_is_newer)
)
"""What somebody has not answered, but the newest of the selves that were merged into them has."""
SAID = union_all(
    select(answers.c.customer, answers.c.question, answers.c.kind, answers.c.value), INHERITED
).subquery("said")  # fmt: skip
"""The answers that count for a living person. Inherited ones are few: they are made once, and of the others only those
are read that a question is about."""
ANSWERED = select(SAID).where(SAID.c.customer.not_in(select(FORMER.c.id))).subquery("answered")
"""The same of living people alone, for whoever counts everybody: whoever was merged is one with the survivor."""


def family_of(holders: Select[Any]) -> CTE:
    """`holder` and `member`: these `holder`s, each with themselves and everybody who was merged into them."""
    some = holders.subquery("holders")
    family = select(some.c.holder, some.c.holder.label("member")).cte("family", recursive=True)
    more = select(family.c.holder, customers.c.id).where(customers.c.merged_into == family.c.member)
    return family.union(more)


def said_by(family: FromClause, *some: ColumnElement[bool]) -> Select[Any]:
    """Of `some` answers those that count for the holders of a `family_of` them, as `SAID` has them for everybody."""
    of = family.c
    newest = func.row_number().over(
        partition_by=(of.holder, answers.c.question),
        order_by=(answers.c.customer != of.holder, answers.c.at.desc(), answers.c.customer),
    )
    told = of.holder, answers.c.question, answers.c.kind, answers.c.value
    ranked = select(*told, newest.label("place")).join(answers, answers.c.customer == of.member)
    one = ranked.where(*some).subquery("ranked").c
    return select(one.holder.label("customer"), one.question, one.kind, one.value).where(one.place == 1)
