"""kill -9 in a loop: every acknowledged event has exactly one effect, and none is lost (both databases)."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.chat.channel import WebChannel
from adapters.delivery.handling import handle_next
from core.shared.values import Address
from tests.support.soak import patience, rounds
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = rounds(40, 1_000)
"""Lives on each database."""


@pytest.mark.timeout(patience(300))
def test_no_acknowledged_event_is_lost_or_handled_twice(world: World) -> None:
    chance = random.Random(7)
    acknowledged: set[str] = set()
    mother = mother_of("tests.support.talker", world.served)
    try:
        for turn in range(ROUNDS):
            acknowledged |= one_life(mother, turn, chance.uniform(0.0, 0.12))
    finally:
        mother.kill()
        mother.wait()
    channel = WebChannel()
    with world.engine.connect() as connection:
        waiting = connection.execute(text("select distinct user_key from inbox where state = 'new'")).scalars().all()
    for user in waiting:
        while world.do(lambda work, user=user: handle_next(work, channel, Address("web", "house", user), {})):
            continue
    with world.engine.connect() as connection:
        stored = connection.execute(text("select event_key, state, id from inbox")).all()
        answers: dict[int, int] = dict(
            connection.execute(text("select event, count(*) from outbox group by event")).all()
        )
    keys = [row.event_key for row in stored]
    assert len(keys) == len(set(keys))
    assert acknowledged <= set(keys)
    assert {row.state for row in stored} == {"done"}
    assert all(answers.get(row.id, 0) == 1 for row in stored), "an event without its one answer"
    assert len(acknowledged) > ROUNDS


def mother_of(module: str, *arguments: str) -> "subprocess.Popen[str]":
    """A process of the module that has loaded everything once and bears a child for each number it is told."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def one_life(mother: "subprocess.Popen[str]", turn: int, after_first: float) -> set[str]:
    """A process lives until a moment after its first acknowledgement; what it acknowledged."""
    assert mother.stdin is not None
    assert mother.stdout is not None
    mother.stdin.write(f"{turn * 100_000}\n")
    mother.stdin.flush()
    lines = [mother.stdout.readline()]
    while not any(line.startswith("pid") for line in lines) or len(lines) < 2:
        lines.append(mother.stdout.readline())
    child = int(next(line for line in lines if line.startswith("pid")).split()[1])
    time.sleep(after_first)  # the moment of death is what this test is about
    os.kill(child, signal.SIGKILL)
    while lines[-1] != "dead\n":
        lines.append(mother.stdout.readline())
    return {line.strip() for line in lines if ":" in line}
