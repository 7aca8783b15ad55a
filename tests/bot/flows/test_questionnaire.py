"""The questionnaire as it is talked: progress, back, skip, later, ticks, changed answers, numbers of buttons."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.messages import Ask, Pressed, SharedPhone, ShowCard, Started, Typed
from core.shared.values import Language, Phone, StoreId
from core.stores.model import Store
from core.surveys.actions import open_some, publish
from core.surveys.data import questionnaire_data
from core.surveys.model import Questionnaire
from tests.contracts.test_talk import OLENA, register
from tests.support.world import HOUSE_QUESTIONNAIRE, Person, World

GATE = HOUSE_QUESTIONNAIRE.required
STORES = [
    Store(StoreId("s1"), "Поділ", "Київ"),
    Store(StoreId("s2"), "Оболонь", "Київ"),
    Store(StoreId("s3"), "Ринок", "Львів"),
]


def gated(world: World) -> Person:
    """A shop with a gate, and somebody who has just got a card there."""
    world.rules(gate_questions=GATE)
    world.do(lambda work: work.shelves.put_stores(STORES))
    person = register(world.person())
    person.says(Pressed(person.button("Ні, дякую").action))
    return person


def tap(person: Person, label: str) -> None:
    person.says(Pressed(person.button(label).action))


def labels(person: Person) -> list[str]:
    return [person.text(button.label) for reply in person.answer.replies for button in reply.buttons]


def state(world: World, phone: Phone = OLENA) -> str:
    customer = world.do(lambda work: work.customers.by_phone(phone))
    assert customer is not None
    card = world.do(lambda work: work.cards.of(customer.id))
    assert card is not None
    return card.state.value


def kept(world: World) -> dict[str, str]:
    def job(work: Any) -> dict[str, str]:
        customer = work.customers.by_phone(OLENA)
        return {key: given.value for key, given in work.answers.of(customer.id).items()}

    return world.do(job)


def test_the_card_offers_the_questionnaire_once_and_the_menu_keeps_it(small_world: World) -> None:
    small_world.rules(gate_questions=GATE)
    person = register(small_world.person())
    card = next(reply for reply in person.answer.replies if isinstance(reply, ShowCard))
    assert "дайте відповідь на 5 питань" in person.text(card.text)
    assert person.text(card.buttons[0].label) == "Анкета"
    tap(person, "Ні, дякую")
    assert labels(person) == ["Анкета"]
    person.says(Typed("картка"))
    assert "Анкета" not in person.hears[0]
    person.says(Typed("меню"))
    assert labels(person)[:5] == ["Мої пропозиції", "Магазини", "Мої ваучери", "Мої операції", "Анкета"]
    assert "Змінити відповіді" not in labels(person)


def test_a_house_without_a_gate_says_nothing_of_it_with_the_card(small_world: World) -> None:
    person = register(small_world.person())
    assert "Анкета" not in "".join(person.hears)
    tap(person, "Ні, дякую")
    assert labels(person) == []


def test_the_whole_questionnaire_opens_spending_and_says_so(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    assert person.hears == [
        "Анкета: 0 з 8\nКоли ваш день народження? Напишіть день і місяць, наприклад 31.12; рік за бажанням."
    ]
    person.says(Typed("31.12"))
    assert person.hears[0].startswith("Анкета: 1 з 8\nВаша стать?")
    tap(person, "Пропустити")
    assert person.hears[0].startswith("Анкета: 1 з 8\nУ якому місті")
    tap(person, "Київ")
    assert labels(person) == ["Оболонь", "Поділ"]
    person.says(Typed("поділ"))
    tap(person, "Для родини з дітьми")
    assert person.hears[0].startswith("Анкета: 4 з 9\nСкільки років дітям?")
    tap(person, "7–12 років")
    tap(person, "Готово")
    person.says(Typed("1, 3"))
    tap(person, "Готово")
    assert state(small_world) == "issued"
    tap(person, "Щоб було вигідно")
    assert person.hears[0] == "Дякуємо. Тепер бонуси можна витрачати, і ми додали вам 50 бонусів."
    assert person.hears[1].startswith("Анкета: 7 з 9\nВаша електронна пошта?")
    assert state(small_world) == "active"
    tap(person, "Пропустити")
    assert person.hears == ["Анкету заповнено. Змінити відповіді можна в меню."]
    assert kept(small_world) == {
        "birthday": "--12-31", "city": "Київ", "store": "s1", "family": "children", "children": "school",
        "interests": "coffee,dairy", "values": "bargain",
    }  # fmt: skip


def test_a_question_that_is_required_cannot_be_skipped(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    person.says(Typed("пропустити"))
    assert person.hears[0].startswith("Без цього далі не вийде.\nАнкета: 0 з 8")


def test_bad_answers_are_asked_again_with_the_reason(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    person.says(Typed("31.02"))
    assert person.hears[0].startswith("Дату не прочитати.")
    person.says(Typed("31.12"))
    person.says(Typed("7"))
    assert person.hears[0].startswith("Оберіть одну з кнопок")
    assert kept(small_world) == {"birthday": "--12-31"}


def test_back_asks_the_question_before_and_the_new_answer_stands(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    first = person.answer.replies[0]
    assert isinstance(first, Ask)
    assert not any(person.text(one.label) == "Назад" for one in first.controls)
    person.says(Typed("13.12"))
    tap(person, "Назад")
    assert person.hears[0].startswith("Анкета: 0 з 8\nКоли ваш день")
    person.says(Typed("31.12"))
    tap(person, "Жінка")
    person.says(Typed("назад"))
    tap(person, "Чоловік")
    assert kept(small_world) == {"birthday": "--12-31", "sex": "m"}


def test_later_keeps_what_was_answered_and_goes_on_where_it_stopped(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    person.says(Typed("31.12"))
    tap(person, "Пізніше")
    assert person.hears[0].startswith("Відповіді збережено.")
    small_world.clock.forward(days=3)
    person.says(Typed("меню"))
    tap(person, "Анкета")
    assert person.hears[0].startswith("Анкета: 1 з 8\nВаша стать?")


def test_what_was_passed_over_waits_until_nothing_required_is_left(small_world: World) -> None:
    person = gated(small_world)
    for said in ("анкета", "31.12", "пропустити", "Київ", "пізніше", "анкета"):
        person.says(Typed(said))
    assert person.hears[0].startswith("Анкета: 2 з 8\nДо якого нашого магазину")
    for said in ("1", "1", "1", "готово", "1", "пізніше", "анкета"):
        person.says(Typed(said))
    assert person.hears[0].startswith("Анкета: 6 з 8\nВаша стать?")


def test_another_flow_in_between_loses_no_answer(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    person.says(Typed("31.12"))
    person.says(Typed("стара картка"))
    person.says(Typed("скасувати"))
    assert person.hears == ["Скасовано. Нічого не змінилося."]
    person.says(Typed("анкета"))
    assert person.hears[0].startswith("Анкета: 1 з 8")


def test_it_goes_on_in_another_channel_as_soon_as_the_phone_is_proven(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    person.says(Typed("31.12"))
    other = small_world.person("viber-olena", "viber")
    other.says(Started())
    other.says(SharedPhone(OLENA, nonce=other.button("Надіслати номер").action.removeprefix("phone:")))
    assert isinstance(other.answer.replies[0], ShowCard)
    assert other.hears[1].startswith("Анкета: 1 з 8\nВаша стать?")
    tap(other, "Жінка")
    person.says(Typed("Київ"))
    assert person.hears[0].startswith("Анкета: 3 з 8\nДо якого нашого магазину")


def test_a_house_with_nothing_to_ask_says_so(small_world: World) -> None:
    small_world.do(lambda work: publish(work, data={"questions": []}, actor="marketer"))
    person = register(small_world.person())
    person.says(Typed("анкета"))
    assert person.hears == ["Питань до вас зараз немає."]
    person.says(Typed("меню"))
    assert "Анкета" not in labels(person)


def test_what_the_profile_knows_is_not_asked(small_world: World) -> None:
    person = gated(small_world)
    customer = small_world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    small_world.do(lambda work: work.customers.save(replace(customer, birthday=date(1985, 3, 5), sex="f")))
    person.says(Typed("анкета"))
    assert person.hears[0].startswith("Анкета: 2 з 8\nУ якому місті")


def test_a_version_published_in_mid_conversation_loses_nobody(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    person.says(Typed("31.12"))
    small_world.rules(gate_questions=("birthday",))
    left = Questionnaire(0, tuple(one for one in HOUSE_QUESTIONNAIRE.questions if one.key in {"birthday", "email"}))
    small_world.do(lambda work: publish(work, data=questionnaire_data(left), actor="marketer"))
    assert small_world.do(open_some).cards == 1
    assert state(small_world) == "active"
    person.says(Typed("привіт"))
    assert person.hears[-1].startswith("Анкета: 1 з 2\nВаша електронна пошта?")
    person.says(Typed("olena@example.com"))
    assert person.hears[-1].startswith("Анкету заповнено")


@pytest.mark.parametrize(
    ("language", "line"), [(Language.EN, "Questionnaire: 0 of 8"), (Language.RU, "Анкета: 0 из 8")]
)
def test_it_is_asked_in_the_persons_language(small_world: World, language: Language, line: str) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    person.says(Typed("мова"))
    tap(person, {Language.EN: "English", Language.RU: "Русский"}[language])
    assert person.hears[-1].startswith(line)
