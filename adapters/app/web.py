"""The web of the house: every door on one application, with the manners of `adapters.http`."""

import asyncio
from datetime import UTC, datetime
from importlib import import_module

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from adapters.app.consoling import rooms_of
from adapters.app.frontpage import add_front_page
from adapters.app.house import House
from adapters.app.messengers import add_hooks
from adapters.app.metrics import measured
from adapters.chat.api import ChatApi
from adapters.chat.page import add_chat_page
from adapters.console.factor import FACTOR_ROLES
from adapters.console.pages import add_console
from adapters.db import schema
from adapters.db.engines import DatabaseAway, DatabaseError, answers
from adapters.db.lanes import Busy
from adapters.db.staffviews import StaffReads
from adapters.http.assets import add_assets
from adapters.http.headers import add_headers
from adapters.http.problems import problems
from adapters.http.sessions import Sessions
from adapters.livecard.page import Door, LiveCard
from adapters.pos.api import TillApi
from adapters.pos.page import add_till_page
from adapters.taps.door import Taps

_LARGEST = 12 * 1024 * 1024


def build_app(house: House) -> web.Application:
    """The application with every door that this house opens."""
    app = web.Application(client_max_size=_LARGEST, middlewares=[measured, problems((Busy, *DatabaseAway))])
    app.on_response_prepare.append(add_headers)
    required = house.programme.second_factor == "required" and not house.demo
    sessions = Sessions(
        house.sessions, house.settings.key("sessions"), lambda: datetime.now(UTC),
        factor_roles=FACTOR_ROLES if required else (),
    )  # fmt: skip
    add_assets(app)
    _add_health(app, house)
    _add_media(app, house)
    if "web" in house.roles:
        ChatApi(
            door=house.desk,
            channel=house.web_channel,
            views=house.mailroom,
            memory=house.memory,
            texts=house.texts,
            pictures=house.drawer,
            public_url=house.settings.public_url,
            key=house.settings.key("chat-tokens"),
        ).add_routes(app)
        add_chat_page(app, texts=house.texts, programme=house.programme)
        till = TillApi(
            desk=house.till_desk,
            house=house.lanes,
            reads=house.reads,
            courier=house.desk,
            programme=house.programme,
            phones=house.phones,
            clock=lambda: datetime.now(UTC),
        )
        till.add_routes(app)
        add_till_page(
            app, till=till, sessions=sessions, texts=house.texts, programme=house.programme, reads=house.reads
        )
        add_console(
            app,
            house=house.lanes,
            sessions=sessions,
            texts=house.texts,
            people=StaffReads(house.reading),
            programme=house.programme,
            key=house.settings.key("logins"),
            rooms=rooms_of(house, app),
        )
        LiveCard(
            house=house.lanes,
            reads=house.reads,
            texts=house.texts,
            programme=house.programme,
            draw=house.drawer.code,
            door=_mini_app(house),
        ).add_routes(app)
        Taps(house.lanes).add_routes(app)
        add_front_page(app, house)
        add_hooks(app, house)
    return app


def _mini_app(house: House) -> Door | None:
    """Where Telegram opens the live card; None in a house without Telegram, whose room is not loaded then."""
    token = house.settings.telegram_token
    door: Door | None = import_module("adapters.telegram.door").MiniApp(token) if token else None
    return door


def _add_health(app: web.Application, house: House) -> None:
    """`/health/live`: the process answers. `/health/ready`: the database does too. `/metrics`: counters."""

    async def live(request: web.Request) -> web.Response:
        del request
        return web.json_response({"status": "live"})

    async def ready(request: web.Request) -> web.Response:
        del request
        parts = {"database": await answers(house.reading), "schema": await _current(house)}
        fine = all(parts.values())
        answer = {name: "ok" if good else "failing" for name, good in parts.items()}
        headers = {} if fine else {"Retry-After": "5"}
        body = {"status": "ready" if fine else "not ready", **answer}
        return web.json_response(body, status=200 if fine else 503, headers=headers)

    async def metrics(request: web.Request) -> web.Response:
        del request
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/metrics", metrics)


async def _current(house: House) -> bool:
    try:
        return await asyncio.to_thread(schema.is_current, house.settings.database_url)
    except DatabaseError:
        return False


def _add_media(app: web.Application, house: House) -> None:
    """`/media/{name}`: files under names that nobody can guess, for the messengers' servers and the person."""

    async def media(request: web.Request) -> web.Response:
        found = await house.media.read(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        content, mime = found
        headers = {"Cache-Control": "private, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"}
        if not mime.startswith("image/"):
            headers["Content-Disposition"] = 'attachment; filename="kartka.json"'
        return web.Response(body=content, content_type=mime, headers=headers)

    app.router.add_get("/media/{name:[A-Za-z0-9_.-]{20,90}}", media)
