"""Phones as people write them, by the programme's region."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from core.shared.values import Phone

_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class PhoneReader:
    """Reads and judges phones; satisfies `core.customers.ports.Phones`."""

    def __init__(self, region: str) -> None:
        self._region = region

    def read(self, text: str) -> Phone | None:
        """The phone in the text: `067 123 45 67`, `+380671234567` and `8 067 ...` are one in the region UA."""
        given = re.sub(r"[^\d+]", "", text)
        if len(given) > 20 or re.search(r"[A-Za-zА-Яа-яІіЇїЄєҐґ]", text):
            return None
        if self._region == "UA" and re.fullmatch(r"80\d{9}", given):
            given = given[1:]  # the old "8 0" long-distance form, invalid to phonenumbers
        for candidate in (given, f"+{given}"):
            try:
                number = phonenumbers.parse(candidate, self._region)
            except NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
        return None

    def served(self, phone: Phone) -> bool:
        """True for a mobile of the region: codes go nowhere else (reliability.md, threat 19)."""
        number = phonenumbers.parse(phone.e164)
        at_home = phonenumbers.region_code_for_number(number) == self._region
        return at_home and phonenumbers.number_type(number) in _MOBILE
