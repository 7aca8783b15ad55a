"""The pace stays below the cap in every second and uses it; it slows down where it is refused; brake and breaker."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from adapters.delivery.campaigns.brake import Brake, Breaker
from adapters.delivery.campaigns.pace import Pace
from adapters.delivery.campaigns.virtual import VirtualLoop

T = TypeVar("T")


def virtually(made: Coroutine[Any, Any, T]) -> T:
    """The result, at once."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(made)
    finally:
        loop.close()


@pytest.mark.parametrize("cap", [1.0, 25.0, 30.0, 1_000.0])
def test_the_cap_is_used_and_never_exceeded_in_any_second(cap: float) -> None:
    async def go() -> list[float]:
        pace, begun = Pace(cap), []
        loop = asyncio.get_running_loop()
        while loop.time() < 20:
            assert await pace.turn()
            begun.append(loop.time())
            if len(begun) % max(97, 2 * int(cap)) == 0:
                await asyncio.sleep(0.01)  # the machine is busy for a moment
        return begun

    begun = virtually(go())
    assert all(later - first >= 1.0 - 1e-9 for first, later in zip(begun, begun[int(cap) :], strict=False))
    assert len(begun) >= 0.99 * 20 * cap


def test_refusals_slow_it_down_and_it_recovers() -> None:
    async def go() -> tuple[float, float, bool, float]:
        pace = Pace(30.0)
        await pace.turn()
        for _ in range(5):
            pace.refused(3.0)  # five that were on their way together are one refusal
        slowed, waits = pace.rate, await pace.turn()
        await asyncio.sleep(3.1)
        for _ in range(400):
            await pace.turn()
        return slowed, pace.closed_for, waits, pace.rate

    slowed, closed, waits, recovered = virtually(go())
    assert slowed == pytest.approx(21.0)
    assert (waits, closed) == (False, 0.0)
    assert recovered == 30.0


def test_a_brake_is_pulled_by_three_failures_in_ten() -> None:
    brake = Brake()
    for _ in range(39):
        brake.note(good=False)
    assert not brake.pulled
    brake.note(good=False)
    assert brake.pulled
    brake.release()
    for number in range(200):
        brake.note(good=number % 10 >= 3)
    assert not brake.pulled
    for _ in range(5):
        brake.note(good=False)
    assert brake.pulled
    brake.note(good=True, times=50)  # one call for fifty people
    assert not brake.pulled


def test_a_platform_that_is_down_is_asked_less_and_less_until_it_answers() -> None:
    breaker = Breaker()
    assert [breaker.note(answered=False) for _ in range(13)] == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert breaker.open
    assert breaker.note(answered=True) == 0
    assert not breaker.open
    assert [breaker.note(answered=False) for _ in range(5)] == [0, 0, 0, 0, 1]
