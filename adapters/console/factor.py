"""`/factor`: the second factor is set up, proven at a login, and its recovery codes are replaced."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import qrcode
from aiohttp import web

from adapters.console.factorports import FactorViews
from adapters.console.login import HOME, local_path
from adapters.console.noting import Notes
from adapters.console.ports import ConsoleWork, House
from adapters.http.headers import FRAMED, needs
from adapters.http.pages import Pages, language_of
from adapters.http.sessions import Sessions, StaffSession
from core.audit.model import Entry
from core.programme.model import Programme
from core.shared.refusals import Invalid, Refusal, TooMany
from core.shared.values import StaffId
from core.staff.factor import address_of, grouped, seed_of, typed_seed
from core.staff.factoring import begin_factor, confirm_factor, factor_failed, prove_factor, renew_recovery

T = TypeVar("T")
FACTOR_ROLES = ("owner", "marketer")
"""Who must have a second factor where the programme says `required`."""


class FactorPages:
    """The page, for whoever has logged in by password."""

    def __init__(
        self, *, app: web.Application, house: House, views: FactorViews, sessions: Sessions, pages: Pages, notes: Notes,
        key: bytes, programme: Programme,
    ) -> None:  # fmt: skip
        self._house, self._views, self._sessions, self._pages, self._notes = house, views, sessions, pages, notes
        self._key, self._programme = hmac.digest(key, b"second-factor", hashlib.sha256), programme
        app.router.add_get("/factor", self.ask)
        app.router.add_post("/factor", self.answer)
        app.router.add_post("/factor/codes", self.renew)

    async def ask(self, request: web.Request) -> web.Response:
        """What is to be done: set it up, prove it, or see how it stands."""
        session = await self._member(request)
        return await self._form(request, session)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The first right code sets the factor up and shows the recovery codes; a later one lets the member in."""
        session = await self._member(request)
        typed, staff, key = await self._typed(request, session), StaffId(session.staff), self._key
        if not session.enrolled:
            codes = await self.note(
                request, "factor.set", session, lambda work: confirm_factor(work, staff=staff, key=key, typed=typed)
            )
            if isinstance(codes, Refusal):
                return await self._form(request, session, codes)
            response = self._page(request, session, codes=[grouped(one) for one in codes])
            await self._sessions.log_in(request, response, session.staff, factored=True)
            return response
        by_phone = await self.note(
            request, "factor.proven", session, lambda work: prove_factor(work, staff=staff, key=key, typed=typed)
        )
        if isinstance(by_phone, Refusal):
            return await self._form(request, session, by_phone)
        # Whoever came in by a recovery code sees how many are left.
        target = self._target(request, session) if by_phone else "/factor"
        response = web.Response(status=303, headers={"Location": target})
        await self._sessions.log_in(request, response, session.staff, factored=True)
        return response

    async def renew(self, request: web.Request) -> web.Response:
        """Ten other recovery codes, for a code of the phone; only whoever is wholly in asks for them."""
        session = await self._member(request)
        typed, staff, key = await self._typed(request, session), StaffId(session.staff), self._key
        if self._sessions.factor_due(session):
            return await self._form(request, session)
        codes = await self.note(
            request, "factor.codes", session, lambda work: renew_recovery(work, staff=staff, key=key, typed=typed)
        )
        if isinstance(codes, Refusal):
            return await self._form(request, session, codes)
        return self._page(request, session, codes=[grouped(one) for one in codes])

    async def note(
        self, request: web.Request, verb: str, session: StaffSession, job: Callable[[ConsoleWork], T]
    ) -> T | Refusal:
        """What the job answers, noted; a wrong code is counted in the very work that has found it wrong."""
        actor = self._notes.actor(request, session.login, session.role)

        def tried(work: ConsoleWork) -> T | Refusal:
            try:
                done: T | Refusal = job(work)
            except Invalid as wrong:
                factor_failed(work, staff=StaffId(session.staff))
                done = wrong
            work.audit.note(Entry(work.now, actor, "factor.failed" if isinstance(done, Refusal) else verb, actor.login))
            return done

        try:
            return await self._house.do("staff", tried)
        except Refusal as refusal:
            return refusal

    async def _member(self, request: web.Request) -> StaffSession:
        session = await self._sessions.find(request)
        if session is None:
            raise web.HTTPSeeOther("/login?next=/factor")
        if session.one_time and not session.enrolled:
            raise web.HTTPSeeOther("/password?next=/factor")
        return session

    async def _typed(self, request: web.Request, session: StaffSession) -> str:
        await self._sessions.check_csrf(request, session)
        return str((await request.post()).get("code", ""))[:64]

    async def _form(self, request: web.Request, session: StaffSession, wrong: Refusal | None = None) -> web.Response:
        """The page as the member's factor stands; the secret is on it only until the first right code."""
        status = 200 if wrong is None else 429 if isinstance(wrong, TooMany) else 422
        error = "" if wrong is None else f"sorry.{wrong.code}"
        if session.enrolled:
            kept = await self._views.factor(session.staff)
            response = self._page(request, session, status, error=error, left=kept.recovery)
        else:
            factor = await self._house.do("staff", lambda work: begin_factor(work, staff=StaffId(session.staff)))
            seed = seed_of(self._key, factor)
            drawn = drawing_of(address_of(seed, brand=self._programme.brand, login=session.login))
            response = self._page(request, session, status, error=error, drawn=drawn, typed=typed_seed(seed))
        if isinstance(wrong, TooMany):
            response.headers["Retry-After"] = str(wrong.retry_after)
        return response

    def _page(
        self, request: web.Request, session: StaffSession, status: int = 200, *, error: str = "", drawn: Any = None,
        typed: str = "", left: int = 0, codes: Sequence[str] = (),
    ) -> web.Response:  # fmt: skip
        needs(request, FRAMED)
        language = language_of(request, self._programme.default_language)
        asked = local_path(request.query.get("next", ""))
        return self._pages.show(
            "factor.html", language, status, error=error, drawn=drawn, typed=typed, left=left, codes=codes, next=asked,
            target=self._target(request, session), csrf=self._sessions.csrf(session),
            due=self._sessions.factor_due(session), enrolled=session.enrolled,
        )  # fmt: skip

    @staticmethod
    def _target(request: web.Request, session: StaffSession) -> str:
        return local_path(request.query.get("next", "")) or HOME.get(session.role, "/console")


def drawing_of(text: str) -> dict[str, Any]:
    """The QR code as the path of an SVG: its side in modules, quiet zone included, and the dark modules."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    return {"side": len(rows), "path": dark}
