"""Refusals over HTTP: `application/problem+json` (RFC 9457) for programs, a plain page for people."""

import json
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from typing import Any

import structlog
from aiohttp import web

from core.shared.refusals import Conflict, Forbidden, Invalid, Refusal, TooMany, Unknown

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger(__name__)
TITLES: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "Who is asking?",
    403: "Not allowed",
    404: "There is no such thing",
    405: "This cannot be done here",
    409: "The state of things forbids it",
    413: "Too large",
    415: "Wrong kind of content",
    422: "A value cannot be used",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "Busy, try again",
}
_CLOSED = 499
"""As the field calls it: the client closed the request before the answer; nobody hears it."""
_CODES = {400: "unreadable", 401: "unauthorized", 403: "forbidden", 404: "unknown-path", 405: "wrong-method",
          413: "too-large", 415: "wrong-content-type", 429: "too-many-requests", 503: "try-again"}  # fmt: skip


class Problem(Exception):
    """The answer is a problem document with this status and code; `data` stands beside them."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.data = dict(headers or {}), dict(data or {})


def problem_of(refusal: Refusal) -> Problem:
    """A refusal of the core as a problem."""
    data = {name: value for name, value in refusal.data.items() if name != "minutes"}
    match refusal:
        case Invalid():
            return Problem(422, refusal.code, data=data)
        case Unknown():
            return Problem(404, refusal.code, data=data)
        case Forbidden():
            return Problem(403, refusal.code, data=data)
        case Conflict():
            return Problem(409, refusal.code, data=data)
        case TooMany(retry_after=wait):
            return Problem(429, refusal.code, headers={"Retry-After": str(wait)}, data=data)
        case _:
            return Problem(409, refusal.code, data=data)


def busy() -> Problem:
    """Nothing happened; the same request may come again in a second."""
    return Problem(503, "try-again", "Nothing was done. Repeat the same request.", {"Retry-After": "1"})


def respond(problem: Problem) -> web.Response:
    """The problem as a response."""
    document = {
        "type": f"about:kartka/{problem.code}",
        "title": TITLES.get(problem.status, "Refused"),
        "status": problem.status,
        **({"detail": problem.detail} if problem.detail else {}),
        **problem.data,
    }
    return web.Response(
        status=problem.status,
        body=json.dumps(document, ensure_ascii=False).encode(),
        content_type="application/problem+json",
        headers=problem.headers,
    )


def problems(busy_errors: tuple[type[Exception], ...] = ()) -> Any:
    """A middleware: whatever goes wrong below becomes one clear answer; a fault is logged with its incident id.

    `busy_errors` are the database's way of saying that nothing happened.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Problem as problem:
            found = problem
        except Refusal as refusal:
            found = problem_of(refusal)
        except web.HTTPRedirection:
            raise
        except web.HTTPException as error:
            kept = {name: value for name, value in error.headers.items() if name in {"Allow", "Retry-After"}}
            found = Problem(error.status, _CODES.get(error.status, "refused"), headers=kept)
        except busy_errors:
            found = busy()
        except Exception as error:  # the last door: a fault is logged under a number and answered, never shown
            if isinstance(error, ConnectionError) and _gone(request):
                return web.Response(status=_CLOSED, reason="Client Closed Request")
            incident = secrets.token_hex(6)
            frames = traceback.format_tb(error.__traceback__)
            log.error("http.fault", incident=incident, error=type(error).__name__, trace="".join(frames[-6:]))
            found = Problem(
                500, "fault", f"Try again. If it stays, tell us this number: {incident}", data={"incident": incident}
            )
        return _page(found) if _for_people(request) else respond(found)

    return middleware


def _gone(request: web.Request) -> bool:
    """Whoever asked has hung up: nobody is there to be answered, and nothing is at fault."""
    return request.transport is None or request.transport.is_closing()


def _for_people(request: web.Request) -> bool:
    return request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("Accept", "")


def _page(problem: Problem) -> web.Response:
    title = escape(TITLES.get(problem.status, "Refused"))
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<link rel="stylesheet" href="/assets/kartka.css"></head><body class="notice"><main><h1>{title}</h1>'
        f'<p>{escape(problem.detail)}</p><p><a href="/">Kartka</a></p></main></body></html>'
    )
    return web.Response(status=problem.status, text=text, content_type="text/html", headers=problem.headers)
