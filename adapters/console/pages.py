"""The console's pages: home, stores and tills, staff. Every change is a verb of the core."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from adapters.console.login import Login
from adapters.console.passwords import hashed, one_time_password
from adapters.console.ports import ConsoleViews, House, WeekViews
from adapters.console.situations import SEES, SituationPages
from adapters.console.week import SEES_WEEK, WeekPages
from adapters.http.assets import add_folder
from adapters.http.headers import FRAMED, needs
from adapters.http.pages import Pages, language_of
from adapters.http.sessions import SESSION, Sessions
from bot.ports import Texts
from bot.words import say
from core.programme.model import Programme
from core.shared.refusals import Refusal
from core.shared.values import Language, StaffId, StoreId, TillId
from core.staff.actions import change_role, dismiss, take_on
from core.staff.model import Role
from core.stores.actions import add_till, revoke_till

HERE = Path(__file__).resolve().parent
SEES_HOME = ("owner", "marketer", "analyst", "support")
KEEPS_TILLS = ("owner",)
KEEPS_STAFF = ("owner",)


class Console:
    """The pages behind the login."""

    def __init__(
        self, *, house: House, sessions: Sessions, pages: Pages, views: ConsoleViews, programme: Programme
    ) -> None:
        self._house, self._sessions, self._pages = house, sessions, pages
        self._views, self._programme = views, programme

    def add_routes(self, app: web.Application) -> None:
        """The pages are part of the app; each names the roles that may see it."""

        def page(path: str, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], roles: Any) -> None:
            app.router.add_get(path, self._sessions.guard(handler, *roles, page=True))

        def action(path: str, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], roles: Any) -> None:
            app.router.add_post(path, self._sessions.guard(handler, *roles, page=True))

        page("/console", self.home, SEES_HOME)
        page("/console/tills", self.tills, KEEPS_TILLS)
        action("/console/tills", self.add_till, KEEPS_TILLS)
        action("/console/tills/{till}/revoke", self.revoke_till, KEEPS_TILLS)
        page("/console/staff", self.staff, KEEPS_STAFF)
        action("/console/staff", self.add_staff, KEEPS_STAFF)
        action("/console/staff/{staff}/role", self.change_role, KEEPS_STAFF)
        action("/console/staff/{staff}/dismiss", self.dismiss, KEEPS_STAFF)

    async def home(self, request: web.Request) -> web.Response:
        """Cards given, how far people come, what needs attention."""
        now = datetime.now(UTC)
        here = now.astimezone(self._programme.timezone)
        today = here.replace(hour=0, minute=0, second=0, microsecond=0)
        figures = await self._views.figures(today, now - timedelta(days=7))
        return self.show(request, "home.html", figures=figures)

    async def tills(self, request: web.Request, key: str = "", error: str = "", status: int = 200) -> web.Response:
        """Every till; a new key is shown here once."""
        rows, stores = await self._views.tills(), await self._views.stores()
        return self.show(request, "tills.html", status, rows=rows, stores=stores, key=key, error=error)

    async def add_till(self, request: web.Request) -> web.Response:
        """A till has a key."""
        form = await request.post()
        store, name = StoreId(str(form.get("store", ""))), str(form.get("name", "")).strip()[:64]
        if not name:
            return await self.tills(request, error="console.name-missing", status=422)
        key = await self._house.do("tills", lambda work: add_till(work, store=store, name=name))
        return await self.tills(request, key=key)

    async def revoke_till(self, request: web.Request) -> web.StreamResponse:
        """The key opens nothing from now on."""
        till = TillId(request.match_info["till"])
        await self._house.do("tills", lambda work: revoke_till(work, till=till))
        raise web.HTTPSeeOther("/console/tills")

    async def staff(self, request: web.Request, password: str = "", error: str = "", status: int = 200) -> web.Response:
        """Everybody with a login; a one-time password is shown here once."""
        rows = await self._views.staff()
        return self.show(request, "staff.html", status, rows=rows, roles=list(Role), password=password, error=error)

    async def add_staff(self, request: web.Request) -> web.Response:
        """A login with a one-time password."""
        form = await request.post()
        role = self._role(form)
        login, password = str(form.get("login", "")), one_time_password()
        stored = await hashed(password)
        try:
            await self._house.do(
                "staff", lambda work: take_on(work, login=login, role=role, password_hash=stored, store=None)
            )
        except Refusal as refusal:
            return await self.staff(request, error=f"console.{refusal.code}", status=422)
        return await self.staff(request, password=password)

    async def change_role(self, request: web.Request) -> web.StreamResponse:
        """Another role, and a new login."""
        role, staff = self._role(await request.post()), StaffId(request.match_info["staff"])
        return await self._changed(request, lambda work: change_role(work, staff=staff, role=role))

    async def dismiss(self, request: web.Request) -> web.StreamResponse:
        """The login is closed."""
        staff = StaffId(request.match_info["staff"])
        return await self._changed(request, lambda work: dismiss(work, staff=staff))

    async def _changed(self, request: web.Request, job: Callable[[Any], None]) -> web.StreamResponse:
        try:
            await self._house.do("staff", job)
        except Refusal as refusal:
            return await self.staff(request, error=f"console.{refusal.code}", status=409)
        raise web.HTTPSeeOther("/console/staff")

    def _role(self, form: Any) -> Role:
        given = str(form.get("role", ""))
        if given not in list(Role):
            raise web.HTTPBadRequest
        return Role(given)

    def show(self, request: web.Request, name: str, status: int = 200, **data: Any) -> web.Response:
        """The page in the frame that every page of the console has."""
        needs(request, FRAMED)
        session = request[SESSION]
        language = language_of(request, self._programme.default_language)
        owner = session.role == "owner"
        sees = {"owner": owner, "sees_week": session.role in SEES_WEEK, "sees_situations": session.role in SEES}
        common = {"login": session.login, **sees, "csrf": self._sessions.csrf(session), "path": request.path}
        return self._pages.show(name, language, status, brand=self._programme.brand, **common, **data)


def add_console(
    app: web.Application,
    *,
    house: House,
    sessions: Sessions,
    texts: Texts,
    views: ConsoleViews,
    weeks: WeekViews,
    programme: Programme,
    key: bytes,
) -> None:
    """Login and console are part of the app."""

    def in_language(word: str, language: Language) -> str:
        return texts.say(say(word), language)

    pages = Pages(HERE / "templates", in_language)
    Login(house=house, sessions=sessions, pages=pages, key=key, default=programme.default_language).add_routes(app)
    console = Console(house=house, sessions=sessions, pages=pages, views=views, programme=programme)
    console.add_routes(app)
    WeekPages(
        house=house, views=weeks, texts=texts, programme=programme, show=console.show,
        language_of=lambda request: language_of(request, programme.default_language),
    ).add_routes(app, sessions)  # fmt: skip
    SituationPages(
        house=house, views=views, texts=texts, programme=programme, show=console.show,
        language_of=lambda request: language_of(request, programme.default_language),
    ).add_routes(app, sessions)  # fmt: skip
    add_folder(app, "/console/static", HERE / "static")
