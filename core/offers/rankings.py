"""Ways to rank the week's offers: a closed list, which of them is champion, and who is offered by the challenger."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.shared.refusals import Invalid

LEAST_SHARE, MOST_SHARE = 1, 50
"""Percent of people that a challenger may have: more than half, and it would be the champion."""


class Ranking(StrEnum):
    """How somebody's ten are chosen; each has its name and its sentence in `locales/`."""

    KARTKA = "kartka"
    """What is due and what is new to the person, by the calibrated probability that it is bought."""
    CLUSTERS = "clusters"
    """What people of the same cluster buy and the person never did, and what the person buys most often."""
    POPULAR = "popular"
    """What sells now in the person's store, the same for everybody there."""
    EXPLORER = "explorer"
    """As `kartka`, with more that is new and more from further down."""


class Arm(StrEnum):
    """Whose ranking somebody's offers are chosen by."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"


@dataclass(frozen=True, slots=True)
class Switch:
    """Which ranking offers are chosen by, and which one tries to do better for `share` percent of the people.

    `salt` belongs to the challenge: who is in it hangs on the salt alone, so that people keep their arm while it lasts.
    """

    champion: Ranking = Ranking.KARTKA
    challenger: Ranking | None = None
    share: int = 0
    salt: str = ""
    since: datetime | None = None
    by: str = ""

    def __post_init__(self) -> None:
        if self.challenger is None:
            return
        if not LEAST_SHARE <= self.share <= MOST_SHARE:
            raise Invalid("share", "bad-share", least=LEAST_SHARE, most=MOST_SHARE)
        if self.challenger is self.champion:
            raise Invalid("ranking", "challenges-itself")

    def arm(self, owner: str) -> Arm:
        """The owner's arm: a pure function of salt and owner, the same in every week, block and process."""
        if self.challenger is None:
            return Arm.CHAMPION
        lot = int.from_bytes(hmac.digest(self.salt.encode(), owner.encode(), hashlib.sha256)[:8])
        return Arm.CHALLENGER if lot * 100 < self.share << 64 else Arm.CHAMPION

    def ranking(self, arm: Arm) -> Ranking:
        """What the arm's offers are chosen by."""
        return self.challenger if arm is Arm.CHALLENGER and self.challenger is not None else self.champion

    def as_data(self) -> dict[str, Any]:
        """As a plan remembers what it was made with."""
        challenger = self.challenger.value if self.challenger is not None else None
        return {"champion": self.champion.value, "challenger": challenger, "share": self.share, "salt": self.salt}


def switch_from(data: Mapping[str, Any] | None) -> Switch:
    """The switch that `as_data` told; of a plan from before there were rankings, the usual one."""
    if not data:
        return Switch()
    challenger = data["challenger"]
    return Switch(
        Ranking(data["champion"]), Ranking(challenger) if challenger else None, int(data["share"]), data["salt"]
    )


def ranking_named(name: str) -> Ranking:
    """The ranking of this name. Raises Invalid (`ranking`)."""
    try:
        return Ranking(name)
    except ValueError:
        raise Invalid("ranking", "unknown-ranking", known=", ".join(Ranking)) from None
