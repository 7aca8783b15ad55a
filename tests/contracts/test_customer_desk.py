"""What the shop does for a customer: seen beforehand to the last point, bounded, done once."""

from typing import Any

import pytest

from adapters.db import keep
from core.audit.reasons import typed_reason
from core.cards.actions import block_card, forget_asked
from core.customers.actions import withdraw
from core.customers.model import Purpose, agreed
from core.ledger.merging import unmerge
from core.ledger.seeing import points_of
from core.sales.standing import Standing, Tried, standing, tried
from core.shared.refusals import Conflict, Invalid, Refusal, TooMany
from core.shared.values import CustomerId
from core.surveys.joining import merge
from tests.support.customers import Two, adjusted, two_selves
from tests.support.world import World


@pytest.fixture
def two(world: World) -> Two:
    return two_selves(world)


def spendable(world: World, customer: CustomerId) -> int:
    return world.do(lambda work: points_of(work, customer, blocked=False)).spendable


def foreseen(world: World, job: Any, *people: CustomerId) -> list[Standing]:
    def watched(work: Any) -> list[Standing]:
        job(work)
        return [standing(work, one) for one in people]

    with pytest.raises(Tried) as found:
        world.do(tried(watched))
    return list(found.value.seen)


def stands(world: World, *people: CustomerId) -> list[Standing]:
    return [world.do(lambda work, one=one: standing(work, one)) for one in people]


def test_points_move_by_hand_once_with_a_reason_and_within_limits(world: World, two: Two) -> None:
    olena, _ = two
    world.rules(adjust_points_most=60, adjust_points_day=100)
    assert adjusted(world, olena, 50, "k1")
    assert not adjusted(world, olena, 50, "k1")
    assert adjusted(world, olena, -30, "k2")
    assert not adjusted(world, olena, -30, "k2")
    assert spendable(world, olena.id) == 120
    for points, key, refusal, code in (
        (0, "k3", Invalid, "adjust-nothing"), (61, "k4", Invalid, "adjust-too-much"),
        (-61, "k4", Invalid, "adjust-too-much"), (21, "k5", TooMany, "adjust-day"),
    ):  # fmt: skip
        with pytest.raises(refusal, match=code) as found:
            adjusted(world, olena, points, key)
        assert code != "adjust-day" or found.value.data["left"] == 20
    assert adjusted(world, olena, 60, "k6", who="boris"), "everybody has a day of their own"
    assert adjusted(world, olena, 5000, "k7", who="owner", bounded=False)
    with pytest.raises(Conflict, match="not-enough-points"):
        adjusted(world, olena, -999_999, "k8", who="owner", bounded=False)
    with pytest.raises(Invalid, match="adjust-too-much"):
        adjusted(world, olena, 1_000_001, "k8", who="owner", bounded=False)
    world.clock.forward(hours=24, seconds=1)
    assert adjusted(world, olena, 60, "k5")
    assert spendable(world, olena.id) == 120 + 60 + 5000 + 60
    assert keep.check(world.url) == []


def test_what_a_merge_and_its_undoing_will_do_is_told_to_the_last_point_and_not_done(world: World, two: Two) -> None:
    olena, other = two
    both = (olena.id, other.id)
    before = stands(world, *both)
    will = foreseen(world, lambda work: merge(work, survivor=olena.id, absorbed=other.id, actor="anna"), *both)
    assert stands(world, *both) == before
    record = world.do(lambda work: merge(work, survivor=olena.id, absorbed=other.id, actor="anna"))
    assert stands(world, *both) == will
    assert [(one.active, one.addresses, one.living) for one in will] == [(120, 2, True), (0, 0, False)]
    assert sum(one.active + one.pending for one in will) == sum(one.active + one.pending for one in before)
    back = foreseen(world, lambda work: unmerge(work, merge=record.id, actor="anna"), *both)
    assert stands(world, *both) == will
    world.do(lambda work: unmerge(work, merge=record.id, actor="anna"))
    assert stands(world, *both) == back == before
    assert "number" not in before[0].noted
    with pytest.raises(Conflict, match="same-customer"):
        world.do(tried(lambda work: merge(work, survivor=olena.id, absorbed=olena.id, actor="anna")))
    assert keep.check(world.url) == []


def test_a_consent_is_taken_back_and_a_person_forgotten_on_their_word(world: World, two: Two) -> None:
    olena, other = two
    for purpose, code in ((Purpose.TERMS, "terms-stand"), (Purpose.MARKETING, "not-agreed")):
        with pytest.raises(Conflict, match=code):
            world.do(lambda work, purpose=purpose: withdraw(work, customer=olena, purpose=purpose, channel="console"))
    world.do(lambda work: withdraw(work, customer=olena, purpose=Purpose.PROFILING, channel="console"))
    line = world.do(lambda work: work.consents.of(olena.id))[-1]
    assert (line.given, line.channel, line.version) == (False, "console", world.programme.terms_version)
    number = world.do(lambda work: work.cards.of(olena.id)).number  # type: ignore[union-attr]
    with pytest.raises(Invalid, match="number-differs"):
        world.do(lambda work: forget_asked(work, customer=other, typed=number, channel="console"))
    typed = f" {number[:4]} {number[4:]}"
    world.do(lambda work: forget_asked(work, customer=olena, typed=typed, channel="console"))
    gone = world.do(lambda work: work.customers.get(olena.id))
    assert gone is not None
    assert gone.forgotten_at is not None
    assert not stands(world, olena.id)[0].living
    assert agreed(world.do(lambda work: work.consents.of(other.id)))[Purpose.TERMS]
    assert keep.check(world.url) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "reason-missing"), ("12", "reason-missing"), ("!!!", "reason-missing"), ("а" * 201, "reason-too-long"),
     ("дзвонила з 067 123-45-67", "reason-personal"), ("пише olena@example.com", "reason-personal")],
)  # fmt: skip
def test_a_reason_says_something_and_names_nobody(typed: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        typed_reason(typed)


def test_a_reason_is_one_line() -> None:
    assert typed_reason("  чек\u202e \n 1234 загублено ") == "чек 1234 загублено"


def test_a_refusal_of_what_is_tried_is_the_job_s_own(world: World, two: Two) -> None:
    olena, _ = two
    card = world.do(lambda work: work.cards.of(olena.id))
    assert card is not None
    world.do(lambda work: block_card(work, card=card))
    with pytest.raises(Refusal, match="card-blocked"):
        world.do(tried(lambda work: block_card(work, card=work.cards.of(olena.id) or card)))
    assert stands(world, olena.id)[0].spendable == 0
