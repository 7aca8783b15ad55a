"""The net promoter score and how sure it is."""

import pytest

from core.surveys.nps import nps


def test_the_score_is_promoters_less_detractors() -> None:
    scored = nps({10: 40, 9: 20, 8: 10, 7: 10, 6: 10, 0: 10})
    assert scored is not None
    assert scored.score == pytest.approx(40)
    # Share difference 0.4 of n = 100: variance (0.6 + 0.2 - 0.16) / 100 = 0.0064, so 1.96 x 8 points on each side.
    assert scored.low == pytest.approx(24.32, abs=0.01)
    assert scored.high == pytest.approx(55.68, abs=0.01)
    assert not scored.too_few


def test_fewer_than_a_hundred_answers_are_too_few() -> None:
    few, enough = nps({10: 99}), nps({10: 100})
    assert few is not None
    assert enough is not None
    assert (few.too_few, enough.too_few) == (True, False)
    assert nps({}) is None


def test_a_rating_outside_the_scale_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="0 to 10"):
        nps({11: 1})
