"""Phones as people write them, and which of them a code may go to."""

import pytest

from adapters.texts.phones import PhoneReader

READER = PhoneReader("UA")


@pytest.mark.parametrize(
    "text",
    [
        "067 123 45 67",
        "+380671234567",
        "380671234567",
        "(067) 123-45-67",
        "8 067 123 45 67",
        "80671234567",
        "00380671234567",
    ],
)
def test_every_way_to_write_a_phone_is_one_phone(text: str) -> None:
    phone = READER.read(text)
    assert phone is not None
    assert phone.e164 == "+380671234567"


@pytest.mark.parametrize("text", ["", "hello", "112", "0671", "тел 0671234567", "1" * 30, "+999123456789", "картка"])
def test_what_is_no_phone_is_none(text: str) -> None:
    assert READER.read(text) is None


@pytest.mark.parametrize(
    ("text", "served"),
    [("0671234567", True), ("+380441234567", False), ("+12025550143", False), ("+48512345678", False)],
)
def test_codes_go_to_mobiles_of_the_region(text: str, served: bool) -> None:
    phone = READER.read(text)
    assert phone is not None
    assert READER.served(phone) is served
    assert PhoneReader("PL").served(phone) is (text == "+48512345678")
