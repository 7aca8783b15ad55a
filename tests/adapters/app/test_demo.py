"""The demo shop as its visitors find it: a week behind it that has something to report."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.app.demo import prepare
from adapters.app.reporting import report_week
from adapters.app.settings import Settings
from core.offers.weekly import Because, week_of
from tests.support.world import World

pytestmark = pytest.mark.timeout(300)  # compiled for the first time on a busy machine


def test_last_week_was_planned_for_everybody_and_some_have_used_it(small_world: World, tmp_path: Path) -> None:
    settings = Settings(lake=str(tmp_path / "lake"), secret_key="0123456789abcdef0123456789abcdef")
    prepare(settings, small_world.engine, small_world.outside, tmp_path)
    last = week_of(small_world.clock.now.date() - timedelta(weeks=1))
    report = report_week(settings, small_world.do, last, small_world.clock.now)
    assert report.whole.made.people == 250
    assert report.kinds.keys() == {Because.USUAL, Because.CHAIN}
    for some in (report.whole.shown, report.whole.refused, report.whole.redeemed, report.whole.bought):
        assert some.people > 0
    assert report.strays == 0
    logins = prepare(settings, small_world.engine, small_world.outside, tmp_path)
    assert logins.keys() == {"owner", "cashier"}
