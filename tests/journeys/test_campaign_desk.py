"""Campaigns through the console's JSON: each move once allowed and once refused, and nothing of two editors lost."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from core.campaigns.actions import approve
from tests.support.console import Program, entered
from tests.support.deskshop import NAMES, furnish, goes_out, noon_zone
from tests.support.served import Served, serve

PLAN: dict[str, Any] = {
    "name": "Кава", "segment": "ready:lifecycle-registered",
    "contents": {"A": {"text": {"uk": "Вітаємо, {name|друже}! <b>Кава</b>"},
                       "links": [{"label": {"uk": "На сайт"}, "leads": "url", "url": "https://shop.example/kava"}]}},
}  # fmt: skip


def photo(width: int, height: int, kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGBA", (width, height), (11, 110, 79, 128)).save(made, kind)
    return made.getvalue()


async def published(program: Program, content: bytes) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": program.csrf, "Content-Type": "application/octet-stream"}
    url = f"{program.url}/console/api/v1/campaigns/pictures"
    async with program.http.post(url, data=content, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def refused(program: Program, method: str, path: str, body: Any = None) -> tuple[int, str]:
    status, told = await program.send(method, path, body)
    return status, str(told["type"]).removeprefix("about:kartka/")


async def test_a_campaign_s_states_through_the_api(tmp_path: Path) -> None:
    rules = tmp_path / "programme.toml"
    zone = noon_zone(datetime.now(UTC))
    rules.write_text(f'zone = "{zone}"\napproval_above = 5\nglobal_holdout_percent = 0\n')
    url = f"sqlite+aiosqlite:///{tmp_path}/kartka.db"
    async with serve(url, programme=str(rules), roles=frozenset({"web"})) as served:
        cards = [number for _, number in await served.house.lanes.do("x", furnish)]
        async with entered(served) as owner, entered(served, "marketer") as marketer:
            await draft_and_trial(owner, marketer, cards, served)
            await approval_and_moves(owner, marketer)
            await what_goes_out_is_tapped(owner, served)
        async with entered(served, "analyst") as analyst:
            _, listed = await analyst.get("/campaigns")
            one = listed["rows"][0]["id"]
            assert all(people % 5 == 0 for row in listed["rows"] for people in row["outcomes"].values())
            assert (await analyst.get(f"/campaigns/{one}/numbers"))[0] == 200
            assert (await analyst.get(f"/campaigns/{one}/previews"))[0] == 403  # real people are in them
            assert (await refused(analyst, "POST", "/campaigns", {"plan": PLAN})) == (403, "forbidden")


async def draft_and_trial(owner: Program, marketer: Program, cards: list[str], served: Served) -> None:
    status, made = await marketer.send("POST", "/campaigns", {"plan": PLAN})
    assert (status, made["state"], made["version"], made["created_by"]) == (201, "draft", 1, "marketer")
    path = f"/campaigns/{made['id']}"
    bad = {"plan": {**PLAN, "arms": [{"name": "A", "share": 10000}]}}
    status, told = await marketer.send("POST", "/campaigns", bad)
    assert (status, told["field"]) == (422, "control")
    edited = await owner.send("PUT", path, {"version": 1, "plan": {**PLAN, "name": "Чай"}})
    assert (edited[0], edited[1]["version"]) == (200, 2)
    status, told = await marketer.send("PUT", path, {"version": 1, "plan": {**PLAN, "name": "Сік"}})
    assert (status, told["type"], told["who"]) == (409, "about:kartka/edited-meanwhile", "owner")
    assert (await owner.get(path))[1]["plan"]["name"] == "Чай"
    status, numbers = await marketer.get(f"{path}/numbers")
    counted = numbers["numbers"]
    assert (status, counted["matching"], counted["consented"]) == (200, len(NAMES) + 1, len(NAMES))
    assert counted["control"] + numbers["recipients"] == counted["reachable"]["web"] == len(NAMES)
    _, seen = await marketer.get(f"{path}/previews?language=uk")
    assert {(one["who"], one["channel"]) for one in seen["previews"]} == {
        (who, channel) for who in ("usual", "longest", "nameless") for channel in ("telegram", "viber", "web")
    }
    texts = {one["who"]: one["messages"][0]["text"] for one in seen["previews"]}
    assert texts["nameless"].startswith("Вітаємо, друже! <b>Кава</b>")
    assert texts["longest"].startswith(f"Вітаємо, {NAMES[2]}!")
    assert {one["channel"]: one["most"] for one in seen["fits"]} == {"telegram": 4096, "viber": 7000, "web": 7000}
    assert (await refused(marketer, "POST", f"{path}/trial", {"card": cards[-1]})) == (403, "trial-no-consent")
    assert (await refused(marketer, "POST", f"{path}/trial", {"card": "123"})) == (404, "unknown-card")
    assert (await refused(marketer, "POST", f"{path}/trial", {"card": cards[0], "arm": "B"})) == (404, "unknown-arm")
    assert (await marketer.send("POST", f"{path}/trial", {"card": cards[0]}))[1] == {"messages": 2}
    with served.house.engine.connect() as connection:
        rows = connection.exec_driver_sql("select user_key, letter from outbox order by id").all()
    assert [row[0] for row in rows] == ["user-0", "user-0"]
    assert "https://shop.example/kava" in str(rows[1][1])
    for content, expected in ((b"<svg/>", "picture-broken"), (photo(100, 400), "picture-small")):
        status, told = await published(marketer, content)
        assert (status, told["type"]) == (422, f"about:kartka/{expected}")
    status, told = await published(marketer, photo(3000, 1500))
    assert status == 201
    async with served.http.get(served.url + told["path"]) as answer:
        shown = Image.open(io.BytesIO(await answer.read()))
        assert (answer.content_type, shown.format, shown.size) == ("image/jpeg", "JPEG", (1280, 640))


async def what_goes_out_is_tapped(owner: Program, served: Served) -> None:
    """Everybody of the arm has one message; its button counts once and leads to the page of the campaign alone."""
    plan = {**PLAN, "arms": [{"name": "control", "share": 500}, {"name": "A", "share": 9500}]}
    _, made = await owner.send("POST", "/campaigns", {"plan": plan})
    path = f"/campaigns/{made['id']}"
    numbers = (await owner.get(f"{path}/numbers"))[1]
    await served.house.lanes.do("x", lambda work: approve(work, campaign=made["id"], version=1, actor="marketer"))
    assert (await owner.send("POST", f"{path}/start"))[0] == 200
    await goes_out(served.house)
    with served.house.engine.connect() as connection:
        letters = connection.exec_driver_sql("select user_key, letter from outbox order by id").all()
    told = {row[0]: str(row[1]) for row in letters if "/r/" in str(row[1])}
    assert len(told) == numbers["recipients"]
    link = re.findall(r"http://127[^\"']+/r/[0-9a-z-]+", next(iter(told.values())))[0]
    assert len({re.findall(r"/r/[0-9a-z-]+", one)[0] for one in told.values()}) == len(told)
    async with served.http.head(link) as answer:
        assert answer.status == 405
    for _ in range(2):
        async with served.http.get(link, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "https://shop.example/kava")
            assert answer.headers["Referrer-Policy"] == "no-referrer"
    forged = link[:-1] + ("0" if link[-1] != "0" else "1")
    async with served.http.get(forged, allow_redirects=False) as answer:
        assert answer.status == 404
    progress = (await owner.get(f"{path}/progress"))[1]
    assert (progress["state"], progress["marks"]) == ("finished", {"tapped": 1})
    assert progress["outcomes"]["sent"] == numbers["recipients"]
    assert progress["outcomes"].get("control", 0) == numbers["numbers"]["control"]


async def approval_and_moves(owner: Program, marketer: Program) -> None:
    _, made = await marketer.send("POST", "/campaigns", {"plan": PLAN})
    path = f"/campaigns/{made['id']}"
    count = (await marketer.get(f"{path}/numbers"))[1]["recipients"]
    assert count > 5
    approval = {"version": 1, "typed": count}
    assert await refused(owner, "POST", f"{path}/approve", {**approval, "typed": count + 1}) == (422, "typed-number")
    assert await refused(owner, "POST", f"{path}/approve", {**approval, "version": 2}) == (409, "edited-meanwhile")
    assert await refused(marketer, "POST", f"{path}/approve", approval) == (403, "second-person")
    assert await refused(owner, "POST", f"{path}/start") == (409, "campaign-state")
    assert (await owner.send("POST", f"{path}/approve", approval))[1]["approved_by"] == "owner"
    assert (await marketer.send("POST", f"{path}/reopen"))[1]["state"] == "draft"
    assert (await owner.send("POST", f"{path}/approve", {**approval, "version": 2}))[1]["state"] == "approved"
    assert await refused(marketer, "POST", f"{path}/start") == (403, "no-right-to-send")
    assert await refused(marketer, "DELETE", path) == (409, "campaign-state")
    moves = [(owner, "start", "running"), (marketer, "pause", "paused"), (owner, "resume", "running"),
             (marketer, "stop", "stopped")]  # fmt: skip
    for who, move, state in moves:
        assert (await who.send("POST", f"{path}/{move}"))[1]["state"] == state
        assert await refused(owner, "POST", f"{path}/{move}") == (409, "campaign-state")
    progress = (await owner.get(f"{path}/progress"))[1]
    assert (progress["state"], progress["why"], progress["run"]) == ("stopped", "asked", 1)
    _, week = await marketer.send("POST", "/campaigns/weekly")
    assert week["plan"]["own_offers"] is True
    assert week["plan"]["schedule"] == {"every": "week", "weekday": 1, "at": "10:00"}
    assert week["plan"]["arms"][0] == {"name": "control", "share": 1000}
    assert (await marketer.send("DELETE", f"/campaigns/{week['id']}"))[0] == 204
    assert await refused(owner, "GET", f"/campaigns/{week['id']}") == (404, "unknown-campaign")
    lines = [line["verb"] for line in (await owner.get("/audit?verb=campaign."))[1]["rows"]]
    wanted = ["campaign.discard", "campaign.draft", "campaign.stop", "campaign.resume", "campaign.pause",
              "campaign.start", "campaign.approve", "campaign.reopen", "campaign.approve", "campaign.draft",
              "campaign.picture", "campaign.trial", "campaign.edit", "campaign.draft"]  # fmt: skip
    assert lines == wanted
    document = (await owner.get("/openapi.json"))[1]["paths"]
    assert {f"/console/api/v1/campaigns/{{campaign}}/{move}" for move in ("start", "approve", "numbers")} <= set(
        document
    )
