"""Every policy is read, has its default, and an unknown or unusable one is named."""

from dataclasses import fields

import pytest

from core.programme.model import BadProgramme, Programme, programme_from

CHANGED = """
brand = "Крамниця"
brand_colour = "#112233"
region = "PL"
zone = "Europe/Warsaw"
default_language = "en"
support_phone = "0 800 000 000"
terms_url = "https://example.com/terms"
terms_version = "2"
marketing_version = "3"
card_prefix = "27"
gate_questions = ["birthday"]
welcome_points = 5
recycled_phone_months = 1
code_minutes = 2
code_tries = 2
code_pause_seconds = 1
codes_per_phone_hour = 1
codes_per_phone_day = 2
codes_per_address_hour = 3
sms_per_hour = 4
plastic_tries_hour = 1
plastic_tries_day = 2
restore_answer_ms = 1
spoken_minutes = 2
lookup_by_phone = true
till_misses = 3
till_miss_minutes = 1
kiosk_forget_seconds = 20
currency = "PLN"
club_questions = ["hobby"]
earn_percent = "2.5"
point_value_minor = 10
max_spend_percent = "100"
pending_days = 0
expiry_months = 6
hold_minutes = 5
return_debt = "debt"
returned_points_grace_days = 7
spend_without_proof_points = 9
voucher_rollback_days = 3
voucher_reminder_days = 1
confirmation_seconds = 30
confirmed_minutes = 2
late_receipt_days = 3
clock_ahead_minutes = 1
offline_points_sale = 1
offline_points_day = 2
offline_points_outage = 3
offer_excluded_categories = ["wine"]
global_holdout_percent = 5
promotions_in_7_days = 1
telegram_per_second = 30
viber_per_second = 10
viber_message_price = 40
approval_above = 10
adjust_points_most = 500
adjust_points_day = 900
second_factor = "off"
"""


def test_every_policy_can_be_set_and_none_is_forgotten_here() -> None:
    changed, default = programme_from(CHANGED), Programme()
    for one in fields(Programme):
        if one.init:
            assert getattr(changed, one.name) != getattr(default, one.name), one.name


def test_a_policy_left_out_has_its_default() -> None:
    assert programme_from("") == Programme()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("earn = 5", "earn"),
        ('earn_percent = "101"', "earn_percent"),
        ('max_spend_percent = "-1"', "max_spend_percent"),
        ("earn_percent = 5", "earn_percent"),
        ("point_value_minor = 0", "point_value_minor"),
        ('currency = "hryvnia"', "currency"),
        ('return_debt = "later"', "return_debt"),
        ('card_prefix = "39"', "card_prefix"),
        ("card_prefix = 29", "card_prefix"),
        ('zone = "Kyiv"', "zone"),
        ('default_language = "pl"', "default_language"),
        ("code_minutes = -1", "code_minutes"),
        ("code_minutes = true", "code_minutes"),
        ('lookup_by_phone = "yes"', "lookup_by_phone"),
        ("gate_questions = [1]", "gate_questions"),
        ('brand_colour = "red"', "brand_colour"),
        ('brand = " "', "brand"),
        ('region = "Ukraine"', "region"),
        ("x = ", "TOML"),
    ],
)
def test_a_wrong_policy_is_refused_by_its_name(text: str, named: str) -> None:
    with pytest.raises(BadProgramme, match=named):
        programme_from(text)
