"""A person with two selves in tests: one registered by Telegram, one by Viber, each with points of their own."""

from typing import TypeAlias

from core.customers.model import Customer
from core.ledger.adjusting import adjust_by_hand
from core.shared.values import Phone
from tests.contracts.test_talk import OLENA, register
from tests.support.points import gift
from tests.support.world import World

OTHER = Phone("+380672222222")
HOSTILE = "Оксана О'Ніл <b>"
Two: TypeAlias = tuple[Customer, Customer]


def two_selves(world: World) -> Two:
    """Olena with 100 points, and another self of hers with 20 and a name that is no HTML."""
    register(world.person("a"), OLENA)
    second = world.person("b", "viber")
    second.name = HOSTILE
    register(second, OTHER)
    first, other = (world.do(lambda work, phone=phone: work.customers.by_phone(phone)) for phone in (OLENA, OTHER))
    assert first is not None
    assert other is not None
    gift(world, 100, "g1", customer=first.id)
    gift(world, 20, "g2", customer=other.id)
    return first, other


def adjusted(
    world: World, customer: Customer, points: int, key: str, *, who: str = "anna", bounded: bool = True
) -> bool:
    return world.do(
        lambda work: adjust_by_hand(
            work, customer=customer.id, points=points, actor=who, reason="чек загублено", key=key, bounded=bounded
        )
    )
