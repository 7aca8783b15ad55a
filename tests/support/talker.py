"""Processes that accept and handle events until they are killed: what a kill -9 test kills."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from adapters.chat.channel import WebChannel
from adapters.db.engines import is_sqlite, read_engine, sync_engine
from adapters.db.lanes import Lanes
from adapters.db.outside import Outside
from adapters.db.readers import Mailroom
from adapters.delivery.desk import Desk
from adapters.texts.catalogue import Catalogue
from adapters.texts.phones import PhoneReader
from bot.ports import RawEvent
from core.programme.model import Programme
from core.shared.values import Address

PEOPLE = 12


async def main(url: str, first: int) -> None:
    """Accepts events for ever, several people at once; prints the key of each event once it is acknowledged."""
    outside = Outside(Programme(), Catalogue(), PhoneReader("UA"), b"n" * 32, b"h" * 32, "https://x.example")
    lanes = Lanes(sync_engine(url), outside, count=1 if is_sqlite(url) else 4)
    mailroom = Mailroom(read_engine(url), lanes)
    desk = Desk(lanes=lanes, waiting=mailroom, channels={"web": WebChannel()}, look=lambda content: [])
    await desk.start()

    async def talk(person: int) -> None:
        address = Address("web", "house", f"p{person}")
        number = first
        while True:
            number += 1
            key = f"{person}:{number}"
            body = {"kind": "start", "language": "uk"} if number % 2 else {"kind": "action", "action": "language"}
            await desk.accept(RawEvent(address, key, body))
            sys.stdout.write(key + "\n")
            sys.stdout.flush()
            await asyncio.sleep(0)

    await asyncio.gather(*(talk(person) for person in range(PEOPLE)))


def lives(url: str, live: Callable[[str, int], Coroutine[Any, Any, None]] = main) -> None:
    """For each number on stdin a child that lives until it is killed; `pid N` before it, `dead` after it."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(live(url, int(line)))
        sys.stdout.write(f"pid {child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)
        sys.stdout.write("dead\n")
        sys.stdout.flush()


if __name__ == "__main__":
    lives(sys.argv[1])
