"""The switch of rankings: arms hang on salt and owner alone, shares are honoured, wrong ones refused."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.offers import challenging
from core.offers.rankings import Arm, Ranking, Switch, ranking_named, switch_from
from core.shared.refusals import Conflict, Invalid

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OWNERS = [f"0193a-{at}" for at in range(20_000)]
POPULAR = Switch(Ranking.KARTKA, Ranking.POPULAR, 20, "salt")


class Switches:
    """A work that remembers switches; its salts are counted."""

    def __init__(self) -> None:
        self.rows: list[Switch] = []
        self.now = NOW
        self.rankings = self.chance = self

    def current(self) -> Switch:
        return self.rows[-1] if self.rows else Switch()

    def put(self, switch: Switch) -> None:
        self.rows.append(switch)

    def token(self) -> str:
        return f"salt {len(self.rows)}"


@pytest.mark.parametrize("share", [1, 20, 50])
def test_a_share_of_people_is_challenged(share: int) -> None:
    switch = replace(POPULAR, share=share)
    found = sum(switch.arm(owner) is Arm.CHALLENGER for owner in OWNERS) / len(OWNERS)
    assert found == pytest.approx(share / 100, abs=4 * (share / 100 * (1 - share / 100) / len(OWNERS)) ** 0.5)


def test_an_arm_stays_while_the_challenge_lasts_and_is_drawn_anew_by_the_next() -> None:
    arms = [POPULAR.arm(owner) for owner in OWNERS]
    assert [switch_from(POPULAR.as_data()).arm(owner) for owner in OWNERS] == arms
    again = replace(POPULAR, salt="another")
    both = sum(
        arm is Arm.CHALLENGER and again.arm(owner) is Arm.CHALLENGER for owner, arm in zip(OWNERS, arms, strict=True)
    )
    assert both / len(OWNERS) == pytest.approx(0.04, abs=0.006)


def test_a_known_owner_is_where_hmac_says() -> None:
    """HMAC-SHA-256 of the owner under the salt, its first 64 bits against the share."""
    assert [POPULAR.arm(owner).value for owner in ("0193a-0", "0193a-1", "0193a-2", "phone:ab")] == ARMS


ARMS = ["challenger", "champion", "champion", "champion"]


def test_without_a_challenger_everybody_is_the_champion_s() -> None:
    assert {Switch().arm(owner) for owner in OWNERS[:99]} == {Arm.CHAMPION}
    assert Switch().ranking(Arm.CHALLENGER) is Ranking.KARTKA
    assert switch_from(None) == Switch()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"share": 0}, "bad-share"), ({"share": 51}, "bad-share"),
        ({"challenger": Ranking.KARTKA}, "challenges-itself"),
    ],
)  # fmt: skip
def test_a_challenge_that_cannot_be_is_refused(given: Mapping[str, Any], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        replace(POPULAR, **given)


def test_an_unknown_ranking_is_refused_with_those_there_are() -> None:
    assert ranking_named("clusters") is Ranking.CLUSTERS
    with pytest.raises(Invalid) as refused:
        ranking_named("best")
    assert refused.value.data["known"] == "kartka, clusters, popular, explorer"


def test_a_challenge_is_begun_won_and_stopped_and_everything_stays_on_record() -> None:
    work: Any = Switches()
    begun = challenging.challenge(work, ranking=Ranking.POPULAR, share=20, by="ann")
    assert begun == Switch(Ranking.KARTKA, Ranking.POPULAR, 20, "salt 0", NOW, "ann")
    with pytest.raises(Conflict, match="challenge-runs"):
        challenging.challenge(work, ranking=Ranking.EXPLORER, share=20, by="ann")
    assert challenging.promote(work, by="bob") == Switch(Ranking.POPULAR, since=NOW, by="bob")
    assert challenging.challenge(work, ranking=Ranking.KARTKA, share=5, by="ann").salt == "salt 2"
    assert challenging.stop(work, by="bob") == Switch(Ranking.POPULAR, since=NOW, by="bob")
    for verb in (challenging.promote, challenging.stop):
        with pytest.raises(Conflict, match="no-challenge"):
            verb(work, by="ann")
    assert len(work.rows) == 4
