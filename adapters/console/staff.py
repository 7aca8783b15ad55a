"""Staff: who may log in, with which role and right to send, their sessions and second factors; one-time passwords."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import web

from adapters.console.door import API, Door
from adapters.console.factorports import StaffViews
from adapters.console.lists import Column, Filter, Listing
from adapters.console.passwords import hashed, one_time_password
from adapters.console.ports import ConsoleWork
from adapters.console.staffmodels import (
    MemberChange,
    MembersOut,
    NewMember,
    PasswordOut,
    SessionsOut,
    may_send,
    member_out,
    session_out,
)
from adapters.console.telling import Teller
from adapters.http.api import Endpoint
from adapters.http.problems import Problem
from adapters.http.sessions import SESSION
from bot.words import say
from core.shared.refusals import Invalid, Refusal, Unknown
from core.shared.values import StaffId
from core.staff.actions import change_role, dismiss, end_session, invite_again, let_send, take_on
from core.staff.factoring import reset_factor
from core.staff.model import Role, StaffMember, login_name
from core.staff.views import SessionRow, StaffRow

KEEPS_STAFF = ("owner",)
PATH = "/console/staff"
T = TypeVar("T")


class StaffPages:
    """`/console/staff` and each member's page."""

    def __init__(self, door: Door, views: StaffViews) -> None:
        self._door, self._views = door, views
        door.page(PATH, self.page, KEEPS_STAFF)
        door.action(PATH, self.add, KEEPS_STAFF)
        door.page(f"{PATH}/{{staff}}", self.member, KEEPS_STAFF)
        door.action(f"{PATH}/{{staff}}", self.change, KEEPS_STAFF)
        query = {one.key: {"type": "string"} for one in self._listing().filters} | {"page": {"type": "integer"}}
        for one in (
            Endpoint("GET", f"{API}/staff", "Who may log in", self.rows, answer=MembersOut, query=query),
            Endpoint("POST", f"{API}/staff", "A login with a one-time password", self.added, NewMember, PasswordOut,
                     201, {409: ["login-taken"], 422: ["bad-login"]}),
            Endpoint("PUT", f"{API}/staff/{{staff}}", "Role and the right to send", self.changed, MemberChange, None,
                     204, {404: ["unknown-staff"], 409: ["last-owner", "sends-role"]}),
            Endpoint("DELETE", f"{API}/staff/{{staff}}", "The login is closed", self.closed, status=204,
                     problems={404: ["unknown-staff"], 409: ["last-owner"]}),
            Endpoint("POST", f"{API}/staff/{{staff}}/password", "Another one-time password", self.invited,
                     answer=PasswordOut, status=201, problems={404: ["unknown-staff"], 409: ["login-closed"]}),
            Endpoint("DELETE", f"{API}/staff/{{staff}}/factor", "The second factor is set up anew", self.unfactored,
                     status=204, problems={404: ["unknown-staff", "no-factor"], 409: ["own-factor"]}),
            Endpoint("GET", f"{API}/staff/sessions", "Who is logged in", self.sessions, answer=SessionsOut),
            Endpoint("DELETE", f"{API}/staff/sessions/{{session}}", "A session is over", self.ended, status=204,
                     problems={404: ["unknown-session"]}),
        ):  # fmt: skip
            door.endpoint(one, KEEPS_STAFF)

    async def page(
        self, request: web.Request, password: str = "", login: str = "", role: str = "", error: str = ""
    ) -> web.StreamResponse:
        """Everybody with a login; a one-time password is shown here once. A new role begins with the least right."""
        roles = [one.value for one in reversed(Role)]
        response = await self._door.listed(
            request, self._listing(request), self._views.members, "staff.html", roles=roles, password=password,
            login_given=login, role_given=role, error=error,
        )  # fmt: skip
        if error:
            response.set_status(422)
        return response

    async def add(self, request: web.Request) -> web.StreamResponse:
        """A login with a one-time password."""
        form = await request.post()
        login, role = str(form.get("login", ""))[:64], str(form.get("role", ""))
        try:
            made = await self._added(request, login, role)
        except Refusal as refusal:
            return await self.page(request, login=login, role=role, error=self._door.sorry(request, refusal))
        return await self.page(request, password=made.password)

    async def member(
        self, request: web.Request, password: str = "", error: str = "", status: int = 200
    ) -> web.StreamResponse:
        """One of them: what they may do, where they are logged in."""
        row = await self._row(request)
        every = [one for one in await self._views.sessions() if one.login == row.login]
        shown = [self._shown(request, one) for one in every]
        return self._door.show(
            request, "member.html", status, row=row, every=shown, password=password,
            roles=[role.value for role in Role], error=error, here=request[SESSION].token_hash[:16],
            last=self._at(request, row.last_login_at), factor=self._at(request, row.factor_since),
            mine=row.id == request[SESSION].staff,
        )  # fmt: skip

    async def change(self, request: web.Request) -> web.StreamResponse:
        """What the form's button says is done."""
        form = await request.post()
        row = await self._row(request)
        try:
            match str(form.get("do", "")):
                case "role":
                    await self._changed(request, row.id, MemberChange(role=str(form.get("role", ""))))
                case "sends":
                    await self._changed(request, row.id, MemberChange(sends=form.get("sends") == "yes"))
                case "password":
                    made = await self._invited(request, row.id)
                    return await self.member(request, password=made.password)
                case "factor":
                    await self._unfactored(request, row.id)
                case "session":
                    await self._ended(request, str(form.get("session", "")))
                case "close":
                    await self._closed(request, row.id)
                case _:
                    raise web.HTTPBadRequest
        except Refusal as refusal:
            return await self.member(request, error=self._door.sorry(request, refusal), status=409)
        raise web.HTTPSeeOther(f"{PATH}/{row.id}")

    async def rows(self, request: web.Request, given: None) -> MembersOut:
        """The list as JSON."""
        del given
        found = await self._views.members(self._listing().asked(request))
        return MembersOut(rows=[member_out(one) for one in found.rows], total=found.total)

    async def added(self, request: web.Request, given: NewMember) -> PasswordOut:
        """As the form."""
        return await self._added(request, given.login, given.role)

    async def changed(self, request: web.Request, given: MemberChange) -> None:
        """As the form."""
        await self._changed(request, request.match_info["staff"], given)

    async def closed(self, request: web.Request, given: None) -> None:
        """As the form."""
        del given
        await self._closed(request, request.match_info["staff"])

    async def invited(self, request: web.Request, given: None) -> PasswordOut:
        """As the form."""
        del given
        return await self._invited(request, request.match_info["staff"])

    async def unfactored(self, request: web.Request, given: None) -> None:
        """As the form."""
        del given
        await self._unfactored(request, request.match_info["staff"])

    async def sessions(self, request: web.Request, given: None) -> SessionsOut:
        """Everybody's."""
        del request, given
        rows = await self._views.sessions()
        return SessionsOut(rows=[session_out(one) for one in rows])

    async def ended(self, request: web.Request, given: None) -> None:
        """As the form."""
        del given
        await self._ended(request, request.match_info["session"])

    async def _added(self, request: web.Request, login: str, role: str) -> PasswordOut:
        wanted, password = _role(role), one_time_password()
        stored = await hashed(password)

        def job(work: ConsoleWork) -> StaffMember:
            return take_on(work, login=login, role=wanted, password_hash=stored, store=None)

        made = await self._door.change(request, "staff.add", job, seen=lambda work: _named(work, login_name(login)))
        return PasswordOut(login=made.login, password=password)

    async def _changed(self, request: web.Request, id: str, given: MemberChange) -> None:
        staff = StaffId(id)
        if given.role is not None:
            role = _role(given.role)
            await self.note(request, "staff.role", staff, lambda work: change_role(work, staff=staff, role=role))
        if (sends := given.sends) is not None:
            await self.note(request, "staff.sends", staff, lambda work: let_send(work, staff=staff, sends=sends))

    async def _closed(self, request: web.Request, id: str) -> None:
        staff = StaffId(id)
        await self.note(request, "staff.dismiss", staff, lambda work: dismiss(work, staff=staff))

    async def _invited(self, request: web.Request, id: str) -> PasswordOut:
        staff, password = StaffId(id), one_time_password()
        stored = await hashed(password)

        def job(work: ConsoleWork) -> str:
            invite_again(work, staff=staff, password_hash=stored)
            member = work.staff.get(staff)
            return member.login if member is not None else ""

        return PasswordOut(login=await self.note(request, "staff.password", staff, job), password=password)

    async def _unfactored(self, request: web.Request, id: str) -> None:
        staff, by = StaffId(id), StaffId(request[SESSION].staff)
        await self.note(request, "staff.factor", staff, lambda work: reset_factor(work, staff=staff, by=by))

    async def _ended(self, request: web.Request, session: str) -> None:
        if len(session) != 16 or not session.isalnum():
            raise Unknown("unknown-session")
        await self._door.change(
            request, "session.end", lambda work: end_session(work, session=session), subject=session
        )

    async def note(self, request: web.Request, verb: str, staff: StaffId, job: Callable[[ConsoleWork], T]) -> T:
        """A change of a member, with how they stood before and after."""
        return await self._door.change(request, verb, job, subject=staff, seen=lambda work: _seen(work, staff))

    async def _row(self, request: web.Request) -> StaffRow:
        wanted = request.match_info["staff"]
        found = await self._views.member(wanted)
        if found is None:
            raise Problem(404, "unknown-staff", "There is no such login.")
        return found

    def _listing(self, request: web.Request | None = None) -> Listing[StaffRow]:
        def told(key: str) -> str:
            return key if request is None else self._door.told(request, say(key))

        roles = [(role.value, told(f"role.{role.value}")) for role in Role]
        return Listing(
            PATH,
            "staff",
            (
                Column("login", "login.login", lambda one: one.login, link=lambda one: f"{PATH}/{one.id}"),
                Column("role", "console.role", lambda one: told(f"role.{one.role}"), lambda one: one.role),
                Column("sends", "crew.sends", lambda one: told(_sends(one)), lambda one: may_send(one)),
                Column("state", "console.state", lambda one: told(_state(one)[0]), state=lambda one: _state(one)[1],
                       sorts=False),
                Column("factor", "second.title", lambda one: told("crew.yes" if one.factor_since else "crew.no"),
                       lambda one: one.factor_since is not None, sorts=False),
                Column("last", "crew.last-login", lambda one: self._at(request, one.last_login_at),
                       lambda one: one.last_login_at.isoformat() if one.last_login_at else ""),
            ),
            (Filter("login", "login.login"), Filter("role", "console.role", roles)),
        )  # fmt: skip

    def _shown(self, request: web.Request, one: SessionRow) -> dict[str, Any]:
        return {"id": one.id, "since": self._at(request, one.created_at), "seen": self._at(request, one.seen_at)}

    def _at(self, request: web.Request | None, instant: datetime | None) -> str:
        return "" if instant is None or request is None else Teller(self._door, request).at(instant)


def _role(given: str) -> Role:
    if given not in list(Role):
        raise Invalid("role", "bad-role")
    return Role(given)


def _sends(one: StaffRow) -> str:
    return "crew.yes" if may_send(one) else "crew.no"


def _state(one: StaffRow) -> tuple[str, str]:
    if one.disabled:
        return "console.closed", "bad"
    return ("console.invited", "wait") if one.one_time else ("console.works", "good")


def _named(work: ConsoleWork, login: str) -> dict[str, Any] | None:
    member = work.staff.by_login(login)
    return None if member is None else _seen(work, member.id)


def _seen(work: ConsoleWork, staff: StaffId) -> dict[str, Any] | None:
    member = work.staff.get(staff)
    if member is None:
        return None
    factor = work.factors.get(staff)
    return {
        "login": member.login, "role": member.role, "sends": member.sends, "closed": bool(member.disabled_at),
        "one_time": member.one_time, "factor": factor is not None and factor.since is not None,
    }  # fmt: skip
