"""Whatever a page does a program can do: every form's path and every page of the console has its operations."""

from pathlib import Path

from tests.support.console import API, entered
from tests.support.served import serve
from tests.support.walk import PLACE, patterns

OTHERWISE = {
    "POST /campaigns/new": "POST /campaigns",
    "POST /campaigns/{}/do": "POST /campaigns/{}/approve",
    "POST /campaigns/{}/edit/{}": "PUT /campaigns/{}",
    "POST /campaigns/{}/look": "GET /campaigns/{}/previews",
    "POST /campaigns/{}/count": "GET /campaigns/{}/numbers",
    "POST /campaigns/{}/rehearsal/told": "POST /campaigns/{}/rehearsal",
    "POST /customers/{}/data": "GET /customers/{}/data",
    "POST /imports/{}": "POST /imports/{}/run",
    "POST /offers/draft/new": "POST /offers",
    "POST /offers/draft/live": "POST /offers/quote",
    "POST /offers/draft/import": "POST /offers",
    "POST /offers/{}": "POST /offers",
    "POST /questionnaires/draft/new": "POST /questionnaires",
    "POST /questionnaires/draft/live": "POST /questionnaires/check",
    "POST /segments/{}": "PATCH /segments/{}",
    "POST /segments/{}/preview": "POST /segments/preview",
    "POST /segments/{}/away": "POST /segments/{}/archive",
    "POST /segments/{}/back": "POST /segments/{}/restore",
    "POST /situations/{}": "PUT /situations/{}",
    "POST /staff/{}": "PUT /staff/{}",
    "POST /tills/{}": "POST /tills/{}/second-key",
    "POST /tills/stores/{}": "PUT /stores/{}",
    "POST /vouchers": "POST /vouchers/batches",
    "GET /": "GET /home",
    "GET /campaigns/new": "POST /campaigns",
    "GET /campaigns/{}/edit/{}": "GET /campaigns/{}",
    "GET /campaigns/{}/events": "GET /campaigns/{}/progress",
    "GET /offers/draft/new": "POST /offers",
    "GET /offers/{}/file": "GET /offers/{}",
    "GET /questionnaires/draft/new": "POST /questionnaires",
    "GET /questionnaires/draft/answers": "GET /questionnaires/answers",
    "GET /results/{}/result.csv": "GET /results/{}",
    "GET /settings/doctor": "GET /settings",
    "GET /staff/{}": "GET /staff",
    "GET /tills/{}": "GET /tills",
    "GET /tills/stores": "GET /stores",
    "GET /tills/stores/{}": "GET /stores",
    "GET /vouchers/{}": "GET /vouchers",
    "GET /week/report.csv": "GET /week",
}
"""Where an operation is called otherwise than the page: what a page takes apart into forms, a program says at once."""
ALSO = ("DELETE /campaigns/{}", "POST /imports/{}/check", "POST /imports/{}/undo", "PUT /imports/{}",
        "DELETE /staff/{}", "POST /staff/{}/password", "DELETE /staff/{}/factor", "DELETE /staff/sessions/{}",
        "DELETE /tills/{}", "DELETE /tills/{}/first-key", "POST /campaigns/{}/trial",
        *(f"POST /campaigns/{{}}/{move}" for move in ("start", "pause", "resume", "stop")))  # fmt: skip
"""What the buttons of one form do, each."""


async def test_every_page_and_every_form_has_its_operation(tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served, entered(served) as program:
        document = (await program.get("/openapi.json"))[1]
        operations = {
            f"{method.upper()} {PLACE.sub('{}', path).removeprefix(API)}"
            for path, methods in document["paths"].items()
            for method in methods
        }
        wanted = {
            f"{method} {PLACE.sub('{}', path).removeprefix('/console') or '/'}"
            for method in ("GET", "POST")
            for path in patterns(served.app, "/console", method)
            if not path.startswith((API, "/console/static"))
        }
        lacking = {one for one in wanted if OTHERWISE.get(one, one) not in operations}
        assert lacking == set()
        assert set(OTHERWISE) <= wanted, "nothing is excused that is not there"
        assert not {one for one in OTHERWISE if one in operations}, "nothing is excused that needs no excuse"
        assert set(ALSO) <= operations

        status, week = await program.get("/week")
        assert (status, week["planned_at"], week["ranking"]["champion"]) == (200, None, "kartka")
        assert (await program.get("/week?week=1999-W01"))[0] == 404
        begin = {"do": "challenge", "ranking": "popular", "share": 20}
        status, ranking = await program.send("POST", "/week/ranking", begin)
        assert (status, ranking["challenger"], ranking["share"], ranking["by"]) == (200, "popular", 20, "owner")
        assert (await program.send("POST", "/week/ranking", begin))[0] == 409
        assert (await program.send("POST", "/week/ranking", {"do": "stop"}))[1]["challenger"] is None
        rules = {one["rule"]: one for one in (await program.get("/situations"))[1]["rows"]}
        rule, numbers = next((rule, one["numbers"]) for rule, one in rules.items() if not one["control"])
        name = next(iter(numbers))
        change = {"on": False, "numbers": {name: numbers[name] + 1}}
        status, done = await program.send("PUT", f"/situations/{rule}", change)
        assert (status, done["on"], done["numbers"][name]) == (200, False, numbers[name] + 1)
        assert (await program.send("PUT", f"/situations/{rule}", {"on": False, "numbers": {name: 10**6}}))[0] == 422
        assert (await program.send("PUT", "/situations/rain", {"on": True}))[0] == 404
        verbs = [line["verb"] for line in (await program.get("/audit"))[1]["rows"]]
        assert verbs[:3] == ["situation.switch", "ranking.switch", "ranking.switch"]
        status, copy = await program.send("POST", "/segments/ready:active/copy")
        assert (status, copy["version"]) == (201, 1)
        assert (await program.send("POST", "/segments/ready:active/copy"))[1]["name"] == f"{copy['name']} (2)"
        async with entered(served, "analyst") as analyst:
            assert (await analyst.get("/situations"))[0] == 200
            assert (await analyst.send("PUT", f"/situations/{rule}", change))[0] == 403
