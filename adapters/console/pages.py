"""The console put together: the login, the door, and the rooms behind it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from adapters.console.api import ApiPages
from adapters.console.door import Door
from adapters.console.factor import FactorPages
from adapters.console.factorports import StaffViews
from adapters.console.login import Login
from adapters.console.noting import Notes
from adapters.console.ports import House
from adapters.http.assets import add_folder
from adapters.http.pages import Pages
from adapters.http.sessions import Sessions
from bot.ports import Texts
from bot.words import say
from core.programme.model import Programme
from core.shared.values import Language

HERE = Path(__file__).resolve().parent
Room = Callable[[Door], object]
"""Something that adds its pages and operations to the door it is given."""


def add_console(
    app: web.Application, *, house: House, sessions: Sessions, texts: Texts, people: StaffViews, programme: Programme,
    key: bytes, rooms: Sequence[Room],
) -> None:  # fmt: skip
    """Login, second factor and every room are part of the app."""

    def in_language(word: str, language: Language) -> str:
        return texts.say(say(word), language)

    pages = Pages(HERE / "templates", in_language)
    notes = Notes(house, key, lambda: datetime.now(UTC))
    sessions.denied = notes.denied
    login = Login(
        house=house, sessions=sessions, pages=pages, notes=notes, key=key, default=programme.default_language
    )  # fmt: skip
    login.add_routes(app)
    FactorPages(
        app=app, house=house, views=people, sessions=sessions, pages=pages, notes=notes, key=key, programme=programme
    )  # fmt: skip
    door = Door(
        app=app, house=house, sessions=sessions, pages=pages, texts=texts, programme=programme, key=key,
        clock=lambda: datetime.now(UTC),
    )  # fmt: skip
    for room in rooms:
        room(door)
    ApiPages(door)
    add_folder(app, "/console/static", HERE / "static")
