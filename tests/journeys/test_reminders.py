"""Reminders wait for those who cannot be written to yet: nobody has proven the phone, or nobody is subscribed."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from adapters.app.scheduling import remind
from adapters.imports.rights import import_offers, import_vouchers
from adapters.texts.phones import PhoneReader
from core.ledger.merging import merge
from core.shared.values import Phone
from core.vouchers.codes import printed
from tests.journeys.test_web import PHONE
from tests.support.voices import Stage, comes, open_stage

OTHER = "+380671112233"


async def waits(stage: Stage, folder: Path, owner: str, code: str, days: int = 2) -> datetime:
    """A voucher from a file for this phone; noon of today."""
    noon = datetime.now(stage.till.served.house.programme.timezone).replace(hour=12)
    (folder / "offers.json").write_text(
        '{"offers":[{"id":"ten","audience":"voucher","benefit":{"kind":"percent_off","percent":"10"}}]}'
    )
    last = noon.date() + timedelta(days=days)
    (folder / "vouchers.csv").write_text(f"code,offer,card_or_phone,valid_until\n{code},ten,{owner},{last}\n")
    read = PhoneReader("UA").read
    for job in (
        import_offers(folder / "offers.json", phones=read),
        import_vouchers(folder / "vouchers.csv", phones=read, made=[]),
    ):
        report = await stage.till.do(job)
        assert (report.good, report.rejected) == (1, [])
    return noon


async def reminded(stage: Stage, noon: datetime) -> int:
    """How many people hear of a voucher now."""
    return (await remind(stage.till.served.house, noon))["reminded"]


async def test_a_voucher_for_a_phone_waits_with_its_reminder_until_somebody_proves_the_phone(
    database_url: str, tmp_path: Path
) -> None:
    async with open_stage(database_url) as stage:
        noon = await waits(stage, tmp_path, PHONE, "WAITS001")
        await waits(stage, tmp_path, OTHER, "WAITS002")
        assert await reminded(stage, noon) == 0
        voice = await stage.registered("telegram")
        before = len(await voice.texts())
        assert [await reminded(stage, noon), await reminded(stage, noon)] == [1, 0]
        assert printed("WAITS001") in await comes(voice, before, "Нагадуємо про ваш ваучер")
        assert not any("WAITS002" in said.replace(" ", "") for said in await voice.texts())


async def test_a_voucher_from_a_file_is_at_once_theirs_who_have_proven_the_phone(
    database_url: str, tmp_path: Path
) -> None:
    async with open_stage(database_url) as stage:
        await stage.registered("web")
        noon = await waits(stage, tmp_path, PHONE, "FILE0001")
        assert await reminded(stage, noon) == 1


async def test_a_reminder_waits_for_those_who_have_blocked_the_bot_and_is_over_with_its_voucher(
    database_url: str, tmp_path: Path
) -> None:
    async with open_stage(database_url) as stage:
        voice: Any = await stage.registered("telegram")
        noon = await waits(stage, tmp_path, PHONE, "BLOCK001")
        await waits(stage, tmp_path, PHONE, "BLOCK002", days=-1)
        await stage.till.do(lambda work: work.connection.execute(text("update addresses set subscribed = false")))
        assert await reminded(stage, noon) == 0
        await stage.till.do(lambda work: work.connection.execute(text("update addresses set subscribed = true")))
        before = len(await voice.texts())
        assert await reminded(stage, noon) == 1
        assert printed("BLOCK001") in await comes(voice, before, "Нагадуємо про ваш ваучер")


async def test_the_survivor_of_merges_is_reminded_of_what_their_other_selves_have(
    database_url: str, tmp_path: Path
) -> None:
    async with open_stage(database_url) as stage:
        ids = []
        for channel, phone in (("web", OTHER), ("viber", "+380671112244"), ("telegram", PHONE)):
            voice = await stage.registered(channel, phone)
            ids.append(stage.till.customer)
        noon = await waits(stage, tmp_path, OTHER, "MERGE001")
        for absorbed, survivor in ((ids[0], ids[1]), (ids[1], ids[2])):
            await stage.till.do(lambda work, s=survivor, a=absorbed: merge(work, survivor=s, absorbed=a, actor="owner"))
        before = len(await voice.texts())
        assert await reminded(stage, noon) == 1
        assert printed("MERGE001") in await comes(voice, before, "Нагадуємо про ваш ваучер")
        assert (await stage.till.do(lambda work: work.customers.by_phone(Phone(OTHER)))).id == ids[2]
