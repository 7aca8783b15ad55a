"""What the page of a campaign says of its pace, and why nobody is written to right now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from adapters.console.campaignlive import pace, rows_of
from adapters.console.campaignsaid import Said
from core.campaigns.model import Outcome, Run
from core.campaigns.views import Counted, Progress
from core.programme.model import Programme
from core.shared.values import Language
from tests.support.world import TEXTS

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SAID = Said(TEXTS, Language.UK, Programme())
RUN = Run(1, "c", 1, NOON, NOON + timedelta(days=1), NOON + timedelta(days=28), frozen_at=NOON)
WAIT = Progress(RUN, [Counted("A", "web", None, "", 3)], {}, 0, None, NOON)


def test_a_run_that_stands_says_why() -> None:
    night = replace(WAIT, at=NOON.replace(hour=23), rate=2.0, left_seconds=2)  # 01:00 of the next day in Kyiv
    assert pace(night, SAID, running=True) == "Чекають 3 людини: вночі не пишемо, продовжимо 27 листопада, 09:00."
    assert pace(night, SAID, running=False) == "Чекають 3 людини, зараз нікому не пишемо."
    assert pace(WAIT, SAID, running=True) == "Чекають 3 людини, зараз нікому не пишемо."
    goes = replace(WAIT, rate=1.5, left_seconds=2)
    assert pace(goes, SAID, running=True) == "Лишилося 3 людини, 1,5 за секунду, ще 2 секунди."
    assert pace(replace(WAIT, counts=[]), SAID, running=True) == "Усім уже написано."
    assert "Збираємо" in pace(replace(WAIT, run=replace(RUN, frozen_at=None)), SAID, running=True)


def test_whom_no_channel_was_tried_for_is_told_once() -> None:
    counts = [
        Counted("A", "", Outcome.NO_CONSENT, "", 2), Counted("A", "web", Outcome.NO_CONSENT, "", 1),
        Counted("control", "web", Outcome.NO_CONSENT, "", 4), Counted("A", "web", Outcome.SENT, "", 5),
        Counted("B", "viber", Outcome.SENT, "", 6),
    ]  # fmt: skip
    rows = rows_of(replace(WAIT, counts=counts), SAID)
    assert rows == [("Надіслано", "", "Viber", 6), ("Надіслано", "", "Вебчат", 5), ("Не погодився", "", "", 7)]
