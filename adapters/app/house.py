"""The house put together: engines, lanes, channels and the delivery desk, opened once and closed cleanly."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import ClientSession

from adapters.app.audiences import holdout_salt
from adapters.app.campaigndesk import CampaignDesk
from adapters.app.campaigning import Launches
from adapters.app.channels import open_channels
from adapters.app.lakebuyers import LakeBuyers
from adapters.app.segmenting import Segmenting
from adapters.app.settings import BadSetting, Settings, must_have_secret, read_programme
from adapters.chat.channel import WebChannel
from adapters.codes.drawing import Drawer
from adapters.codes.reading import read_barcodes
from adapters.db import schema
from adapters.db.campaignviews import CampaignReads
from adapters.db.consoleviews import ConsoleReads
from adapters.db.customerviews import CustomerReads
from adapters.db.desk import SessionRows, TillDesk
from adapters.db.engines import (
    DEFAULT_LANES,
    AsyncEngine,
    DatabaseError,
    Engine,
    is_sqlite,
    must_be_safe,
    read_engine,
    serve_alone,
    sync_engine,
)
from adapters.db.homeviews import HomeReads
from adapters.db.lanes import Busy, Lanes
from adapters.db.outside import Outside
from adapters.db.readers import Mailroom, MediaShelf, Memories
from adapters.db.segmentlists import SegmentLists
from adapters.db.segmentviews import SegmentReads
from adapters.db.weekviews import WeekReads
from adapters.delivery.campaigns.receipts import Receipts
from adapters.delivery.desk import Desk
from adapters.texts.catalogue import Catalogue
from adapters.texts.phones import PhoneReader
from adapters.texts.questionnaire import house_questionnaire
from bot.ports import Channel
from core.programme.model import Programme

READING_LANES = 2
ROLES = ("web", "worker", "scheduler")


@dataclass(slots=True)
class House:
    """Everything that runs, by name."""

    settings: Settings
    programme: Programme
    outside: Outside
    texts: Catalogue
    phones: PhoneReader
    engine: Engine
    reading: AsyncEngine
    lanes: Lanes
    reads: Lanes
    """Lanes that only look: quotes and receipts, which need the core's verbs and change nothing."""
    mailroom: Mailroom
    memory: Memories
    media: MediaShelf
    sessions: SessionRows
    till_desk: TillDesk
    drawer: Drawer
    web_channel: WebChannel
    channels: Mapping[str, Channel]
    desk: Desk
    console_views: ConsoleReads
    home_views: HomeReads
    customer_views: CustomerReads
    week_views: WeekReads
    campaign_views: CampaignReads
    launches: Launches
    receipts: Receipts
    campaign_desk: CampaignDesk
    segments: Segmenting
    roles: frozenset[str]
    demo: bool
    demo_logins: Mapping[str, str]


def outside_of(settings: Settings, programme: Programme, texts: Catalogue, *, demo: bool = False) -> Outside:
    """What every work gets from outside, for these settings."""
    return Outside(
        programme,
        texts,
        PhoneReader(programme.region),
        settings.key("card-numbers"),
        settings.key("hashes"),
        settings.public_url,
        keep_sms=demo,
        questionnaire=house_questionnaire(),
    )


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    roles: frozenset[str] = frozenset(ROLES),
    demo_logins: Mapping[str, str] | None = None,
    alone: bool = True,
) -> AsyncIterator[House]:
    """The house is open: an embedded database is migrated, leftovers are taken up. Closing drains what is under way.

    Raises BadSetting, AlreadyServed, UnsafeDatabase, each with one line.
    """
    must_have_secret(settings)
    programme = read_programme(settings)
    lock = serve_alone(settings.sqlite_path) if alone and settings.sqlite_path else None
    if settings.sqlite_path is not None:
        await asyncio.to_thread(schema.upgrade, settings.database_url)
    elif not await asyncio.to_thread(schema.is_current, settings.database_url):
        raise BadSetting("KARTKA_DATABASE_URL: the database is of another version; run `kartka db upgrade`")
    texts = Catalogue()
    demo = demo_logins is not None
    # In a demo and in a terminal's talk without a gateway, the message page is where codes are read.
    outside = outside_of(settings, programme, texts, demo=demo or not (alone or settings.sms_url))
    engine, reading = sync_engine(settings.database_url), read_engine(settings.database_url)
    must_be_safe(engine)
    lanes = Lanes(engine, outside, count=1 if is_sqlite(settings.database_url) else DEFAULT_LANES)
    looking = sync_engine(settings.database_url, writes=False)
    reads = Lanes(looking, replace(outside, locks=False), count=READING_LANES)
    mailroom, memory = Mailroom(reading, lanes), Memories(reading, lanes)
    media, web = MediaShelf(reading, lanes, outside), WebChannel()
    drawer = Drawer()
    async with ClientSession() as session:
        channels = open_channels(
            settings,
            brand=programme.brand,
            session=session,
            texts=texts,
            pictures=drawer,
            memory=memory,
            media=media,
            web=web,
        )
        desk = Desk(lanes=lanes, waiting=mailroom, channels=channels, look=read_barcodes, works="worker" in roles)
        if lock is not None:
            await mailroom.release_leases()
        await desk.start()
        segments = Segmenting(
            SegmentReads(reading, outside),
            SegmentLists(reading, outside),
            LakeBuyers(Path(settings.lake), reads),
            outside,
            holdout_salt(settings),
        )
        try:
            yield House(
                settings=settings,
                programme=programme,
                outside=outside,
                texts=texts,
                phones=PhoneReader(programme.region),
                engine=engine,
                reading=reading,
                lanes=lanes,
                reads=reads,
                mailroom=mailroom,
                memory=memory,
                media=media,
                sessions=SessionRows(reading, lanes),
                till_desk=TillDesk(reading, lanes),
                drawer=drawer,
                web_channel=web,
                channels=channels,
                desk=desk,
                console_views=ConsoleReads(reading),
                home_views=HomeReads(reading, programme.timezone, outside.questionnaire),
                customer_views=CustomerReads(reading),
                week_views=WeekReads(reading),
                campaign_views=CampaignReads(reading),
                launches=Launches(settings, engine, outside),
                receipts=Receipts(lanes, (Busy, DatabaseError)),
                campaign_desk=CampaignDesk(settings, looking, outside, drawer, lanes),
                segments=segments,
                roles=roles,
                demo=demo,
                demo_logins=demo_logins or {},
            )
        finally:
            await desk.close()
            await segments.close()
            await lanes.close()
            await reads.close()
            looking.dispose()
            await reading.dispose()
            engine.dispose()
            if lock is not None:
                os.close(lock)
