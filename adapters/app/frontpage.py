"""`/` shows chat, till and console side by side in the demo, else leads to the chat. Also `/terms` and API docs."""

from datetime import UTC
from pathlib import Path

from aiohttp import web

from adapters.app.house import House
from adapters.http.assets import add_folder
from adapters.http.headers import FRAMES, needs
from adapters.http.pages import Pages, language_of
from adapters.http.problems import Problem
from bot.words import say
from core.shared.values import Language

HERE = Path(__file__).resolve().parent


def add_front_page(app: web.Application, house: House) -> None:
    """The pages of the house itself are part of the app."""

    def in_language(key: str, language: Language) -> str:
        return house.texts.say(say(key), language)

    pages = Pages(HERE / "templates", in_language)

    async def front(request: web.Request) -> web.Response:
        if not house.demo:
            raise web.HTTPSeeOther("/chat")
        needs(request, FRAMES)
        language = language_of(request, house.programme.default_language)
        return pages.show("front.html", language, brand=house.programme.brand, logins=house.demo_logins)

    async def terms(request: web.Request) -> web.Response:
        language = language_of(request, house.programme.default_language)
        title = house.texts.say(say("terms.title", brand=house.programme.brand), language)
        return pages.show("terms.html", language, title=title, version=house.programme.terms_version)

    async def docs(request: web.Request) -> web.Response:
        return pages.show("docs.html", language_of(request, Language.EN))

    async def sms(request: web.Request) -> web.Response:
        phone = house.phones.read(request.query.get("phone", ""))
        if phone is None:
            raise Problem(422, "invalid", "phone: a number such as +380671234567", data={"field": "phone"})
        return web.json_response(
            [
                {
                    "phone": phone.e164,
                    "text": house.texts.say(letter.reply.text, letter.language),
                    "at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                }
                for letter, at in await house.mailroom.sms_to(phone.e164)
            ]
        )

    app.router.add_get("/", front)
    app.router.add_get("/terms", terms)
    app.router.add_get("/pos/v1/docs", docs)
    add_folder(app, "/static", HERE / "static")
    if house.demo:
        app.router.add_get("/demo/sms", sms)
