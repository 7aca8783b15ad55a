"""The week's picks as data, weeks around New Year, promo items as offers."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.offers.model import Audience, FixedPrice, Goods, Match
from core.offers.weekly import (
    Because,
    Chosen,
    Pick,
    PromoItem,
    in_order,
    monday_of,
    offer_of,
    picks_from,
    picks_text,
    seen_by,
    week_and_sku,
    week_at,
    week_of,
)
from core.shared.refusals import Invalid

KYIV = ZoneInfo("Europe/Kyiv")


def test_picks_are_read_as_they_were_written_in_their_order() -> None:
    picks = tuple(Pick(f"s{at}", because, "кава", at, 2 * at) for at, because in enumerate(Because))
    assert picks_from(picks_text(picks)) == picks
    assert picks_from("[]") == ()
    assert picks_text([Pick("7", Because.DUE, "", 5, 21)]) == '[["7","due","",5,21]]'


ROW = "sku, kind, about, n, days"
TEXTS = "a sku and what it is about as texts"
NUMBERS = "whole numbers n and days, not negative"
KINDS = "a kind among due, usual, together, alike, interest, store, chain, new, neighbour"
MANY = "a list of at most 100 picks"


def many(count: int) -> str:
    return "[" + ",".join(f'["{at}","new","",0,0]' for at in range(count)) + "]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "JSON"), ("{}", MANY), ("7", MANY), ("[7]", ROW), ('[["a"]]', ROW), ('[["a","due","",1]]', ROW),
        ('[["a","because","",1,1]]', KINDS), ('[["","due","",1,1]]', TEXTS), ('[["a","due",null,1,1]]', TEXTS),
        (f'[["{"a" * 201}","due","",1,1]]', TEXTS), (f'[["a","due","{"a" * 201}",1,1]]', TEXTS),
        ('[["a","due","",-1,1]]', NUMBERS), ('[["a","due","",1.5,1]]', NUMBERS), ('[["a","due","",true,1]]', NUMBERS),
        ('[["a","due","",1,-1]]', NUMBERS), ('[[1,"due","",1,1]]', TEXTS), ('[["a",["due"],"",1,1]]', KINDS),
        ('[["a","due","",1,1],["a","new","",0,0]]', "each sku once"), (many(101), MANY),
    ],
)  # fmt: skip
def test_what_is_no_list_of_picks_of_known_kinds_is_refused_with_what_would_do(text: str, expected: str) -> None:
    with pytest.raises(Invalid, match="invalid") as refused:
        picks_from(text)
    assert (refused.value.field, refused.value.data["expected"]) == ("picks", expected)


def test_the_longest_texts_and_the_most_picks_are_read_and_letters_stay_letters() -> None:
    long = "к" * 200
    assert picks_from(picks_text([Pick(long, Because.NEW, long)])) == (Pick(long, Because.NEW, long),)
    assert picks_text([Pick("ї", Because.NEW)]) == '[["ї","new","",0,0]]'
    assert len(picks_from(many(100))) == 100


@pytest.mark.parametrize(
    ("day", "week", "monday"),
    [
        (date(2026, 11, 26), "2026-W48", date(2026, 11, 23)),
        (date(2026, 12, 31), "2026-W53", date(2026, 12, 28)),
        (date(2027, 1, 3), "2026-W53", date(2026, 12, 28)),
        (date(2027, 1, 4), "2027-W01", date(2027, 1, 4)),
        (date(2024, 12, 30), "2025-W01", date(2024, 12, 30)),
        (date(2023, 1, 1), "2022-W52", date(2022, 12, 26)),
    ],
)
def test_a_week_is_the_iso_week_also_where_it_belongs_to_the_other_year(day: date, week: str, monday: date) -> None:
    assert week_of(day) == week
    assert monday_of(week) == monday
    assert week_of(monday_of(week)) == week


@pytest.mark.parametrize(
    "week", ["", "2026-48", "2026-W00", "2026-W54", "2025-W53", "2026-w48", "٢٠٢٦-W48", "0000-W01"]
)
def test_what_is_no_week_is_refused(week: str) -> None:
    with pytest.raises(Invalid) as refused:
        monday_of(week)
    assert refused.value.data == {"field": "week", "expected": "an ISO week such as 2026-W48"}


def test_the_week_turns_at_midnight_of_the_programme() -> None:
    assert week_at(datetime(2026, 11, 29, 21, 59, tzinfo=UTC), KYIV) == "2026-W48"
    assert week_at(datetime(2026, 11, 29, 22, 0, tzinfo=UTC), KYIV) == "2026-W49"


def test_a_promo_item_is_a_personal_offer_of_its_price_in_its_week_and_stores() -> None:
    item = PromoItem("2026-W53", "a-1", 5000, 3990, {"uk": "Кава"}, frozenset({"s1"}), 2, 3)
    offer = offer_of(item)
    assert (offer.id, offer.version, offer.audience) == ("week-2026-W53-a-1", 3, Audience.PERSONAL)
    assert offer.title == {"uk": "Кава"}
    assert offer.benefit == FixedPrice(3990, Match(Goods(frozenset({"a-1"}))))
    window = offer.window
    assert (window.first, window.last, window.stores) == (date(2026, 12, 28), date(2027, 1, 3), frozenset({"s1"}))
    assert (offer.limits.per_customer, offer.limits.per_receipt, offer.limits.total) == (2, 1, None)
    assert item.until == date(2027, 1, 3)
    assert (item.title_in("uk"), item.title_in("ru"), PromoItem("2026-W53", "a", 2, 1).title_in("en")) == (
        "Кава", "Кава", "a",
    )  # fmt: skip


def test_an_id_tells_week_and_product_and_others_tell_neither() -> None:
    assert week_and_sku("week-2026-W48-a-b") == ("2026-W48", "a-b")
    assert [week_and_sku(one) for one in ("coffee-20", "week-2026-W48-", "week-2026-48-a", "xweek-2026-W48-a")] == [
        None, None, None, None,
    ]  # fmt: skip


def test_without_profiling_only_what_looks_at_nothing_personal_is_seen() -> None:
    picks = [Pick(because.value, because) for because in Because]
    assert seen_by(picks, profiled=True) == picks
    assert [one.sku for one in seen_by(picks, profiled=False)] == ["store", "chain"]
    twice = [Pick("a", Because.DUE), Pick("b", Because.NEW), Pick("a", Because.CHAIN)]
    assert seen_by(twice, profiled=True) == twice[:2]
    assert seen_by(twice, profiled=False) == twice[2:]


def test_activated_ones_come_first_and_the_rank_stays() -> None:
    item = PromoItem("2026-W48", "a", 2, 1, limit=2)
    chosen = [Chosen(Pick(sku, Because.NEW), item, activated=sku in "bd") for sku in "abcd"]
    assert "".join(one.pick.sku for one in in_order(chosen)) == "bdac"
    assert [Chosen(chosen[0].pick, item, used=used).used_up for used in (1, 2)] == [False, True]
