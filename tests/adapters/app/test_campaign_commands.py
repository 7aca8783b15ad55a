"""`kartka campaign-results` and `kartka campaign-rehearse`, as a person types them."""

import json
from pathlib import Path

from core.campaigns.model import Plan
from core.campaigns.rehearsal import rehearsal_from
from tests.support.campaigns import approved, content, crowd, launched
from tests.support.command import kartka
from tests.support.world import World


def test_results_and_rehearsals_are_told_and_what_is_refused_says_what_to_do(tmp_path: Path) -> None:
    world = World(f"sqlite+aiosqlite:///{tmp_path}/k.db")
    crowd(world, 50)
    plan = Plan("Кава", contents={"A": content()})
    ran, _ = launched(world, plan)
    ahead = approved(world, plan)
    world.close()
    told = kartka(tmp_path, "campaign-results", "--campaign", ran.id)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert lines[0].startswith(f"{ran.id}, all runs: no verdict (")
    assert lines[1].startswith("  people: control ")
    assert lines[2] == "  bought: not enough people yet"
    assert f"{ran.id}, all runs" not in kartka(tmp_path, "campaign-results").stdout, "counted a moment ago"
    refused = kartka(tmp_path, "campaign-results", "--campaign", ahead.id)
    assert (refused.returncode, "has not gone out yet" in refused.stderr) == (1, True)

    told = kartka(tmp_path, "campaign-rehearse", ahead.id)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert "nothing was sent" in lines[0]
    assert lines[1].startswith("sent: telegram ")
    found = rehearsal_from(json.loads(kartka(tmp_path, "campaign-rehearse", ahead.id, "--json").stdout))
    assert sum(found.outcomes.values()) == 50
    refused = kartka(tmp_path, "campaign-rehearse", ahead.id, "--most", "3")
    assert (refused.returncode, "leave out --most" in refused.stderr) == (1, True)
    refused = kartka(tmp_path, "campaign-rehearse", "nobody", "--json")
    assert json.loads(refused.stdout) == {"refused": "unknown-campaign", "data": {"campaign": "nobody"}}
