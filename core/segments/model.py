"""The tree of a segment: tests of fields, answers, purchases and campaigns, joined by all, any and not; and a segment
that somebody made, which keeps one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from core.segments.fields import Contact, Dimension, Measure, Op


@dataclass(frozen=True, slots=True)
class FieldTest:
    """The field passes: `number` is what its operator compares with, `among` what `one_of` allows."""

    field: str
    op: Op
    number: int = 0
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of the questionnaire was answered: with one of `among`, or with anything where that is empty."""

    question: str
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bought:
    """Purchases of the things named come to at least, and at most, so much within the last days; None: no bound.

    `days`: today and those before it; None: ever.
    """

    dimension: Dimension
    among: tuple[str, ...]
    measure: Measure = Measure.TIMES
    days: int | None = None
    at_least: int | None = 1
    at_most: int | None = None

    def passes(self, amount: int) -> bool:
        """True when so much is within the bounds."""
        return (self.at_least is None or amount >= self.at_least) and (self.at_most is None or amount <= self.at_most)


@dataclass(frozen=True, slots=True)
class Contacted:
    """In the campaign (None: in any) that became of them within the last days (None: ever); today is one of them."""

    contact: Contact
    campaign: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """All of these; none at all: everybody."""

    of: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """Any of these."""

    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Whoever that is not true of."""

    of: "Node"


Leaf: TypeAlias = FieldTest | Answered | Bought | Contacted
Node: TypeAlias = Leaf | Every | Either | Not
EVERYBODY = Every()


def leaves(node: Node) -> Iterator[Leaf]:
    """Every test of the tree, from left to right."""
    match node:
        case Every(of) | Either(of):
            for one in of:
                yield from leaves(one)
        case Not(of):
            yield from leaves(of)
        case _:
            yield node


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that somebody made. `version` grows with every edit: who edits names the one they saw."""

    id: str
    version: int
    name: str
    tree: Node | None
    """None: it asks for something that this version of the house does not know any more."""
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    archived: bool = False
    """It was put away: no campaign can take it, nobody sees it among the others."""
