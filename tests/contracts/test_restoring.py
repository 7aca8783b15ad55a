"""Old plastic cards are restored in the talk, over both databases: proofs, guesses, the time of an answer."""

from datetime import timedelta

from bot.messages import Barcode, Pressed, SharedPhone, SharedPhoto, Started, Typed
from core.cards.model import Plastic
from core.shared.values import Phone
from tests.contracts.test_talk import OLENA, card_of, register
from tests.support.world import World


def test_plastic_of_the_same_phone_is_offered_and_takes_over_number_and_symbology(world: World) -> None:
    record = Plastic("00012345678", "code128", OLENA, "Марія", points=250)
    world.do(lambda work: work.shelves.put_plastics([record]))
    person = world.person()
    person.says(Started())
    person.says(SharedPhone(OLENA, own=True))
    assert "•• 5678, на ній 250 бонусів" in person.hears[0]
    person.says(Pressed(person.button("Перенести картку").action))
    card = card_of(person)
    assert (card.number, card.symbology, card.name) == ("00012345678", "code128", "Марія")
    restored = world.do(lambda work: work.plastics.get("00012345678"))
    assert restored is not None
    assert restored.points == 250
    assert restored.card is not None


def test_plastic_of_another_phone_is_restored_by_the_code_to_that_phone(world: World) -> None:
    other = Phone("+380509998877")
    world.do(lambda work: work.shelves.put_plastics([Plastic("00012345678", "code128", other)]))
    person = register(world.person())
    digital = card_of(person).number
    person.says(Typed("пластик"))
    person.says(SharedPhoto("x", (Barcode("code128", "00012345678"),)))
    person.says(Typed(world.last_code(other.e164)))
    assert card_of(person).number == "00012345678"
    assert world.do(lambda work: work.cards.taken(digital))


def test_guessing_plastic_numbers_tells_nothing_and_ends_soon(world: World) -> None:
    owner = Phone("+380509998877")
    world.do(
        lambda work: work.shelves.put_plastics(
            [Plastic("11112222", "code128", owner), Plastic("33334444", "code128", owner, blocked=True)]
        )
    )
    person = register(world.person())
    answers = []
    for number in ("11112222", "33334444", "55556666", "77778888", "99990000", "12121212"):
        person.says(Typed("пластик"))
        person.says(Typed(number))
        answers.append((tuple(person.hears), person.answer.not_before is not None))
        person.says(Typed("cancel"))
    assert len(set(answers[:5])) == 1
    assert answers[0][1]
    assert "Забагато спроб" in answers[5][0][0]


def test_every_answer_of_the_restore_flow_keeps_its_time(world: World) -> None:
    person = register(world.person())
    person.says(Typed("пластик"))
    person.says(Typed("55556666"))
    assert person.answer.not_before == world.clock.now + timedelta(milliseconds=400)
    world.rules(restore_answer_ms=900)
    person.says(Typed("123456"))
    assert person.answer.not_before == world.clock.now + timedelta(milliseconds=900)
