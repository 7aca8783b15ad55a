"""Merge and un-merge: one card stays, the other number scans, everything goes back."""

import pytest

from adapters.db import keep
from bot.messages import Pressed, Typed
from core.customers.model import Purpose, agreed
from core.ledger.merging import merge, preview_merge, unmerge
from core.shared.refusals import Conflict
from core.shared.values import CustomerId, Phone
from tests.contracts.test_talk import card_of, register
from tests.support.points import gift
from tests.support.world import World

ONE, TWO = Phone("+380671111111"), Phone("+380672222222")


def test_a_merge_keeps_one_card_and_both_numbers_and_can_be_taken_back(world: World) -> None:
    first, second = register(world.person("a"), ONE), register(world.person("b", "viber"), TWO)
    kept, other = card_of(first).number, card_of(second).number
    second.says(Pressed(second.button("Так, надсилайте").action))
    survivor = world.do(lambda work: work.customers.by_phone(ONE))
    absorbed = world.do(lambda work: work.customers.by_phone(TWO))
    assert survivor is not None
    assert absorbed is not None
    for who, count in ((survivor.id, 30), (absorbed.id, 20)):
        gift(world, count, f"g{count}", customer=who)
    seen = world.do(lambda work: preview_merge(work, survivor=survivor.id, absorbed=absorbed.id))
    assert (seen.cards.stays, seen.cards.becomes_alias, seen.cards.people.addresses) == (kept, other, 1)
    assert (seen.survivor.spendable, seen.absorbed.spendable) == (30, 20)
    record = world.do(lambda work: merge(work, survivor=survivor.id, absorbed=absorbed.id, actor="owner"))
    look = world.do(lambda work: work.customers.seen([survivor.id, absorbed.id, CustomerId("nobody")]))
    assert {who: one.merged_into for who, one in look.items()} == {survivor.id: None, absorbed.id: survivor.id}
    second.says(Typed("картка"))
    assert card_of(second).number == kept
    assert world.do(lambda work: work.customers.by_phone(TWO)).id == survivor.id  # type: ignore[union-attr]
    assert not agreed(world.do(lambda work: work.consents.of(survivor.id)))[Purpose.MARKETING]
    assert keep.check(world.url) == []
    with pytest.raises(Conflict):
        world.do(lambda work: merge(work, survivor=survivor.id, absorbed=absorbed.id, actor="owner"))
    world.do(lambda work: unmerge(work, merge=record.id, actor="owner"))
    second.says(Typed("картка"))
    assert card_of(second).number == other
    first.says(Typed("картка"))
    assert card_of(first).number == kept
    with pytest.raises(Conflict):
        world.do(lambda work: unmerge(work, merge=record.id, actor="owner"))
    assert keep.check(world.url) == []
