"""A small shop for stories about campaigns: some customers who may be written to, a marketer, an offer of vouchers."""

from datetime import datetime, timedelta
from typing import Any

from adapters.app.house import House
from adapters.console.passwords import hash_now
from adapters.delivery.campaigns.taking import Places, Turn, Want, sweep, take
from bot.adverts import advert
from core.customers.model import Consent, KnownAddress, Purpose
from core.offers.reading import offer_from
from core.shared.values import Address, CustomerId, Language
from core.staff.actions import choose_password, take_on
from core.staff.model import Role
from tests.support.engine import alter, newcomer
from tests.support.served import PASSWORD

NAMES = ("Олена", "Ґалина <b>", "\N{GRINNING FACE}Ї" * 32, "", "Андрій", "Марія", "Іван", "Юрій", "Софія", "Тарас")
GIFT: dict[str, Any] = {
    "id": "gift", "audience": "voucher", "title": {"uk": "Подарунок"}, "benefit": {"kind": "amount_off", "amount": 700},
}  # fmt: skip


def furnish(work: Any, channel: str = "web", bot: str = "house") -> list[tuple[CustomerId, str]]:
    """Customers with cards who have agreed to marketing and write by the channel; the last one has not agreed."""
    work.offers.put(offer_from(GIFT), GIFT)
    member = take_on(work, login="marketer", role=Role.MARKETER, password_hash=hash_now(PASSWORD), store=None)
    choose_password(work, staff=member.id, password_hash=member.password)
    found = []
    for at, name in enumerate((*NAMES, "Ніна")):
        who, number = newcomer(work)
        alter(work, who, name=name)
        address = Address(channel, bot, f"user-{at}")
        work.addresses.add(KnownAddress(address, work.now, Language.UK, customer=who, subscribed_at=work.now))
        if at < len(NAMES):
            line = Consent(who, Purpose.MARKETING, True, "1", Language.UK, channel, work.now - timedelta(seconds=1))
            work.consents.add(line)
        found.append((who, number))
    return found


def noon_zone(now: datetime) -> str:
    """A zone in which it is about noon now: nobody is written to at night, and tests run at any hour."""
    return f"Etc/GMT{now.hour - 12:+d}" if now.hour != 12 else "Etc/GMT"


async def goes_out(house: House) -> None:
    """Whatever is due has its people, and everybody who reads the web chat has their message."""
    await house.launches.open()
    places, sender = Places(), "the-test"

    def turn(work: Any) -> Turn:
        work.sendings.lead("web", sender)
        return take(work, channel="web", sender=sender, advert=advert, settled={}, want=Want(100, 100), places=places)

    while (done := await house.lanes.do("campaigns", turn)).posted:
        await house.desk.send(done.posted)
    await house.lanes.do("campaigns", lambda work: sweep(work, {}))
