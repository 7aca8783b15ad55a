"""Answers in the chat: several options by ticks, ratings and numbers as typed, and changing what was answered."""

from dataclasses import replace

from bot.messages import Pressed, Typed
from core.shared.values import Language
from core.surveys.actions import publish
from core.surveys.data import questionnaire_data
from core.surveys.model import Kind, Question, Questionnaire
from tests.bot.flows.test_questionnaire import gated, kept, labels, state, tap
from tests.contracts.test_talk import OLENA, register
from tests.support.world import HOUSE_QUESTIONNAIRE, World


def test_ticks_come_and_go_until_done(small_world: World) -> None:
    small_world.rules(gate_questions=("interests",))
    only = Questionnaire(0, tuple(one for one in HOUSE_QUESTIONNAIRE.questions if one.key == "interests"))
    small_world.do(lambda work: publish(work, data=questionnaire_data(only), actor="marketer"))
    person = register(small_world.person())
    person.says(Typed("анкета"))
    assert "Готово" not in labels(person)
    first = person.button("Кава і чай").action
    person.says(Pressed(first))
    assert labels(person)[:2] == ["✓ Кава і чай", "Хліб і випічка"]
    person.says(Typed("для тварин"))
    person.says(Typed("✓ Кава і чай"))
    assert [label for label in labels(person) if label.startswith("✓")] == ["✓ Для тварин"]
    person.says(Pressed(first))
    person.says(Typed("9"))
    assert kept(small_world) == {"interests": "coffee,pets"}
    assert state(small_world) == "active"


def test_what_is_no_tick_is_said_so(small_world: World) -> None:
    only = Questionnaire(0, tuple(one for one in HOUSE_QUESTIONNAIRE.questions if one.key == "interests"))
    small_world.do(lambda work: publish(work, data=questionnaire_data(only), actor="marketer"))
    person = register(small_world.person())
    person.says(Typed("анкета"))
    for words in ("1, 99", "риба", "готово"):
        person.says(Typed(words))
        assert person.hears[0].startswith("Оберіть кнопки або напишіть їхні номери")


def test_an_answer_is_changed_from_the_menu(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    for said in ("31.12", "2", "Київ", "1", "1", "1 2", "готово", "1", "пропустити"):
        person.says(Typed(said))
    assert person.hears[-1].startswith("Анкету заповнено")
    person.says(Typed("меню"))
    tap(person, "Змінити відповіді")
    shown = person.hears[0].splitlines()
    assert shown[:3] == ["День народження: 31.12", "Стать: Чоловік", "Місто: Київ"]
    assert "Улюблений магазин: Оболонь" in shown
    assert "Що цікаво: Кава і чай, Хліб і випічка" in shown
    assert "День народження" not in labels(person)
    tap(person, "Що цікаво")
    assert labels(person)[:2] == ["✓ Кава і чай", "✓ Хліб і випічка"]
    tap(person, "✓ Кава і чай")
    tap(person, "Готово")
    assert person.hears == ["Змінено."]
    assert kept(small_world)["interests"] == "bread"


def test_a_phone_with_perhaps_a_new_owner_sees_and_changes_no_answers(small_world: World) -> None:
    person = gated(small_world)
    person.says(Typed("анкета"))
    person.says(Typed("31.12"))
    person.says(Typed("пізніше"))
    customer = small_world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    small_world.do(lambda work: work.customers.save(replace(customer, spend_lock="recycled-phone")))
    for words in ("анкета", "мої відповіді"):
        person.says(Typed(words))
        assert "31.12" not in person.hears[0]
        assert "після підтвердження на касі" in person.hears[0]


def test_ratings_and_numbers_are_what_is_typed_or_tapped(small_world: World) -> None:
    words = dict.fromkeys(Language, "Оцінка")
    asked = (Question("score", Kind.RATING, words, words), Question("rooms", Kind.NUMBER, words, words, most=9))
    small_world.do(lambda work: publish(work, data=questionnaire_data(Questionnaire(0, asked)), actor="marketer"))
    person = register(small_world.person())
    person.says(Typed("анкета"))
    person.says(Typed("11"))
    assert person.hears[0].startswith("Потрібна оцінка від 0 до 10.")
    person.says(Typed("3"))
    assert kept(small_world) == {"score": "3"}
    person.says(Typed("10"))
    assert person.hears[0].startswith("Потрібне ціле число від 0 до 9.")
    person.says(Typed("2"))
    assert kept(small_world) == {"score": "3", "rooms": "2"}
