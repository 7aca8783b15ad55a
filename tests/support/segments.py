"""Any segment that can be: trees for Hypothesis, over every field, operator and thing to be bought."""

import random
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.segments.fields import FIELDS, OPS, Contact, Dimension, Field, Kind, Measure, Op
from core.segments.model import Answered, Bought, Contacted, Either, Every, FieldTest, Leaf, Node, Not

THINGS = {
    Dimension.SKU: ("p1", "p2", "p3"),
    Dimension.CATEGORY: ("coffee", "tea", "sweets"),
    Dimension.BRAND: ("acme", "bola"),
    Dimension.STORE: ("s1", "s2"),
    Dimension.WEEKDAY: tuple("1234567"),
    Dimension.GROUP: ("north", "south"),
    Dimension.ANYTHING: (),
}
GROUPS = {"s1": "north", "s2": "south"}
"""Of which group each store is."""
CAMPAIGNS = ("c1", "c2")
TEXTS = {
    "city": ("Київ", "Lviv"),
    "sex": ("f", "m"),
    "source": ("poster", "friend"),
    "club": ("coffee", "sport", "diy"),
    "channel": ("telegram", "viber", "web"),
    "top_category": THINGS[Dimension.CATEGORY],
    "top_store": THINGS[Dimension.STORE],
}
QUESTIONS = {"kids": ("0", "1", "2"), "interests": ("coffee", "sport", "diy"), "note": ()}
BOUNDS = [(least, most) for least in (None, 0, 1, 2, 4) for most in (None, 0, 1, 3, 6)
          if (least, most) != (None, None) and (least is None or most is None or least <= most)]  # fmt: skip
MOST = {"points_active": 300, "points_pending": 300, "points_expiring_30d": 200, "age": 90, "hour": 23}


def _test(field: Field) -> st.SearchStrategy[FieldTest]:
    def of(op: Op) -> st.SearchStrategy[FieldTest]:
        if op is Op.ONE_OF:
            among = field.options or TEXTS[field.key]
            return st.lists(st.sampled_from(among), min_size=1, max_size=3, unique=True).map(
                lambda some: FieldTest(field.key, op, among=tuple(some))
            )
        if op in (Op.YES, Op.KNOWN):
            return st.just(FieldTest(field.key, op))
        most = 100 if field.kind is Kind.PERCENT else 182 if op is Op.COMING else MOST.get(field.key, 400)
        most = 50_000 if field.kind is Kind.MONEY else most
        return st.integers(0, most).map(lambda number: FieldTest(field.key, op, number))

    return st.sampled_from(OPS[field.kind]).flatmap(of)


def _bought() -> st.SearchStrategy[Bought]:
    def of(dimension: Dimension) -> st.SearchStrategy[Bought]:
        bounds = st.sampled_from(BOUNDS)
        return st.builds(
            lambda among, measure, days, some, scale: Bought(
                dimension, tuple(among), measure, days,
                *(None if one is None else one * (scale if measure is Measure.MONEY else 1) for one in some),
            ),
            st.lists(st.sampled_from(THINGS[dimension]), min_size=1, max_size=3, unique=True)
            if THINGS[dimension]
            else st.just([]),
            st.sampled_from(list(Measure)), st.sampled_from((None, 1, 30, 90, 365)), bounds,
            st.sampled_from((500, 3_000)),
        )  # fmt: skip

    return st.sampled_from(list(Dimension)).flatmap(of)


def _answered() -> st.SearchStrategy[Answered]:
    return st.sampled_from(sorted(QUESTIONS)).flatmap(
        lambda key: st.lists(st.sampled_from(QUESTIONS[key] or ("yes",)), max_size=2, unique=True).map(
            lambda among: Answered(key, tuple(among) if QUESTIONS[key] else ())
        )
    )


_CONTACTED = st.builds(
    Contacted, st.sampled_from(list(Contact)), st.sampled_from((None, *CAMPAIGNS)), st.sampled_from((None, 1, 7, 90))
)
LEAVES = st.one_of(st.sampled_from(list(FIELDS.values())).flatmap(_test), _bought(), _answered(), _CONTACTED)
TREES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: Every(tuple(some))),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: Either(tuple(some))),
        inner.map(Not),
    ),
    max_leaves=8,
)


def some_leaves(many: int, *, again: bool) -> list[Leaf]:
    """So many tests of every kind; `again`: the same ones in every run."""
    found: list[Leaf] = []

    def collect(leaf: Leaf) -> None:
        found.append(leaf)

    settings(max_examples=many, deadline=None, phases=[Phase.generate], database=None, derandomize=again,
             suppress_health_check=list(HealthCheck))(given(LEAVES)(collect))()  # fmt: skip
    return found


def random_tree(chance: random.Random, leaves: Sequence[Leaf], depth: int = 0) -> Node:
    """Of one to a dozen of the tests, joined and turned; drawn a hundred times as fast as Hypothesis does it."""
    kind = chance.random()
    if depth == 3 or kind < (0.1, 0.5, 0.7)[depth]:
        return chance.choice(leaves)
    if kind > 0.85:
        return Not(random_tree(chance, leaves, depth + 1))
    join = Every if chance.random() < 0.5 else Either
    return join(tuple(random_tree(chance, leaves, depth + 1) for _ in range(chance.randrange(1, 4))))
