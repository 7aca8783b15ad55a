"""Processes that sell until they are killed: every sale whose key is printed was acknowledged."""

import asyncio
import sys

from adapters.db.engines import is_sqlite, sync_engine
from adapters.db.lanes import Lanes
from adapters.db.outside import Outside
from adapters.db.work import DbWork
from adapters.texts.catalogue import Catalogue
from adapters.texts.phones import PhoneReader
from core.ledger.once import Done, once
from core.programme.model import Programme
from core.sales.actions import SaleAsked, settle
from core.sales.asking import Asked
from core.sales.basket import Line
from core.shared.values import StoreId
from tests.support.talker import lives

TILLS = 12
CARDS: list[str] = []


async def main(url: str, first: int) -> None:
    """Twelve tills sell for ever, each with a card of its own; `first` is the first receipt's number."""
    outside = Outside(Programme(), Catalogue(), PhoneReader("UA"), b"n" * 32, b"h" * 32, "https://x.example")
    lanes = Lanes(sync_engine(url), outside, count=1 if is_sqlite(url) else 4)

    async def till(at: int) -> None:
        card, number = CARDS[at % len(CARDS)], first
        while True:
            number += 1
            key = f"{at}:{number}"

            def job(work: DbWork, key: str = key) -> Done:
                wanted = SaleAsked(Asked(StoreId("s1"), (Line("a", 1000, 10000),), card), key, "1", work.now)
                return once(
                    work, source="t", key=key, path="/sales", body=key,
                    do=lambda: settle(work, wanted=wanted, source="t", key=key, tell=lambda one: one.sale.id)[0],
                )  # fmt: skip

            await lanes.do(card, job)
            sys.stdout.write(key + "\n")
            sys.stdout.flush()

    await asyncio.gather(*(till(at) for at in range(TILLS)))


if __name__ == "__main__":
    CARDS = sys.argv[2].split(",")
    lives(sys.argv[1], main)
