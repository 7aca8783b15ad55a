"""What a refusal carries to the edge: its code, its data, when to come again."""

import pytest

from core.shared.refusals import Invalid, TooMany
from core.shared.values import Place


def test_a_value_that_cannot_be_used_names_its_field_and_what_else_is_known() -> None:
    refusal = Invalid("phone", expected="a mobile number")
    assert (refusal.code, refusal.field) == ("invalid", "phone")
    assert refusal.data == {"field": "phone", "expected": "a mobile number"}
    assert Invalid("phone", "taken").code == "taken"


@pytest.mark.parametrize(
    ("seconds", "retry_after", "minutes"),
    [(-5, 1, 1), (0, 1, 1), (1, 1, 1), (60, 60, 1), (61, 61, 2), (3660, 3660, 61)],
)
def test_a_limit_says_when_to_come_again_in_seconds_and_whole_minutes(
    seconds: int, retry_after: int, minutes: int
) -> None:
    refusal = TooMany("too-many", seconds, left=3)
    assert refusal.retry_after == retry_after
    assert refusal.data == {"minutes": minutes, "left": 3}


@pytest.mark.parametrize(("lat", "lon"), [(90, 180), (-90, -180), (0, 0)])
def test_the_poles_and_the_date_line_are_places(lat: float, lon: float) -> None:
    assert Place(lat, lon).metres_to(Place(lat, lon)) == 0


@pytest.mark.parametrize(("lat", "lon"), [(90.1, 0), (-90.1, 0), (0, 180.1), (0, -180.1), (float("nan"), 0)])
def test_beyond_them_there_is_none(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match=r"^a place has a latitude of -90..90 and a longitude of -180..180 degrees$"):
        Place(lat, lon)


def test_half_the_earth_is_its_mean_radius_times_pi() -> None:
    assert Place(0, 0).metres_to(Place(0, 180)) == pytest.approx(6_371_008.8 * 3.141592653589793, abs=0.01)
