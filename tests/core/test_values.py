"""Values that cannot be wrong."""

from datetime import date

import pytest

from core.shared.calendar import add_months
from core.shared.values import Language, Phone, Place, person_name, till_name


@pytest.mark.parametrize("text", ["380671234567", "+0671234567", "+38067", "+38067123456789012", "", "+38 067"])
def test_a_phone_is_e164_or_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164"):
        Phone(text)


def test_a_phone_never_shows_itself_in_a_log() -> None:
    assert "67123" not in repr(Phone("+380671234567"))
    assert Phone("+380671234567").hint == "•• 67"


@pytest.mark.parametrize(
    ("tag", "language"), [("uk-UA", "uk"), ("ru", "ru"), ("en_US", "en"), ("ua", "uk"), ("pl", "uk"), (None, "uk")]
)
def test_a_language_is_guessed_from_a_platforms_tag(tag: str | None, language: str) -> None:
    assert Language.guess(tag) == language
    assert Language.guess("pl", Language.EN) == "en"
    assert [Language.guess(told, Language.RU) for told in ("uk", "UA", "en", "pl")] == ["uk", "uk", "en", "ru"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("  Олена \n Коваль ", "Олена Коваль"),
        ("\u202eевіл\u202c", "евіл"),
        ("12345", ""),
        ("a" * 100, "a" * 64),
        ("\x00\x07", ""),
        ("Оля\x07Коваль", "Оля Коваль"),
        ("O'Neil", "O'Neil"),
    ],
)
def test_a_name_is_fit_to_show_anywhere(given: str, name: str) -> None:
    assert person_name(given) == name


def test_the_cashier_sees_a_first_name_and_an_initial() -> None:
    assert till_name("Олена Коваль") == "Олена К."
    assert till_name("Олена") == "Олена"


def test_months_clamp() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 3, 31), -6) == date(2025, 9, 30)


def test_distance_is_measured_along_the_earth() -> None:
    kyiv, lviv = Place(50.4501, 30.5234), Place(49.8397, 24.0297)
    assert 465_000 < kyiv.metres_to(lviv) < 472_000
    with pytest.raises(ValueError, match="latitude"):
        Place(91, 0)


def test_a_place_knows_how_far_another_is() -> None:
    kyiv, lviv = Place(50.4501, 30.5234), Place(49.8397, 24.0297)
    assert 466_000 < kyiv.metres_to(lviv) < 470_000
    assert kyiv.metres_to(kyiv) == 0
    assert Place(0, 179.5).metres_to(Place(0, -179.5)) == pytest.approx(111_195, rel=1e-3)
    for lat, lon in ((90.1, 0), (-90.1, 0), (0, 180.1), (0, -180.1)):
        with pytest.raises(ValueError, match="latitude"):
            Place(lat, lon)
