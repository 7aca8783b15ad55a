"""HTTP manners over the real application: headers everywhere, sessions, CSRF, throttles, problems without a trace."""

import asyncio

import time_machine
from aiohttp import ClientSession, CookieJar, web
from structlog.testing import capture_logs

from adapters.http.problems import problems
from tests.support.served import PASSWORD, Served, serve

POLICY = ("default-src 'none'", "script-src 'self'", "base-uri 'none'", "object-src 'none'", "form-action 'self'")


async def logged_in(served: Served, login: str = "owner") -> ClientSession:
    """A browser with a session; its cookies are kept by hand, since they are for TLS only."""
    session = ClientSession(cookie_jar=CookieJar(unsafe=True))
    form = {"login": login, "password": PASSWORD}
    async with session.post(f"{served.url}/login", data=form, allow_redirects=False) as answer:
        assert answer.status == 303
        cookie = answer.cookies["__Host-sid"]
        assert cookie["secure"]
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
        session.headers["Cookie"] = f"__Host-sid={cookie.value}"
    return session


async def test_every_answer_carries_the_secure_headers(database_url: str) -> None:
    async with serve(database_url) as served:
        for path in ("/", "/chat", "/login", "/till", "/console", "/terms", "/none", "/pos/v1/openapi.json",
                     "/pos/v1/docs",
                     "/health/live", "/assets/kartka.css", "/chat/api/messages", "/metrics",
                     "/media/" + "x" * 40):  # fmt: skip
            async with served.http.get(served.url + path, allow_redirects=False) as answer:
                headers = answer.headers
                assert headers["X-Content-Type-Options"] == "nosniff", path
                assert headers["Referrer-Policy"] == "no-referrer", path
                assert "max-age=31536000" in headers["Strict-Transport-Security"], path
                assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
                assert headers["Server"] == "kartka", path
                assert "unsafe-inline" not in headers["Content-Security-Policy"], path
                assert all(part in headers["Content-Security-Policy"] for part in POLICY), path
                assert "Access-Control-Allow-Origin" not in headers, path


async def test_health_and_metrics_answer(database_url: str) -> None:
    async with serve(database_url) as served:
        async with served.http.get(f"{served.url}/health/ready") as answer:
            assert await answer.json() == {"status": "ready", "database": "ok", "schema": "ok"}
        async with served.http.get(f"{served.url}/metrics") as answer:
            assert "kartka_requests_total" in await answer.text()


async def test_five_wrong_passwords_close_the_account_for_a_while_and_say_nothing_more(database_url: str) -> None:
    async with serve(database_url) as served:
        words = set()
        for login in ("owner", "nobody"):
            for _ in range(5):
                async with served.http.post(f"{served.url}/login", data={"login": login, "password": "x"}) as answer:
                    assert answer.status == 401
                    text = await answer.text()
                    words.add(text[text.index("<strong>") : text.index("</strong>")])
        assert len(words) == 1
        async with served.http.post(f"{served.url}/login", data={"login": "owner", "password": PASSWORD}) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "900")


async def test_a_form_of_another_site_is_refused(database_url: str) -> None:
    async with serve(database_url) as served:
        form = {"login": "owner", "password": PASSWORD}
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            async with served.http.post(f"{served.url}/login", data=form, headers=headers) as answer:
                assert answer.status == 403
        browser = await logged_in(served)
        for data in ({"store": "s1", "name": "x"}, {"store": "s1", "name": "x", "csrf": "0" * 64}):
            async with browser.post(f"{served.url}/console/tills", data=data) as answer:
                assert answer.status == 403
        async with browser.post(f"{served.url}/till/api/lookup", json={"code": "1"}) as answer:
            assert answer.status == 403
        await browser.close()


async def test_a_session_ends_by_idling_and_by_the_clock(database_url: str) -> None:
    from datetime import UTC, datetime, timedelta

    async with serve(database_url) as served:
        browser = await logged_in(served)
        console = f"{served.url}/console"

        async def status_at(minutes: int) -> int:
            later = datetime.now(UTC) + timedelta(minutes=minutes)
            with time_machine.travel(later, tick=True):
                async with browser.get(console, allow_redirects=False) as answer:
                    return answer.status

        assert await status_at(0) == 200
        assert await status_at(29) == 200
        assert await status_at(29 + 31) == 303
        await browser.close()


async def test_roles_open_only_their_own_doors(database_url: str) -> None:
    async with serve(database_url) as served:
        doors = {"/console": {"owner", "analyst"}, "/console/tills": {"owner"}, "/console/staff": {"owner"},
                 "/till": {"owner", "cashier"}}  # fmt: skip
        for role in ("owner", "analyst", "cashier"):
            browser = await logged_in(served, role)
            for path, allowed in doors.items():
                async with browser.get(served.url + path, allow_redirects=False) as answer:
                    assert (answer.status == 200) is (role in allowed), (role, path)
            await browser.close()


async def test_where_login_leads_is_never_another_site(database_url: str) -> None:
    async with serve(database_url) as served:
        for target in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
            form = {"login": "owner", "password": PASSWORD, "next": target}
            async with served.http.post(f"{served.url}/login", data=form, allow_redirects=False) as answer:
                assert answer.headers["Location"] == "/console"


async def test_json_that_is_a_trap_is_refused(database_url: str) -> None:
    async with serve(database_url) as served:
        headers = {"Authorization": f"Bearer {served.till_key}", "Content-Type": "application/json"}
        for body, status in (
            (b'{"code":"1","code":"2"}', 400),
            (b'{"code":NaN}', 400),
            (b"[" * 100_000, 400),
            (b'{"code":' + b"[" * 40 + b"]" * 40 + b"}", 400),
            (b'{"code":true}', 422),
            (b'{"code":12345678}', 422),
            (b'{"code":"' + b"1" * 300_000 + b'"}', 413),
        ):
            async with served.http.post(f"{served.url}/pos/v1/lookup", data=body, headers=headers) as answer:
                assert answer.status == status, body[:30]
                assert answer.content_type == "application/problem+json"
        async with served.http.post(
            f"{served.url}/pos/v1/lookup", data=b"<x/>", headers={**headers, "Content-Type": "text/xml"}
        ) as answer:
            assert answer.status == 415


async def test_whoever_hangs_up_is_no_fault_and_a_broken_neighbour_is() -> None:
    begun, over = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path == "/neighbour":
            raise ConnectionRefusedError
        begun.set()
        try:
            return web.Response(body=await request.read())
        finally:
            over.set()

    app = web.Application(middlewares=[problems()])
    app.router.add_post("/{path}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    with capture_logs() as logs:
        _, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /cut HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000\r\n\r\nhalf")
        await begun.wait()
        writer.transport.abort()
        await over.wait()
        async with ClientSession() as session, session.post(f"http://{host}:{port}/neighbour") as answer:
            assert answer.status == 500
        await runner.cleanup()
    assert [(one["event"], one["error"]) for one in logs] == [("http.fault", "ConnectionRefusedError")]
