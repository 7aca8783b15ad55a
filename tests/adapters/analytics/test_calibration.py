"""How good a probability is: the measures and the picture."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from adapters.analytics.calibration import Bin, picture, quality


def test_the_measures_are_those_of_the_textbook() -> None:
    chance = np.array([0.1, 0.4, 0.35, 0.8])
    happened = np.array([False, False, True, True])
    told = quality(chance, happened)
    assert told.auc == 0.75
    assert told.average_precision == pytest.approx(5 / 6)
    assert told.brier == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert told.lift == 2
    assert told.calibration_error == pytest.approx((0.1 + 0.4 + 0.65 + 0.2) / 4)
    assert [one.customers for one in told.bins] == [1, 1, 1, 1]


def test_equal_chances_are_no_order() -> None:
    told = quality(np.full(40, 0.5), np.arange(40) < 20)
    assert (told.auc, told.average_precision, told.lift) == (0.5, 0.5, 1.0)


def test_the_picture_puts_true_chances_on_the_diagonal_and_says_them() -> None:
    svg = picture(
        (Bin(10, 0.2, 0.2), Bin(10, 0.9, 0.5)), title="A & B", description="how", foretold="told", happened="was"
    )
    root = ET.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert (root.get("role"), root.get("aria-label")) == ("figure", "A & B. how")
    assert root.findtext(f"{space}title") == "A & B"
    first, second = root.iter(f"{space}circle")
    assert 280 - float(first.get("cy", 0)) == float(first.get("cx", 0)) - 40
    assert 280 - float(second.get("cy", 0)) < float(second.get("cx", 0)) - 40
    assert [one.get("aria-label") for one in root.iter(f"{space}g") if one.get("role") == "listitem"] == [
        "20 % → 20 %",
        "90 % → 50 %",
    ]
