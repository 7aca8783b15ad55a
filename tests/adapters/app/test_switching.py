"""`kartka situations`, as a person types it."""

import json
from pathlib import Path

import pytest

from tests.support.command import kartka

OFFERS = {
    "offers": [
        {"id": "gift", "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 700}},
        {"id": "all", "benefit": {"kind": "amount_off", "amount": 700}},
        {"id": "over", "audience": "voucher", "until": "2020-01-01", "benefit": {"kind": "bonus_points", "points": 7}},
    ]
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "offers.json").write_text(json.dumps(OFFERS))
    assert kartka(tmp_path, "import", "offers", "offers.json").returncode == 0
    return tmp_path


def test_rules_are_listed_switched_and_listed_as_they_stand(shop: Path) -> None:
    listed = kartka(shop, "situations").stdout
    assert "neighbour: on  days=2 nearest=1\n" in listed
    assert "birthday: off  offer=none control=10 before=3 after=7 pause=300\n" in listed
    words = ("on", "birthday", "--offer", "gift", "--set", "before=5", "--set", "after=0", "--control", "15")
    line = "birthday: on  offer=gift control=15 before=5 after=0 pause=300\n"
    assert kartka(shop, "situations", *words).stdout == line
    assert line in kartka(shop, "situations").stdout
    assert kartka(shop, "situations", "off", "birthday").stdout == line.replace(": on ", ": off ")
    on = kartka(shop, "situations", "on", "leaving", "--offer", "gift", "--set", "risk=75")
    assert on.stdout == "leaving: on  offer=gift control=10 risk=75 most=1000 valid=21 pause=60\n"


def test_what_cannot_be_is_refused_with_what_would_do_and_changes_nothing(shop: Path) -> None:
    before = kartka(shop, "situations").stdout
    for words, told in (
        (("on", "wedding"), "There is no rule “wedding”; there are: neighbour, big_tickets, birthday, leaving."),
        (("on", "birthday"), "offer: Choose an offer: the rule gives a voucher of it."),
        (("on", "birthday", "--offer", "all"), "offer: The offer “all” is not for vouchers"),
        (("on", "birthday", "--offer", "over"), "offer: The offer “over” has ended"),
        (("on", "birthday", "--offer", "gift", "--control", "4"), "control: At least 5 %"),
        (("on", "birthday", "--offer", "gift", "--set", "before=31"), "before: From 0 to 30."),
    ):
        done = kartka(shop, "situations", *words)
        assert done.returncode == 1, words
        assert done.stderr.startswith(told), done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert kartka(shop, "situations", "on", "birthday", "--set", "before").returncode == 2
    assert kartka(shop, "situations").stdout == before
