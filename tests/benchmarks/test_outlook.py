"""What the next order's discount hangs on: the shop's own days, and the customer beside them."""

import numpy as np
import pytest

from benchmarks.outlook import fit_outlook
from benchmarks.retail import Orders


def sales(customers: int = 400, seed: int = 3) -> Orders:
    """Every second month the shop gives .3 to everybody, else nothing; some take .2 more at any time."""
    chance = np.random.default_rng(seed)
    customer = np.repeat(np.arange(customers), 12)
    day = np.sort(chance.integers(0, 360, (customers, 12)), axis=1).ravel()
    hunter = customer % 4 == 0
    return Orders(customer, day, 0.3 * (day // 30 % 2) + 0.2 * hunter + 0.01 * chance.random(len(day)))


def test_a_sale_is_the_shops_and_what_somebody_takes_beside_it_is_their_own() -> None:
    told = sales()
    old, many = told.day < 240, len(told.day)
    learned = fit_outlook(told.customer[old], told.day[old], told.discount[old])
    found = learned.expected(told.customer, told.day, told.discount)
    known = np.diff(told.customer, prepend=-1) == 0
    known[1:] &= known[:-1]  # two orders or more are known
    deep = ~old & known & (told.day % 30 > 10)  # the shop's new level has been seen
    for hunter in (False, True):
        for sale in (0, 1):
            some = deep & ((told.customer % 4 == 0) == hunter) & (told.day // 30 % 2 == sale)
            assert found[some].mean() == pytest.approx(0.3 * sale + 0.2 * hunter, abs=0.045)
    mean = np.array([told.discount[(told.customer == one) & old].mean() for one in range(400)])[told.customer]
    missed = np.abs(found - told.discount)[~old & known].mean()
    assert missed < 0.5 * np.abs(mean - told.discount)[~old & known].mean()
    assert many == len(found)


def test_nothing_is_known_of_an_order_but_what_came_before_its_day() -> None:
    told = sales(60)
    learned = fit_outlook(told.customer, told.day, told.discount)
    before = learned.expected(told.customer, told.day, told.discount)
    later = np.where(told.day >= 200, 0.9, told.discount)
    after = learned.expected(told.customer, told.day, later)
    assert (before[told.day <= 200] == after[told.day <= 200]).all()
    assert (before[told.day > 230] != after[told.day > 230]).all()


def test_a_short_history_learns_without_a_window_and_one_without_second_orders_says_so() -> None:
    learned = fit_outlook(np.array([0, 0, 1, 1]), np.array([0, 9, 3, 8]), np.array([0.1, 0.1, 0.5, 0.5]))
    found = learned.expected(np.array([0, 0, 1]), np.array([0, 9, 3]), np.array([0.1, 0.1, 0.5]))
    assert ((found >= 0) & (found <= 1)).all()
    with pytest.raises(ValueError, match="show the mean discount of all orders"):
        fit_outlook(np.array([0, 1]), np.array([0, 1]), np.array([0.1, 0.2]))
