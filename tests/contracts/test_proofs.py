"""Who pays with points proves it: by a fresh code once, by a tap once, a little without either; on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.cards.lookup import Recognised, keys_of, recognise
from core.sales.confirming import ask_customer, confirmation_of, decide, must_be_proven
from core.sales.model import Confirmation, ConfirmationId, ConfirmationState, SaleId
from core.shared.refusals import Refusal
from core.shared.values import CustomerId
from tests.support.engine import furnish, newcomer
from tests.support.world import World

Who = tuple[CustomerId, str]


@pytest.fixture
def who(world: World) -> Who:
    world.rules(spend_without_proof_points=10)
    world.do(furnish)
    return world.do(newcomer)


def spends(
    world: World, who: Who, points: int, *, proof: str = "none", step: int | None = None, until: datetime | None = None,
    code: str = "", confirmation: ConfirmationId | None = None, source: str = "till:1", sale: str = "",
    owner: CustomerId | None = None,
) -> tuple[str, Any] | None:  # fmt: skip
    """The refusal of a spending, None when it may be."""

    def job(work: Any) -> None:
        keys = keys_of(who[1])
        seen: Recognised = recognise(keys, work.finder.find(keys), programme=work.programme, now=work.now)
        must_be_proven(
            work, seen=replace(seen, proof=proof, step=step, until=until), customer=owner or who[0], code=code,
            points=points, source=source, confirmation=confirmation, sale=SaleId(sale or work.new_id()),
        )  # fmt: skip

    try:
        return world.do(job)
    except Refusal as refusal:
        return refusal.code, refusal.data


def asked(world: World, who: Who, points: int = 50, source: str = "till:1") -> Confirmation:
    return world.do(lambda work: ask_customer(work, customer=who[0], points=points, source=source))


def taps(world: World, who: Who, question: Confirmation, *, yes: bool = True) -> ConfirmationState:
    return world.do(lambda work: decide(work, confirmation=question.id, customer=who[0], yes=yes)).state


def stands(world: World, question: Confirmation, source: str = "till:1") -> ConfirmationState:
    return world.do(lambda work: confirmation_of(work, confirmation=question.id, source=source))


def test_a_little_needs_no_proof_and_more_is_refused_with_the_most(world: World, who: Who) -> None:
    assert spends(world, who, 10) is None
    assert spends(world, who, 11) == ("proof-needed", {"most": 10})


def test_a_rotating_code_buys_one_spend_and_its_next_step_another(world: World, who: Who) -> None:
    assert spends(world, who, 11, proof="rotating", step=7, code="1" * 20) is None
    assert spends(world, who, 11, proof="rotating", step=7, code="2" * 20) == ("code-used", {})
    assert spends(world, who, 10, proof="rotating", step=7) is None  # what needs no proof is not stopped by a used one
    assert spends(world, who, 11, proof="rotating", step=8) is None


def test_a_spoken_code_buys_one_spend_while_it_lives(world: World, who: Who) -> None:
    first, second = world.clock.now + timedelta(minutes=5), world.clock.now + timedelta(minutes=9)
    assert spends(world, who, 11, proof="spoken", code="123456", until=first) is None
    assert spends(world, who, 11, proof="spoken", code=" 123456", until=first) == ("code-used", {})
    assert spends(world, who, 11, proof="spoken", code="123457", until=first) is None  # another code
    assert spends(world, who, 11, proof="spoken", code="123456", until=second) is None  # the same digits, drawn anew


def test_a_rotating_code_and_a_spoken_one_are_told_apart(world: World, who: Who) -> None:
    for proof in ("rotating", "spoken"):
        assert spends(world, who, 11, proof=proof, step=7, code="123456") is None


@pytest.mark.parametrize("yes", [True, False])
def test_the_first_tap_decides(world: World, who: Who, yes: bool) -> None:
    question = asked(world, who)
    first = ConfirmationState.CONFIRMED if yes else ConfirmationState.DECLINED
    assert stands(world, question) is ConfirmationState.WAITING
    told = world.do(lambda work: decide(work, confirmation=question.id, customer=who[0], yes=yes))
    assert (told.state, told.decided_at) == (first, world.clock.now)
    assert taps(world, who, question, yes=not yes) is first
    assert stands(world, question) is first
    assert (spends(world, who, 50, confirmation=question.id) is None) is yes


def test_a_tap_after_the_minute_changes_nothing(world: World, who: Who) -> None:
    question = asked(world, who)
    world.clock.forward(seconds=59.999)
    assert stands(world, question) is ConfirmationState.WAITING
    world.clock.forward(seconds=0.001)
    assert stands(world, question) is ConfirmationState.EXPIRED
    assert taps(world, who, question) is ConfirmationState.WAITING  # as stored: nothing was decided
    assert stands(world, question) is ConfirmationState.EXPIRED
    assert spends(world, who, 50, confirmation=question.id) == ("proof-needed", {})


def test_a_question_is_one_till_s_and_one_person_s(world: World, who: Who) -> None:
    question, other = asked(world, who), world.do(newcomer)
    for job in (
        lambda work: confirmation_of(work, confirmation=question.id, source="till:2"),
        lambda work: confirmation_of(work, confirmation=ConfirmationId("none"), source="till:1"),
        lambda work: decide(work, confirmation=question.id, customer=other[0], yes=True),
        lambda work: decide(work, confirmation=ConfirmationId("none"), customer=who[0], yes=True),
    ):
        with pytest.raises(Refusal) as caught:
            world.do(job)
        assert caught.value.code == "unknown-confirmation"
    taps(world, who, question)
    refused: tuple[str, Any] = ("proof-needed", {})
    assert spends(world, who, 50, confirmation=question.id, source="till:2") == refused
    assert spends(world, who, 50, confirmation=question.id, owner=other[0]) == refused
    assert spends(world, who, 50, confirmation=ConfirmationId("none")) == refused
    assert spends(world, who, 51, confirmation=question.id) == refused
    assert spends(world, who, 50, confirmation=question.id) is None
    assert spends(world, who, 1, confirmation=question.id) == ("code-used", {})


def test_an_undecided_question_pays_nothing(world: World, who: Who) -> None:
    assert spends(world, who, 1, confirmation=asked(world, who).id) == ("proof-needed", {})


def test_a_tap_is_good_for_so_many_minutes(world: World, who: Who) -> None:
    just, late = asked(world, who), asked(world, who)
    taps(world, who, just)
    taps(world, who, late)
    world.clock.forward(minutes=world.programme.confirmed_minutes)
    assert spends(world, who, 50, confirmation=just.id) is None
    world.clock.forward(seconds=0.001)
    assert spends(world, who, 50, confirmation=late.id) == ("proof-needed", {})
