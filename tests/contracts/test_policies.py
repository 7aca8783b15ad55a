"""Policies bite: each changes what happens (those of codes and plastic; others stand with their stories)."""

from typing import Any

import pytest

from bot.messages import Pressed, SharedPhone, Started, Typed
from core.cards.actions import till_codes
from core.cards.plastic import claim_plastic
from core.shared.refusals import Refusal, TooMany
from core.shared.values import Language, Phone
from tests.contracts.test_talk import OLENA, card_of, register
from tests.support.world import World


def typed_phone(world: World, user: str, phone: str) -> list[str]:
    person = world.person(user, "web")
    person.says(Started())
    person.says(Typed("start"))
    person.says(Typed(phone))
    return person.hears


def test_the_prefix_region_language_brand_and_terms_are_the_retailers(small_world: World) -> None:
    small_world.rules(card_prefix="27", brand="Крамниця", brand_colour="#112233", terms_url="https://t.example/x")
    person = small_world.person()
    person.says(Started())
    assert "«Крамниця»" in person.hears[0]
    assert "https://t.example/x" in person.hears[0]
    person.says(SharedPhone(OLENA, own=True))
    person.says(Pressed(person.button("Олена").action))
    card = card_of(person)
    assert card.number.startswith("27")
    assert (card.brand, card.colour) == ("Крамниця", "#112233")
    small_world.rules(region="PL", default_language=Language.EN)
    stranger = small_world.person("stranger", "web")
    stranger.hint = None
    stranger.says(Started())
    assert stranger.hears[0].startswith("To give you")
    stranger.says(Typed("512 345 678"))
    assert "six-digit code" in stranger.hears[0]


@pytest.mark.parametrize(
    ("rules", "second"),
    [
        ({"code_pause_seconds": 0, "codes_per_phone_hour": 1}, "Забагато кодів"),
        ({"code_pause_seconds": 0, "codes_per_phone_day": 1}, "Забагато кодів"),
        ({"sms_per_hour": 1, "code_pause_seconds": 0}, "Зараз коди надсилати не можемо"),
        ({"code_pause_seconds": 500}, "Код щойно надіслано"),
    ],
)
def test_limits_of_codes_per_phone_and_in_all(small_world: World, rules: dict[str, Any], second: str) -> None:
    small_world.rules(**rules)
    assert "надіслали код" in typed_phone(small_world, "one", "0671234567")[0]
    assert second in typed_phone(small_world, "two", "0671234567")[0]


def test_limit_of_codes_per_address(small_world: World) -> None:
    small_world.rules(codes_per_address_hour=2)
    heard = [typed_phone(small_world, "one", f"06712345{number}")[0] for number in (60, 61, 62)]
    assert ["надіслали код" in one for one in heard] == [True, True, False]


def test_a_code_lives_as_long_and_takes_as_many_tries_as_set(small_world: World) -> None:
    small_world.rules(code_minutes=1, code_tries=2)
    person = small_world.person("w", "web")
    person.says(Started())
    person.says(Typed("0671234567"))
    small_world.clock.forward(seconds=61)
    person.says(Typed(small_world.last_code(OLENA.e164)))
    assert "більше не діє" in person.hears[0]
    small_world.clock.forward(minutes=3)
    person.says(Typed("0671234567"))
    person.says(Typed("000001"))
    assert "Лишилася 1 спроба" in person.hears[0]


def test_tries_at_plastic_are_counted_by_distinct_numbers_an_hour_and_a_day(small_world: World) -> None:
    small_world.rules(plastic_tries_hour=2, plastic_tries_day=3)
    person = register(small_world.person())

    def claim(number: str) -> object:
        def job(work: Any) -> object:
            known = work.addresses.get(person.address)
            customer = work.customers.by_phone(OLENA)
            try:
                return claim_plastic(work, customer=customer, known=known, number=number).number
            except TooMany as refusal:
                return refusal.retry_after

        return small_world.do(job)

    assert [claim("1111"), claim("1111"), claim("2222"), claim("3333")] == ["1111", "1111", "2222", 3600]
    small_world.clock.forward(hours=2)
    assert [claim("3333"), claim("4444")] == ["3333", 86_400]


def test_ten_thousand_guesses_at_plastic_reveal_nothing(small_world: World) -> None:
    """Every second number exists; what a guesser hears does not depend on it, and soon there is only "too many"."""
    from core.cards.model import Plastic

    owner = Phone("+380509998877")
    records = [Plastic(f"{number:08d}", "code128", owner) for number in range(0, 10_000, 2)]
    small_world.do(lambda work: work.shelves.put_plastics(records))
    register(small_world.person())
    heard: dict[bool, set[str]] = {True: set(), False: set()}

    def guesses(work: Any) -> int:
        known = work.addresses.get(small_world.person().address)
        customer = work.customers.by_phone(OLENA)
        restored = 0
        for number in range(10_000):
            try:
                claimed = claim_plastic(work, customer=customer, known=known, number=f"{number:08d}")
                restored += claimed.card is not None
                heard[number % 2 == 0].add("a code is asked for")
            except Refusal as refusal:
                heard[number % 2 == 0].add(refusal.code)
        return restored

    assert small_world.do(guesses) == 0
    assert heard[True] == heard[False] == {"a code is asked for", "plastic-tries"}


def test_spoken_codes_live_as_long_as_set_and_are_unique_among_the_living(small_world: World) -> None:
    small_world.rules(spoken_minutes=2)
    people = [register(small_world.person(f"u{at}"), Phone(f"+3806712345{at:02d}")) for at in range(10, 30)]

    def codes(work: Any) -> list[Any]:
        cards = [work.cards.of(work.addresses.get(one.address).customer) for one in people]
        return [till_codes(work, card=card) for card in cards]

    made = small_world.do(codes)
    assert len({one.spoken for one in made}) == len(people)
    assert (made[0].spoken_until - small_world.clock.now).total_seconds() == 120


def test_the_support_phone_is_said_in_help_and_shops(small_world: World) -> None:
    small_world.rules(support_phone="0 800 123 456")
    person = register(small_world.person())
    for word in ("допомога", "скасувати", "абракадабра"):
        person.says(Typed(word))
    person.says(Typed("ще абракадабра"))
    assert "0 800 123 456" in person.hears[0]
