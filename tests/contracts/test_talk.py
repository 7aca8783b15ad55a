"""The talk over both databases: registration, the same person everywhere, restore, languages, forgetting."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.conversation import handle
from bot.messages import (
    Blocked,
    Incoming,
    Pressed,
    Said,
    SharedPhone,
    ShowCard,
    Started,
    Typed,
    Unblocked,
)
from core.cards.model import CardState
from core.cards.numbers import is_ean13
from core.customers.model import Customer, Purpose, agreed
from core.shared.values import Phone
from tests.support.world import Person, World

OLENA = Phone("+380671234567")


def register(person: Person, phone: Phone = OLENA) -> Person:
    """Start, share the phone, tap the name: three taps to the card."""
    person.says(Started("poster-17"))
    person.says(SharedPhone(phone, own=True))
    if any("звертатися" in heard for heard in person.hears):
        person.says(Pressed(person.button(person.name).action))
    return person


def card_of(person: Person) -> ShowCard:
    """The card in the last answer."""
    return next(reply for reply in person.answer.replies if isinstance(reply, ShowCard))


def test_three_taps_give_a_card_and_its_source_is_kept(world: World) -> None:
    person = register(world.person())
    card = card_of(person)
    assert is_ean13(card.number)
    assert card.number.startswith("29")
    assert card.name == "Олена"
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    assert customer.source == "poster-17"
    consents = world.do(lambda work: work.consents.of(customer.id))
    assert agreed(consents) == {Purpose.TERMS: True, Purpose.MARKETING: False, Purpose.PROFILING: True}


def test_marketing_is_asked_after_the_card_and_once(world: World) -> None:
    person = register(world.person())
    assert "особисті пропозиції" in person.hears[-1]
    person.says(Pressed(person.button("Так, надсилайте").action))
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    assert agreed(world.do(lambda work: work.consents.of(customer.id)))[Purpose.MARKETING]
    person.says(Typed("СТОП"))
    assert not agreed(world.do(lambda work: work.consents.of(customer.id)))[Purpose.MARKETING]
    assert len(world.do(lambda work: work.consents.of(customer.id))) == 3


def test_a_known_phone_is_the_same_person_on_another_channel(world: World) -> None:
    number = card_of(register(world.person())).number
    other = world.person("viber-olena", "viber")
    other.says(Started())
    other.says(SharedPhone(OLENA, own=True))
    assert card_of(other).number == number
    assert len(other.answer.replies) == 1


@pytest.mark.parametrize(
    ("shared", "words"),
    [
        (SharedPhone(OLENA), "чужий контакт"),
        (SharedPhone(OLENA, nonce="old"), "кнопка вже стара"),
        (SharedPhone(None, nonce="old"), "цього пристрою"),
    ],
)
def test_a_foreign_forged_or_old_contact_is_refused(world: World, shared: SharedPhone, words: str) -> None:
    person = world.person()
    person.says(Started())
    person.says(shared)
    assert words in person.hears[0]
    assert world.do(lambda work: work.customers.by_phone(OLENA)) is None


def test_the_nonce_of_the_open_question_proves_a_viber_phone_once(world: World) -> None:
    person = world.person("v", "viber")
    person.says(Started())
    nonce = person.button("Надіслати номер").action.removeprefix("phone:")
    person.says(SharedPhone(OLENA, nonce=nonce))
    assert world.do(lambda work: work.customers.by_phone(OLENA)) is not None
    other = world.person("v2", "viber")
    other.says(Started())
    other.says(SharedPhone(Phone("+380501112233"), nonce=nonce))
    assert "кнопка вже стара" in other.hears[0]


def test_a_typed_phone_is_proven_by_the_code_it_receives(world: World) -> None:
    person = world.person("w", "web")
    person.says(Started())
    person.says(Typed("067 123 45 67"))
    person.says(Typed("000000" if world.last_code(OLENA.e164) != "000000" else "111111"))
    assert "Лишилося 4 спроби" in person.hears[0]
    person.says(Typed(world.last_code(OLENA.e164)))
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    assert customer.phone_verified_at is not None


def test_five_wrong_codes_end_the_code(world: World) -> None:
    person = world.person("w", "web")
    person.says(Started())
    person.says(Typed("0671234567"))
    right = world.last_code(OLENA.e164)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        person.says(Typed(wrong))
    assert "більше не діє" in person.hears[0]
    person.says(Typed(right))
    assert world.do(lambda work: work.customers.by_phone(OLENA)) is None


def test_codes_cost_no_more_than_the_limits_allow(world: World) -> None:
    person = world.person("w", "web")
    person.says(Started())
    sent = set()
    for _ in range(12):
        person.says(Typed("start"))
        person.says(Typed("0671234567"))
        sent.add(world.last_code(OLENA.e164))
        world.clock.forward(minutes=3)
    assert len(sent) <= world.programme.codes_per_phone_hour
    assert "Забагато кодів" in person.hears[0]


def test_codes_go_to_mobiles_of_the_region_only(world: World) -> None:
    person = world.person("w", "web")
    person.says(Started())
    person.says(Typed("+1 202 555 0143"))
    assert "коди не надсилаємо" in person.hears[0]


def test_a_long_silent_phone_earns_but_waits_with_spending_until_the_birthday(world: World) -> None:
    register(world.person())
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    world.do(lambda work: work.customers.save(_with_birthday(customer)))
    world.clock.forward(days=200)
    stranger = world.person("new-owner")
    stranger.says(Started())
    stranger.says(SharedPhone(OLENA, own=True))
    locked = world.do(lambda work: work.customers.by_phone(OLENA))
    assert locked is not None
    assert locked.spend_lock == "recycled-phone"
    for guess in ("1.1", "2.1"):
        stranger.says(Typed(guess))
        assert "не збігається" in stranger.hears[0]
    stranger.says(Typed("31.12"))
    assert "Бонуси знову можна витрачати" in stranger.hears[0]


def _with_birthday(customer: Customer) -> Customer:
    return replace(customer, birthday=date(1985, 12, 31))


def test_language_changes_in_two_taps_and_the_open_question_goes_on(world: World) -> None:
    person = world.person()
    person.says(Started())
    person.says(SharedPhone(OLENA, own=True))
    person.says(Pressed("language"))
    person.says(Pressed(person.button("English").action))
    assert person.hears == ["Now we speak English.", "What shall we call you? Tap the name or type another."]
    person.says(Typed("1"))
    assert "Your card is ready" in person.hears[0]


def test_words_numbers_and_labels_work_instead_of_buttons(world: World) -> None:
    person = register(world.person())
    for typed, heard in (("КАРТКА!", "Ваша картка."), ("card", "Ваша картка."), ("меню", "Що зробити?"),
                         ("Магазини", "магазин"), ("/help", "Тут ваша картка")):  # fmt: skip
        person.says(Typed(typed))
        assert heard in person.hears[0]


def test_an_old_button_says_so_and_changes_nothing(world: World) -> None:
    person = world.person()
    person.says(Started())
    person.says(SharedPhone(OLENA, own=True))
    old = person.button("Олена").action
    person.says(Pressed(old))
    person.says(Pressed(old))
    assert "кнопка вже стара" in person.hears[0]
    for forged in ("q99:yes", "q:", "", "x" * 90, "shops999", "drop table"):
        person.says(Pressed(forged))
        assert person.answer.replies


def test_a_customer_cannot_change_the_phone_by_sharing_another(world: World) -> None:
    person = register(world.person())
    person.says(SharedPhone(Phone("+380501112233"), own=True))
    assert "до іншого номера" in person.hears[0]


def test_blocked_means_we_may_not_write_and_a_word_from_the_person_opens_again(world: World) -> None:
    person = register(world.person())
    person.says(Blocked())
    assert person.answer.replies == []
    known = world.do(lambda work: work.addresses.get(person.address))
    assert known is not None
    assert not known.subscribed
    person.says(Typed("картка"))
    known = world.do(lambda work: work.addresses.get(person.address))
    assert known is not None
    assert known.subscribed


def test_a_late_old_word_never_undoes_a_newer_subscription(world: World) -> None:
    person = register(world.person())
    now = world.clock.now

    def hears(said: Said, minutes: int) -> bool:
        incoming = Incoming(person.address, said, at=now + timedelta(minutes=minutes))
        world.do(lambda work: handle(work, incoming, now))
        known = world.do(lambda work: work.addresses.get(person.address))
        assert known is not None
        return known.subscribed

    assert [hears(Blocked(), 10), hears(Unblocked(), 5), hears(Unblocked(), 20), hears(Blocked(), 15)] == [
        False,
        False,
        True,
        True,
    ]


def test_forget_me_leaves_nothing_of_the_person_in_the_whole_database(world: World) -> None:
    person = register(world.person("user-key-4711"))
    person.says(Typed("мої дані"))
    person.says(Typed("забути мене"))
    person.says(Pressed(person.button("Видалити все").action))
    assert "Ваші дані видалено" in person.hears[0]
    dump = _dump(world)
    for trace in ("671234567", "Олена", "user-key-4711"):
        assert trace not in dump
    again = register(person)
    assert card_of(again).state == CardState.ACTIVE


def _dump(world: World) -> str:
    from sqlalchemy import select

    from adapters.db.tables import metadata

    with world.engine.connect() as connection:
        return "\n".join(
            str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(select(table))
        )


def test_gate_questions_keep_a_new_card_from_spending(world: World) -> None:
    world.rules(gate_questions=("birthday",))
    assert card_of(register(world.person())).state == CardState.ISSUED
