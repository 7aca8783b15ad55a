"""Any offer that can be: for what must hold of all of them."""

from datetime import date
from fractions import Fraction

from hypothesis import strategies as st

from core.offers import model as m

WORD = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=("C", "Z")), min_size=1, max_size=12
)
NAMES = WORD.map(str.strip).filter(bool)
GOODS = st.builds(m.Goods, *(st.frozensets(NAMES, max_size=3) for _ in range(3)))
MATCH = st.builds(m.Match, GOODS, GOODS)
MINOR = st.integers(1, 9_999_999)
DECIMAL = st.integers(1, 9_999).map(lambda value: Fraction(value, 100))
ONE_CONDITION = st.one_of(
    st.builds(m.MinBasket, MINOR),
    st.builds(m.Items, MATCH, st.integers(1, 99_999_999)),
    st.just(m.FirstPurchase()),
    st.builds(m.Birthday, st.integers(0, 182), st.integers(0, 182)),
    st.builds(m.MemberOf, NAMES),
)
CONDITION = st.one_of(
    st.just(m.Always()), ONE_CONDITION, st.lists(ONE_CONDITION, min_size=2, max_size=4).map(lambda of: m.All(tuple(of)))
)
BENEFIT = st.one_of(
    st.builds(m.PercentOff, DECIMAL, st.none() | MATCH, st.none() | MINOR),
    st.builds(m.AmountOff, MINOR, st.none() | MATCH),
    st.builds(m.FixedPrice, MINOR, MATCH),
    st.builds(m.NthFree, st.integers(1, 99), MATCH),
    st.builds(m.PointsTimes, DECIMAL.map(lambda value: value + 1), st.none() | MATCH),
    st.builds(m.BonusPoints, st.integers(1, 1_000)),
)
MINUTE = st.integers(0, 24 * 60 - 1)
DAY = st.dates(date(2026, 1, 1), date(2028, 1, 1))
WINDOW = st.builds(
    lambda days, weekdays, hours, stores: m.Window(days[0], days[1], weekdays, hours, stores),
    st.tuples(st.none() | DAY, st.none() | DAY).map(lambda two: two if None in two else tuple(sorted(two))),
    st.frozensets(st.integers(1, 7), max_size=7),
    st.none() | st.builds(m.Hours, MINUTE, MINUTE),
    st.frozensets(NAMES, max_size=3),
)
LIMIT = st.none() | st.integers(1, 1_000)
OFFERS = st.builds(
    lambda id, benefit, title, audience, priority, beside, window, condition, limits, policy: m.Offer(
        id, benefit, title=title, audience=audience, priority=priority, group=beside or None, exclusive=beside is None,
        window=window, condition=condition, limits=limits, return_policy=policy,
    ),
    NAMES, BENEFIT, st.dictionaries(st.sampled_from(["uk", "en", "ru"]), NAMES, max_size=3),
    st.sampled_from(m.Audience), st.integers(-99, 99), st.none() | st.just("") | NAMES, WINDOW, CONDITION,
    st.builds(m.Limits, LIMIT, LIMIT, LIMIT, st.none() | MINOR), st.sampled_from(m.ReturnPolicy),
)  # fmt: skip
