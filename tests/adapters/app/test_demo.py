"""The demo shop as its visitors find it: people who came, a week behind it that has something to report."""

from datetime import timedelta
from pathlib import Path

from adapters.app.demo import prepare
from adapters.app.reporting import report_week
from adapters.app.settings import Settings
from adapters.db.counting import counted
from core.campaigns.model import State
from core.campaigns.numbers import numbers_from
from core.offers.weekly import Because, week_of
from tests.support.world import World


def test_its_people_came_by_the_chat_and_last_week_was_planned(small_world: World, tmp_path: Path) -> None:
    settings = Settings(
        database_url=small_world.served, lake=str(tmp_path / "lake"), secret_key="0123456789abcdef0123456789abcdef"
    )
    prepare(settings, small_world.engine, small_world.outside, tmp_path)
    last = week_of(small_world.clock.now.date() - timedelta(weeks=1))
    report = report_week(settings, small_world.do, last, small_world.clock.now)
    assert report.whole.made.people == 250
    assert report.kinds.keys() == {Because.USUAL, Because.CHAIN}
    for some in (report.whole.shown, report.whole.refused, report.whole.redeemed, report.whole.bought):
        assert some.people > 0
    assert report.strays == 0
    states = small_world.do(lambda work: {state: len(work.campaigns.ids(state)) for state in State})
    assert {state for state, count in states.items() if count} == {State.DRAFT, State.FINISHED}
    (finished,) = small_world.do(lambda work: work.campaigns.ids(State.FINISHED))
    (run,) = small_world.do(lambda work: work.campaigns.runs(finished))
    numbers = numbers_from(run.figures)
    assert numbers.recipients > 20
    with small_world.engine.connect() as connection:
        rows = connection.exec_driver_sql("select outcome, count(*) from campaign_people group by outcome").all()
    assert dict(tuple(row) for row in rows)["sent"] == numbers.recipients
    with small_world.engine.connect() as connection:
        house = counted(connection, small_world.clock.now, small_world.outside.questionnaire)
    assert house.active > 0
    assert house.pending > 0
    assert house.restored > 0
    assert {one.source for one in house.sources} == {"poster", "till", "leaflet", "friend"}, "as they came to the chat"
    for one in house.sources:
        assert one.met > one.proven >= one.cards > one.restored
    assert all(house.asked[key] >= people > 0 for key, people in house.answered.items())
    assert house.asked["birthday"] < house.asked["store"] == house.began, "the shop's file told most birthdays"
    logins = prepare(settings, small_world.engine, small_world.outside, tmp_path)
    assert logins.keys() == {"owner", "cashier"}
