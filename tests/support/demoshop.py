"""The demo's shop, served, with one thing of every kind that a page of the console can be about."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from adapters.app.demo import prepare, programme_of
from adapters.app.house import outside_of
from adapters.app.resulting import count_results
from adapters.app.settings import Settings, read_programme, read_settings
from adapters.console.campaignforms import STEPS
from adapters.console.passwords import hash_now
from adapters.db import schema
from adapters.db.engines import sync_engine
from adapters.db.lanes import do_now
from adapters.texts.catalogue import Catalogue
from core.shared.values import StoreId
from core.staff.actions import choose_password
from core.stores.actions import add_till
from core.vouchers.batches import fill_some, start
from tests.support.console import entered
from tests.support.served import PASSWORD, SECRET, Served, serve, until

GOODS = "sku;name;price;category;no_points\n1;Кава;99.90;coffee;\n2;Чай;багато;tea;\n3;;10;tea;\n4;Хліб;20;bread;так\n"
Ids = Mapping[str, Sequence[str]]
"""What can stand in a path, by the name of its place."""


@asynccontextmanager
async def open_shop(folder: Path) -> AsyncIterator[tuple[Served, Ids]]:
    """The shop under a folder of its own; whoever logs in has the password of the tests."""
    url = f"sqlite+aiosqlite:///{folder}/kartka.db"
    rooms = {"programme": str(programme_of(folder)), "lake": f"{folder}/lake", "uploads": f"{folder}/imports"}
    settings = read_settings(database_url=url, secret_key=SECRET, **rooms)
    await asyncio.to_thread(_stocked, settings, folder)
    async with serve(
        url, furnish=False, programme=rooms["programme"], lake=rooms["lake"], uploads=rooms["uploads"]
    ) as served:
        ids = await served.house.lanes.do("shop", _furnish)
        async with entered(served) as program:
            yield served, {**ids, "id": [await _brought(program)], "step": STEPS}


def _stocked(settings: Settings, folder: Path) -> None:
    schema.upgrade(settings.database_url)
    engine = sync_engine(settings.database_url)
    outside = outside_of(settings, read_programme(settings), Catalogue(), demo=True)
    prepare(settings, engine, outside, folder)
    with engine.connect() as connection:
        [ran] = connection.exec_driver_sql("select campaign from campaign_runs").scalars()
    count_results(settings, partial(do_now, engine, outside), outside.clock(), ran)
    engine.dispose()


def _furnish(work: Any) -> dict[str, list[str]]:
    """What the demo leaves to whoever plays with it: a batch, a second till; and who is there."""
    stored = hash_now(PASSWORD)
    ask = work.connection.exec_driver_sql
    for staff in ask("select id from staff").scalars().all():
        choose_password(work, staff=staff, password_hash=stored)
    batch = start(work, offer="gift-100", count=12, first=None, last=None, actor="owner")
    fill_some(work, batch=batch.id)
    add_till(work, store=StoreId("s1"), name="Каса 1")
    buyer = ask("select customer from campaign_people where outcome = 'sent' order by serial").scalar()
    return {
        "customer": [buyer, ask("select id from customers order by id desc").scalar()],
        "campaign": ask("select id from campaigns").scalars().all(),
        "segment": [ask("select id from segments").scalar(), "ready:active"],
        "offer": ["coffee-20", "gift-100"],
        "batch": [batch.id],
        "code": [ask("select code from vouchers").scalar()],
        "staff": ask("select id from staff").scalars().all(),
        "store": ["s1"],
        "till": [str(one) for one in ask("select id from tills").scalars()],
        "version": ["0"],
    }


async def _brought(program: Any) -> str:
    """A file with bad lines, tried out."""
    async with program.http.post(
        program.url + "/console/api/v1/imports?name=goods.csv", data=GOODS.encode(),
        headers={"X-CSRF-Token": program.csrf, "Content-Type": "application/octet-stream"},
    ) as answer:  # fmt: skip
        made = str((await answer.json())["id"])
    await program.send("POST", f"/imports/{made}/check")

    async def checked() -> bool:
        return bool((await program.get(f"/imports/{made}"))[1]["state"] == "checked")

    await until(checked)
    return made
