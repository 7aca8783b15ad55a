"""`/chat`: the page that looks and feels like a messenger."""

from pathlib import Path

from aiohttp import web

from adapters.http.assets import add_folder
from adapters.http.headers import FRAMED, PHOTOS, needs
from adapters.http.pages import Pages, language_of, words_json
from bot.ports import Texts
from bot.words import say
from core.programme.model import Programme
from core.shared.values import Language

HERE = Path(__file__).resolve().parent
WORDS = (
    "chat.title", "chat.placeholder", "chat.send", "chat.phone", "chat.code", "chat.retry", "chat.offline",
    "chat.photo", "chat.place", "chat.place-denied", "chat.copied", "chat.typing", "chat.kiosk", "chat.kiosk-stay",
    "chat.card-open", "chat.card-close", "chat.you", "chat.house", "chat.new", "chat.too-fast", "chat.fault",
    "chat.photo-large", "chat.log", "chat.keys",
)  # fmt: skip
"""What the page's script says by itself; everything else comes from the house."""


def add_chat_page(app: web.Application, *, texts: Texts, programme: Programme) -> None:
    """The page and its files are part of the app."""

    def in_language(key: str, language: Language) -> str:
        return texts.say(say(key), language)

    pages = Pages(HERE / "templates", in_language)

    async def chat(request: web.Request) -> web.Response:
        needs(request, FRAMED, PHOTOS)
        language = language_of(request, programme.default_language)
        words = words_json(list(WORDS), "chat.", in_language, language)
        seconds = programme.kiosk_forget_seconds
        return pages.show("chat.html", language, brand=programme.brand, words=words, kiosk_seconds=seconds)

    app.router.add_get("/chat", chat)
    add_folder(app, "/chat/static", HERE / "static")
