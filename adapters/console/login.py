"""Logging in and out, and choosing a password of one's own."""

import hashlib
import hmac

from aiohttp import web

from adapters.console.noting import Notes, nothing
from adapters.console.passwords import fits, hashed
from adapters.console.ports import ConsoleWork, House
from adapters.http.headers import FRAMED, needs
from adapters.http.pages import LANGUAGE_COOKIE, Pages, language_of
from adapters.http.sessions import Sessions, StaffSession, own_origin
from core.shared.refusals import Invalid, TooMany
from core.shared.values import Language
from core.staff.actions import choose_password, login_failed, login_succeeded, may_try_login
from core.staff.model import StaffMember, good_password

HOME = {"cashier": "/till"}
"""Where a role begins; everybody else at the console."""


class Login:
    """The pages `/login`, `/logout`, `/password`."""

    def __init__(
        self, *, house: House, sessions: Sessions, pages: Pages, notes: Notes, key: bytes, default: Language
    ) -> None:
        self._house, self._sessions, self._pages, self._notes = house, sessions, pages, notes
        self._key, self._default = key, default

    def add_routes(self, app: web.Application) -> None:
        """The pages are part of the app."""
        app.router.add_get("/login", self.ask)
        app.router.add_post("/login", self.log_in)
        app.router.add_post("/logout", self.log_out)
        app.router.add_get("/password", self.ask_password)
        app.router.add_post("/password", self.set_password)

    async def ask(self, request: web.Request) -> web.Response:
        """The form."""
        return self._form(request, "login.html")

    async def log_in(self, request: web.Request) -> web.StreamResponse:
        """A session, or the same words for every kind of wrong."""
        own_origin(request)
        form = await request.post()
        login, password = str(form.get("login", ""))[:64].strip().lower(), str(form.get("password", ""))[:256]
        account, origin = self._hashed("account", login), self._hashed("origin", request.remote or "")
        try:
            member = await self._house.do("staff", lambda work: _may_try(work, login, account, origin))
        except TooMany as refusal:
            response = self._form(request, "login.html", error="login.throttled", status=429)
            response.headers["Retry-After"] = str(refusal.retry_after)
            return response
        may_log_in = member if member is not None and member.disabled_at is None else None
        if not await fits(may_log_in.password if may_log_in else None, password) or may_log_in is None:
            await self._notes.note(
                request, "login.failed", lambda work: login_failed(work, account=account, origin=origin),
                login=member.login if member else "", role=member.role if member else "",
            )  # fmt: skip
            return self._form(request, "login.html", error="login.wrong", status=401)
        staff = may_log_in.id
        await self._notes.note(
            request, "login.in", lambda work: login_succeeded(work, account=account, staff=staff),
            login=may_log_in.login, role=may_log_in.role,
        )  # fmt: skip
        target = local_path(str(form.get("next", "")) or request.query.get("next", "")) or HOME.get(
            may_log_in.role, "/console"
        )
        response = web.Response(status=303, headers={"Location": target})
        await self._sessions.log_in(request, response, may_log_in.id)
        return response

    async def log_out(self, request: web.Request) -> web.StreamResponse:
        """The session is over."""
        session = await self._sessions.find(request)
        if session is not None:
            await self._sessions.check_csrf(request, session)
            await self._notes.note(request, "login.out", nothing, login=session.login, role=session.role)
        response = web.Response(status=303, headers={"Location": "/login"})
        await self._sessions.log_out(request, response)
        return response

    async def ask_password(self, request: web.Request) -> web.Response:
        """The form for a password of one's own."""
        session = await self._member(request)
        return self._form(request, "password.html", csrf=self._sessions.csrf(session))

    async def set_password(self, request: web.Request) -> web.StreamResponse:
        """The new password opens, every session ends but a fresh one."""
        session = await self._member(request)
        await self._sessions.check_csrf(request, session)
        password = str((await request.post()).get("password", ""))
        try:
            good_password(session.login, password)
        except Invalid:
            csrf = self._sessions.csrf(session)
            return self._form(request, "password.html", error="password.weak", status=422, csrf=csrf)
        stored = await hashed(password)
        member = await self._notes.note(
            request, "password.chosen", lambda work: _choose(work, session, stored),
            login=session.login, role=session.role,
        )  # fmt: skip
        target = local_path(request.query.get("next", "")) or HOME.get(member.role, "/console")
        response = web.Response(status=303, headers={"Location": target})
        await self._sessions.log_in(request, response, member.id, factored=session.factored)
        return response

    async def _member(self, request: web.Request) -> StaffSession:
        """Whoever knows the password alone does not change that of somebody with a second factor."""
        session = await self._sessions.find(request)
        if session is None:
            raise web.HTTPSeeOther("/login")
        if session.enrolled and not session.factored:
            raise web.HTTPSeeOther("/factor?next=/password")
        return session

    def _form(
        self, request: web.Request, name: str, *, error: str = "", status: int = 200, csrf: str = ""
    ) -> web.Response:
        needs(request, FRAMED)
        language = language_of(request, self._default)
        target = local_path(request.query.get("next", ""))
        response = self._pages.show(name, language, status, error=error, next=target, csrf=csrf)
        response.set_cookie(LANGUAGE_COOKIE, language.value, samesite="Lax", secure=True, httponly=True)
        return response

    def _hashed(self, kind: str, subject: str) -> str:
        return hmac.digest(self._key, f"{kind}|{subject}".encode(), hashlib.sha256).hex()


def _may_try(work: ConsoleWork, login: str, account: str, origin: str) -> StaffMember | None:
    may_try_login(work, account=account, origin=origin)
    return work.staff.by_login(login)


def _choose(work: ConsoleWork, session: StaffSession, stored: str) -> StaffMember:
    member = work.staff.by_login(session.login)
    if member is None:
        raise Invalid("login", "bad-login")
    return choose_password(work, staff=member.id, password_hash=stored)


def local_path(path: str) -> str:
    """A path of this house, empty for anything that could lead elsewhere."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path else ""
