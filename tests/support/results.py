"""Campaigns of a house of tests that ran, what people bought meanwhile, and their results counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from adapters.app.resulting import count_results
from adapters.app.settings import Settings
from adapters.db.outside import SystemChance
from adapters.db.tables import campaign_people
from adapters.lake.lake import Lake
from core.campaigns.results import Result
from core.cards.actions import issue_card
from core.customers.model import KnownAddress
from core.offers.reading import offer_from
from core.shared.values import Address, CustomerId, Language
from tests.support.campaigns import crowd, name_of, people_of, settings_of
from tests.support.trials import Bought
from tests.support.weekly import shelve
from tests.support.world import World

OFFER = {"id": "fifty", "title": {"uk": "−5"}, "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 500}}
TILL = (1, 2, 3, 4)
"""Who has a card and buys at a till of the house."""


@dataclass(frozen=True, slots=True)
class Drawn(SystemChance):
    """Salts that come out alike each time, and with them who is in which arm."""

    random: Random

    def token(self) -> str:
        """As long as a real one."""
        return self.random.randbytes(32).hex()[:43]


def of(world: World, folder: Path) -> Settings:
    """Settings with a lake in the folder."""
    return settings_of(world).model_copy(update={"lake": str(folder / "lake")})


def counted(world: World, folder: Path, campaign: str | None = None) -> Sequence[Result]:
    """What is counted now, of one campaign or of all that are due."""
    return count_results(of(world, folder), world.do, world.clock.now, campaign)


def furnish(world: World, many: int) -> None:
    """Goods, people, a voucher's offer; some have cards."""
    world.do(shelve)
    world.do(lambda work: work.offers.put(offer_from(OFFER), OFFER))
    crowd(world, many)

    def cards(work: Any) -> None:
        for number in TILL:
            customer = work.customers.get(CustomerId(name_of(number)))
            known = KnownAddress(Address("telegram", "bot", f"{number}"), work.now, Language.UK, customer=customer.id)
            issue_card(work, customer=customer, known=known)

    world.do(cards)


def into_lake(folder: Path, lines: Bought) -> None:
    """The lines are in the lake, each on a receipt of its own; less than nought came back."""
    rows = [
        {"store": f"s{1 + at % 2}", "till": "9", "receipt": f"{owner}{when}", "business_date": when.date(),
         "sold_at": when, "owner": owner, "sku": "milk", "milli": 1000 if gross > 0 else -1000,
         "unit_price": abs(gross), "discount": off, "points_spent": 0, "line": at, "source": "import"}
        for at, (owner, when, gross, off) in enumerate(lines)
    ]  # fmt: skip
    Lake(folder / "lake").follow(rows, "1" * 20)


def rows_of(world: World, run: Any) -> dict[str, Any]:
    """The rows of a run by customer."""
    return {name_of(number): row for number, row in people_of(world, run).items()}


def settle_messages(world: World, run: Any) -> None:
    """Every message was sent for 30, every other seen."""
    of = campaign_people.c
    with world.owner.begin() as connection:
        mine = campaign_people.update().where(of.run == run.id, of.outcome.is_(None))
        connection.execute(mine.values(outcome="sent", at=world.clock.now, delivered_at=world.clock.now, cost=30))
        connection.execute(
            campaign_people.update()
            .where(of.run == run.id, of.outcome == "sent", of.serial % 2 == 0)
            .values(seen_at=world.clock.now)
        )
