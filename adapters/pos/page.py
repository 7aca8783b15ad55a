"""`/till`: the cashier's page. Session, not key: a browser holds no secret that opens the API."""

from pathlib import Path

from aiohttp import web

from adapters.http.assets import add_folder, serve_file
from adapters.http.headers import CAMERA, FRAMED, needs
from adapters.http.pages import Pages, language_of, words_json
from adapters.http.sessions import SESSION, Sessions
from adapters.pos.api import TillApi
from adapters.pos.ports import House
from bot.ports import Texts
from bot.words import say
from core.programme.model import Programme
from core.shared.values import Language
from core.stores.model import Store

HERE = Path(__file__).resolve().parent
ROLES = ("owner", "support", "cashier")
WORDS = (
    "till.scan",
    "till.typed",
    "till.find",
    "till.camera",
    "till.no-camera",
    "till.torch",
    "till.offline",
    "till.online",
    "till.can-spend",
    "till.earn-only",
    "till.refused",
    "till.points",
    "till.number",
    "till.state",
    "till.issued",
    "till.active",
    "till.prepared-state",
    "till.unknown",
    "till.blocked",
    "till.replaced",
    "till.prepared",
    "till.other",
    "till.code-over",
    "till.session",
    "till.forbidden",
    "till.too-many",
    "till.busy",
    "till.fault",
    "till.link",
    "till.link-plastic",
    "till.link-code",
    "till.link-done",
    "till.cancel",
    "till.questionnaire",
    "till.recycled-phone",
    "till.not-restored",
    "till.confirm",
    "till.ask-proof",
    "till.proof-none",
    "till.proof-rotating",
    "till.proof-spoken",
    "till.taken",
    "till.unknown-plastic",
    "till.nobody",
    "till.discount",
    "till.earns",
    "till.spend",
    "till.less",
    "till.more",
    "till.spent",
    "till.balance",
    "till.return-one",
    "till.say-why",
    "till.not-undone",
    "till.money-back",
    "till.offline-card",
    "till.kept",
    "till.total-changed",
    "till.waiting",
    "till.waiting-refused",
    "till.asked",
    "till.allowed",
    "till.not-allowed",
    "till.shift",
    "till.bad-amount",
    "till.one-amount",
    "till.voucher-unknown",
    "till.voucher-not-yours",
    "till.voucher-used",
    "till.voucher-void",
    "till.voucher-expired",
    "till.voucher-not-yet",
    "till.voucher-not-here",
    "till.voucher-condition",
    "till.voucher-limit",
    "till.voucher-budget",
    "till.voucher-no-effect",
    "till.voucher-beaten",
)


def add_till_page(
    app: web.Application, *, till: TillApi, sessions: Sessions, texts: Texts, programme: Programme, reads: House
) -> None:
    """The page, its files and its operations are part of the app."""

    def in_language(key: str, language: Language) -> str:
        return texts.say(say(key), language)

    pages = Pages(HERE / "templates", in_language)

    async def stores(own: str | None) -> list[Store]:
        """The member's store; every store for a member of none."""
        found = await reads.do("page", lambda work: work.stores.all())
        return [one for one in found if own is None or one.id == own]

    async def page(request: web.Request) -> web.Response:
        needs(request, CAMERA, FRAMED)
        language = language_of(request, programme.default_language)
        session = request[SESSION]
        return pages.show(
            "till.html",
            language,
            brand=programme.brand,
            login=session.login,
            currency=programme.currency,
            till=f"page:{session.login}"[:64],
            stores=await stores(session.store),
            csrf=sessions.csrf(session),
            words=words_json(list(WORDS), "till.", in_language, language),
        )

    async def worker(request: web.Request) -> web.Response:
        response = serve_file(request, HERE / "static" / "sw.js")
        response.headers["Service-Worker-Allowed"] = "/till"
        return response

    app.router.add_get("/till", sessions.guard(page, *ROLES, page=True))
    app.router.add_get("/till/sw.js", worker)
    add_folder(app, "/till/static", HERE / "static")
    for one in till.page_endpoints():
        app.router.add_route(one.method, one.path, sessions.guard(one, *ROLES))
