"""Customers and the home as JSON: who may see and do what, what a program is refused, and that every look is noted."""

from pathlib import Path
from typing import Any

from adapters.app.audiences import holdout_salt
from core.campaigns.arms import WHOLE, lot_of
from tests.journeys.test_browser_customers import OLENA, OTHER, hire, known
from tests.journeys.test_rules import programme
from tests.journeys.test_web import Chat
from tests.support.console import Program, entered
from tests.support.served import Served, serve

WHY = {"why": "просить клієнтка"}
READS = ("", "/movements", "/receipts", "/messages")
ACTS: dict[str, dict[str, Any]] = {
    "block": {}, "reissue": {}, "adjust": {"points": 5, "key": "k"}, "withdraw": {"purpose": "profiling"},
    "forget": {"number": "1"}, "merge": {"absorbed": "x"}, "unmerge": {"merge": "x"},
}  # fmt: skip


async def statuses(program: Program, one: str) -> dict[str, int]:
    """What somebody may read and do, a preview of each action."""
    found = {part: (await program.get(f"/customers/{one}{part}"))[0] for part in (*READS, "/data")}
    found["list"], found["home"] = (await program.get("/customers"))[0], (await program.get("/home"))[0]
    found["numbers"] = (await program.get("/customers/numbers"))[0]
    found["search"] = (await program.send("POST", "/customers/search", {"q": OLENA}))[0]
    for act, body in ACTS.items():
        sent = {**WHY, **body, "preview": True}
        found[act] = (await program.send("POST", f"/customers/{one}/{act}", sent))[0]
    return found


async def test_each_role_sees_and_does_its_own(tmp_path: Path) -> None:
    rules = programme(tmp_path, "global_holdout_percent = 50\n")
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db", programme=rules) as served:
        await Chat(served).registers(OLENA)
        await served.house.lanes.do("x", hire)
        one = await known(served, OLENA)
        reads, tries = dict.fromkeys((*READS, "list", "home", "numbers", "search"), 200), {
            "/data": 200, "block": 200, "reissue": 200, "adjust": 200, "withdraw": 200, "forget": 422, "merge": 404,
            "unmerge": 404,
        }  # fmt: skip
        none = dict.fromkeys((*reads, *tries), 403)
        for login, may in (
            ("owner", {**reads, **tries}), ("support", {**reads, **tries}), ("marketer", {**none, **reads}),
            ("analyst", {**none, "home": 200, "numbers": 200}), ("cashier", none),
        ):  # fmt: skip
            async with entered(served, login) as program:
                assert await statuses(program, one) == may, login
        async with entered(served, "marketer") as program:
            _, file = await program.get(f"/customers/{one}")
            told = str([file, (await program.get("/customers"))[1]])
            held = lot_of(holdout_salt(served.house.settings), one) < WHOLE // 2
            assert file["unreached"] == ["no_consent", *(["holdout"] if held else [])]
            assert OLENA not in told
            assert "•• 67" in told
            _, file = await program.get("/console/customers?file=csv")
            assert OLENA not in file
            assert "Олена Коваль" in file
        async with entered(served, "analyst") as program:
            _, home = await program.get("/home")
            assert (home["cards_today"], home["sources"][0]["met"], home["days"][0]["cards"]) == (None, None, 0)
            assert (await program.get("/customers/numbers"))[1]["languages"] == {"uk": None}
        async with entered(served) as program:
            _, home = await program.get("/home")
            assert (home["cards_today"], home["sources"][0]["met"], home["points"]["liability"]) == (1, 1, 0)
            assert (await program.get("/customers/numbers"))[1]["languages"] == {"uk": 1}
            looks = (await program.get(f"/audit?verb=customer.see&subject={one}"))[1]["rows"]
            assert {look["after"]["part"] for look in looks if look["login"] == "marketer"} == {
                "card", "movements", "receipts", "messages"
            }  # fmt: skip


async def test_a_program_serves_a_person_and_hears_what_to_do_where_it_cannot(tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/kartka.db") as served:
        number = (await Chat(served).registers(OLENA))["data"]["number"]
        await Chat(served).registers(OTHER)
        await served.house.lanes.do("x", hire)
        olena, other = await known(served, OLENA), await known(served, OTHER)
        async with entered(served, "support") as program:

            async def acts(act: str, **body: Any) -> tuple[int, Any]:
                return await program.send("POST", f"/customers/{olena}/{act}", {**WHY, **body})

            _, found = await program.send("POST", "/customers/search", {"q": f"{number[:4]} {number[4:]}"})
            assert [row["id"] for row in found["rows"]] == [olena]
            for typed in ("", "1", "zzz", "\u202e" * 99, "'; drop table customers; --"):
                assert (await program.send("POST", "/customers/search", {"q": typed}))[1]["rows"] == []
            status, seen = await acts("adjust", points=-5, key="k0", preview=True)
            assert (status, seen["most"]) == (409, 0)
            status, done = await acts("adjust", points=40, key="k1")
            assert (status, done["done"], done["after"][0]["active"]) == (200, True, 40)
            assert (await acts("adjust", points=40, key="k1"))[1]["after"][0]["active"] == 40
            for body, status, code in (
                ({"points": 1001, "key": "k2"}, 422, "adjust-too-much"),
                ({"points": 0, "key": "k2"}, 422, "adjust-nothing"),
                ({"points": 1, "key": ""}, 422, "invalid"), ({"points": "1", "key": "k2"}, 422, "invalid"),
                ({"points": 1, "key": "k2", "why": "дзвонила з 0671234567"}, 422, "reason-personal"),
                ({"points": 1, "key": "k2", "why": " "}, 422, "reason-missing"),
            ):  # fmt: skip
                answer = await acts("adjust", **body)
                assert (answer[0], answer[1]["type"]) == (status, f"about:kartka/{code}"), body
            _, seen = await acts("merge", absorbed=other, preview=True)
            assert [one["active"] for one in seen["after"]] == [40, 0]
            assert (await program.get(f"/customers/{other}"))[1]["id"] == other
            await acts("merge", absorbed=other)
            assert (await program.get(f"/customers/{other}"))[1]["id"] == olena
            _, file = await program.get(f"/customers/{olena}")
            assert {one["number"] for one in file["numbers"]} >= {number}
            merged = file["merges"][0]["id"]
            await acts("unmerge", merge=merged)
            assert (await acts("unmerge", merge=merged))[1]["type"] == "about:kartka/merge-undone"
            _, moved = await program.get(f"/customers/{olena}/movements?kind=adjust")
            assert [(row["active"], row["actor"], row["reason"]) for row in moved["rows"]] == [
                (40, "support", WHY["why"])
            ]
            assert (await program.get(f"/customers/{olena}/data"))[1]["points"]["active"] == 40
            assert (await acts("withdraw", purpose="profiling"))[1]["after"][0]["agreed"] == ["terms"]
            assert (await acts("withdraw", purpose="profiling"))[1]["type"] == "about:kartka/not-agreed"
            assert (await acts("withdraw", purpose="all"))[0] == 422
            assert (await acts("forget", number="290000"))[1]["type"] == "about:kartka/number-differs"
            _, gone = await acts("forget", number=number)
            assert (gone["after"][0]["living"], gone["after"][0]["number"]) == (False, "")
            assert (await program.get(f"/customers/{olena}"))[1]["forgotten_at"] is not None
            assert (await acts("block"))[1]["type"] == "about:kartka/no-card"
            assert (await program.get("/customers/nobody"))[0] == 404
            page = (await program.get(f"/console/customers/{olena}"))[1]
            assert "забуто" in page or "forgotten" in page
            await documented(program, served)


async def documented(program: Program, served: Served) -> None:
    """Every operation is in the document, with what it may be refused for."""
    del served
    paths = (await program.get("/openapi.json"))[1]["paths"]
    one = "/console/api/v1/customers/{customer}"
    assert {one, f"{one}/merge", f"{one}/data", "/console/api/v1/home"} <= paths.keys()
    assert "adjust-day" in paths[f"{one}/adjust"]["post"]["responses"]["429"]["description"]
