"""Questionnaires over both databases: answers, the profile, points once, versions, merged selves, my data."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.db import keep
from core.cards.actions import issue_card
from core.cards.model import Plastic
from core.cards.plastic import link_plastic
from core.customers.actions import customer_of, meet, prove_phone
from core.customers.model import NO_YEAR, Customer
from core.ledger.merging import unmerge
from core.shared.refusals import Conflict, Invalid, Refusal, Unknown
from core.shared.values import Address, Language, Phone, StoreId
from core.stores.model import Store
from core.surveys.actions import answer, edit, publish, standing_of, welcome
from core.surveys.data import questionnaire_data
from core.surveys.export import export
from core.surveys.joining import bring_back, merge, reissue
from core.surveys.model import Given, Kind, Option, Question, Questionnaire
from tests.support.world import HOUSE_QUESTIONNAIRE, World

WORDS = dict.fromkeys(Language, "слова")
CHANNEL = "test"


def newcomer(world: World, number: int = 0) -> Customer:
    """A customer with a card."""
    address = Address(CHANNEL, "bot", f"u{number}")

    def job(work: Any) -> Customer:
        known = meet(work, address=address)
        customer = prove_phone(work, known=known, phone=Phone(f"+38067123{number:04d}"))
        issue_card(work, customer=customer, known=known)
        return customer

    return world.do(job)


def say(world: World, customer: Customer, key: str, said: str) -> Any:
    return world.do(lambda work: answer(work, customer=customer, key=key, said=said))


def state(world: World, customer: Customer) -> str:
    card = world.do(lambda work: work.cards.of(customer.id))
    assert card is not None
    return card.state.value


def rewards(world: World) -> list[tuple[str, int]]:
    with world.engine.connect() as connection:
        rows = connection.execute(text("select key, points from question_rewards order by key"))
        return [(row.key, row.points) for row in rows]


def fresh(world: World, customer: Customer) -> Customer:
    return world.do(lambda work: customer_of(work, customer.id))


def choice(key: str, *options: str, **given: Any) -> Question:
    return Question(key, Kind.CHOICE, WORDS, WORDS, tuple(Option(one, WORDS) for one in options), **given)


def publish_these(world: World, *questions: Question) -> Questionnaire:
    data = questionnaire_data(Questionnaire(0, questions))
    return world.do(lambda work: publish(work, data=data, actor="marketer"))


def test_the_last_answer_of_the_gate_opens_spending_and_welcomes_once(world: World) -> None:
    world.rules(gate_questions=("birthday", "city"), welcome_points=50)
    customer = newcomer(world)
    first = say(world, customer, "birthday", "31.12")
    assert (first.points, first.welcome.opened, state(world, customer)) == (5, False, "issued")
    last = say(world, customer, "city", "Київ")
    assert (last.welcome.opened, last.welcome.points, state(world, customer)) == (True, 50, "active")
    again = say(world, customer, "city", "Львів")
    assert (again.points, again.welcome.points) == (0, 0)
    assert rewards(world) == [("question:birthday", 5), ("question:city", 5), ("welcome", 50)]
    assert keep.check(world.url) == []


def test_an_answer_is_kept_in_the_profile_and_the_profile_answers(world: World) -> None:
    customer = newcomer(world)
    say(world, customer, "birthday", "31.12")
    say(world, customer, "email", "Olena@Example.com")
    kept = fresh(world, customer)
    assert (kept.birthday, kept.email) == (date(NO_YEAR, 12, 31), "Olena@example.com")
    other = newcomer(world, 1)
    world.do(lambda work: work.customers.save(replace(other, city="Одеса", birthday=date(1985, 3, 5))))
    stands = world.do(lambda work: standing_of(work, customer=customer_of(work, other.id)))
    assert stands.answers == {"city": "Одеса", "birthday": "1985-03-05"}
    assert stands.own == {}


def test_a_card_whose_holder_has_nothing_left_to_answer_is_active_from_the_start(world: World) -> None:
    world.rules(gate_questions=("city",))
    customer = newcomer(world)
    world.do(lambda work: work.customers.save(replace(customer, city="Одеса")))
    assert world.do(lambda work: welcome(work, customer=customer)).opened
    assert state(world, customer) == "active"


def test_without_a_gate_the_required_questions_are_what_completes(world: World) -> None:
    publish_these(world, choice("a", "x", "y"), choice("b", "x", "y", optional=True))
    customer = newcomer(world)
    assert state(world, customer) == "active"
    assert say(world, customer, "b", "x").welcome.points == 0
    assert say(world, customer, "a", "y").welcome.points == 50


def test_a_birthday_is_put_right_until_it_counts_and_then_only_at_a_till(world: World) -> None:
    world.rules(gate_questions=("birthday", "city"))
    customer = newcomer(world)
    say(world, customer, "birthday", "13.12")
    say(world, customer, "birthday", "31.12")
    say(world, customer, "city", "Київ")
    for verb in (answer, edit):
        with pytest.raises(Conflict, match=r"^birthday-at-till$"):
            world.do(lambda work, verb=verb: verb(work, customer=customer, key="birthday", said="30.12"))
    assert world.do(lambda work: edit(work, customer=customer, key="birthday", said="31.12")) == "--12-31"
    known = newcomer(world, 1)
    world.do(lambda work: work.customers.save(replace(known, birthday=date(1985, 3, 5))))
    with pytest.raises(Conflict, match=r"^birthday-at-till$"):
        say(world, known, "birthday", "31.12")


def test_a_person_behind_a_recycled_phone_changes_nothing(world: World) -> None:
    customer = newcomer(world)
    world.do(lambda work: work.customers.save(replace(customer, spend_lock="recycled-phone")))
    with pytest.raises(Conflict, match=r"^person-unconfirmed$"):
        say(world, customer, "city", "Київ")


def test_an_edit_needs_an_answer_and_pays_nothing(world: World) -> None:
    customer = newcomer(world)
    with pytest.raises(Unknown, match=r"^no-answer$"):
        world.do(lambda work: edit(work, customer=customer, key="city", said="Київ"))
    say(world, customer, "city", "Київ")
    world.do(lambda work: edit(work, customer=customer, key="city", said="Львів"))
    assert fresh(world, customer).city == "Львів"
    assert rewards(world) == [("question:city", 5)]


def test_questions_and_stores_that_do_not_exist_are_refused(world: World) -> None:
    customer = newcomer(world)
    with pytest.raises(Unknown, match=r"^unknown-question$"):
        say(world, customer, "colour", "red")
    with pytest.raises(Unknown, match=r"^unknown-question$"):
        say(world, customer, "store", "s1")
    world.do(lambda work: work.shelves.put_stores([Store(StoreId("s1"), "Поділ", "Київ")]))
    with pytest.raises(Invalid, match=r"^answer-store$"):
        say(world, customer, "store", "s2")
    assert say(world, customer, "store", "s1").canonical == "s1"


def test_a_store_question_holds_nobody_where_there_are_no_stores(world: World) -> None:
    world.rules(gate_questions=("city", "store"))
    customer = newcomer(world)
    assert say(world, customer, "city", "Київ").welcome.opened


def test_a_published_version_is_asked_from_then_on_and_never_changes(world: World) -> None:
    customer = newcomer(world)
    first = publish_these(world, choice("a", "x", "y"))
    say(world, customer, "a", "x")
    second = publish_these(world, choice("a", "y", "z"))
    assert (first.version, second.version) == (1, 2)
    stands = world.do(lambda work: standing_of(work, customer=customer))
    assert (stands.questionnaire, stands.answers) == (second, {})
    assert stands.own["a"] == Given("x", Kind.CHOICE, 1, world.clock.now)
    for statement in ("update questionnaires set actor = 'x'", "delete from question_rewards"):
        with pytest.raises(DBAPIError, match="only grows"), world.owner.begin() as connection:
            connection.execute(text(statement))


def test_a_version_without_a_question_of_the_gate_is_refused(world: World) -> None:
    world.rules(gate_questions=("city",))
    with pytest.raises(Invalid, match=r"^bad-questionnaire$"):
        publish_these(world, choice("a", "x", "y"))


def test_what_a_merged_self_answered_and_was_paid_counts_until_the_merge_is_taken_back(world: World) -> None:
    world.rules(gate_questions=("city",))
    one, other = newcomer(world), newcomer(world, 1)
    say(world, other, "city", "Київ")
    record = world.do(lambda work: merge(work, survivor=one.id, absorbed=other.id, actor="owner"))
    assert state(world, one) == "active"
    assert [key for key, _ in rewards(world)].count("welcome") == 1
    assert say(world, one, "city", "Львів").points == 0
    world.do(lambda work: unmerge(work, merge=record.id, actor="owner"))
    apart = world.do(lambda work: (work.answers.of(one.id), work.answers.of(other.id)))
    assert [found["city"].value for found in apart] == ["Львів", "Київ"]
    assert keep.check(world.url) == []


def test_two_halves_of_a_questionnaire_are_complete_once_their_people_are_one(world: World) -> None:
    world.rules(gate_questions=("city", "interests"))
    one, other = newcomer(world), newcomer(world, 1)
    say(world, one, "city", "Київ")
    say(world, other, "interests", "coffee")
    assert (state(world, one), [key for key, _ in rewards(world)].count("welcome")) == ("issued", 0)
    world.do(lambda work: merge(work, survivor=one.id, absorbed=other.id, actor="owner"))
    assert (state(world, one), [key for key, _ in rewards(world)].count("welcome")) == ("active", 1)
    assert world.do(lambda work: work.ledger.purse(one.id)).active == 50 + 5 + 5
    assert keep.check(world.url) == []


def test_a_reissued_card_is_active_again_and_brings_nothing_twice(world: World) -> None:
    world.rules(gate_questions=("city",))
    customer = newcomer(world)
    say(world, customer, "city", "Київ")
    card = world.do(lambda work: work.cards.of(customer.id))
    assert card is not None
    fresh = world.do(lambda work: reissue(work, card=card))
    assert (fresh.number != card.number, fresh.state.value, state(world, customer)) == (True, "active", "active")
    assert [key for key, _ in rewards(world)].count("welcome") == 1


def test_a_reissued_card_waits_while_the_questionnaire_does(world: World) -> None:
    world.rules(gate_questions=("city",))
    customer = newcomer(world)
    card = world.do(lambda work: work.cards.of(customer.id))
    assert card is not None
    assert world.do(lambda work: reissue(work, card=card)).state.value == "issued"


def test_an_old_plastic_that_tells_the_last_answer_opens_spending_and_welcomes_once(world: World) -> None:
    world.rules(gate_questions=("city", "birthday"))
    customer = newcomer(world)
    say(world, customer, "city", "Київ")
    record = Plastic("11110000", "code128", birthday=date(1987, 6, 5), points=70)
    world.do(lambda work: work.shelves.put_plastics([record]))
    card = world.do(lambda work: work.cards.of(customer.id))
    assert card is not None
    for _ in range(2):
        back = world.do(lambda work: bring_back(work, card=link_plastic(work, card=card, number="11110000")))
        assert (back.number, back.state.value) == ("11110000", "active")
    assert [key for key, _ in rewards(world)].count("welcome") == 1
    assert world.do(lambda work: work.ledger.purse(customer.id)).active == 70 + 50 + 5
    assert keep.check(world.url) == []


def test_my_data_holds_the_answers_with_their_questions(world: World) -> None:
    customer = newcomer(world)
    say(world, customer, "interests", "coffee,pets")
    say(world, customer, "birthday", "31.12")
    shown = world.do(lambda work: export(work, customer=customer_of(work, customer.id)))
    assert [(one["question"], one["answer"]) for one in shown["answers"]] == [
        ("birthday", "--12-31"),
        ("interests", "coffee,pets"),
    ]
    assert shown["customer"]["birthday"] == "--12-31"


def test_a_refused_answer_leaves_what_was_kept(world: World) -> None:
    customer = newcomer(world)
    say(world, customer, "city", "Київ")
    for key, said in (("city", "123"), ("values", "nothing"), ("email", "нема")):
        with pytest.raises(Refusal):
            say(world, customer, key, said)
    assert fresh(world, customer).city == "Київ"
    assert set(world.do(lambda work: work.answers.of(customer.id))) == {"city"}


def test_the_houses_own_questionnaire_is_asked_until_another_is_published(world: World) -> None:
    assert world.do(lambda work: work.questionnaires.newest()) == HOUSE_QUESTIONNAIRE
