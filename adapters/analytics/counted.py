"""What a plan comes to, in all and by arm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from adapters.analytics.ranking import Bools, Ranked, Why
from core.offers.rankings import Arm, Switch

_SWITCH = Switch()
WORDS = {
    Why.DUE: "due", Why.USUAL: "usual", Why.TOGETHER: "together", Why.ALIKE: "alike", Why.INTEREST: "interest",
    Why.STORE: "store", Why.CHAIN: "chain", Why.NEW: "new", Why.NEIGHBOUR: "neighbour",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan comes to."""

    owners: int
    offers: int
    empty: int
    """Owners without any offer."""
    reasons: Mapping[str, int]
    coverage: float
    """Share of the promo items that anybody is offered."""
    concentration: float
    """Share of all offers that the most offered tenth of the items has."""
    expected: float
    """Purchases to expect within the horizon."""
    cost: float
    """What those would cost in discounts, minor units."""
    arms: Mapping[str, Mapping[str, float]]
    """Of each arm: people, offers, and purchases to expect, as far as its ranking can tell."""
    switch: Mapping[str, Any]
    """The rankings that the week was planned with."""
    withheld: int = 0
    """Promo items that are picked for nobody, such as tobacco."""
    clusters: Mapping[str, Any] = field(default_factory=dict)
    """What people are alike in (`clusters.told`)."""
    churn: Mapping[str, Any] = field(default_factory=dict)
    """Which score of leaving is in use and what it is worth (`leaving.told`)."""
    situations: Mapping[str, Mapping[str, int | bool | str]] = field(default_factory=dict)
    """By rule: whether it is on, whom it meets, how many have and have not got something for it, what it lacks."""


class Counted:
    """Adds up what a plan of so many items comes to, block by block."""

    def __init__(self, items: int, switch: Switch = _SWITCH, *, withheld: int = 0) -> None:
        self._switch, self._withheld = switch, withheld
        self._arms = {arm: np.zeros(3) for arm in Arm if arm is Arm.CHAMPION or switch.challenger is not None}
        self._offered = np.zeros(items, np.int64)
        self._kinds = np.zeros(len(Why), np.int64)
        self._owners = self._empty = 0
        self._expected = self._cost = 0.0

    def add(self, ranked: Ranked, challenged: Bools, off: npt.NDArray[np.float64]) -> None:
        """One block more; `off`: what each item costs less, minor units."""
        there = ranked.candidate >= 0
        for arm, counts in self._arms.items():
            mine = challenged == (arm is Arm.CHALLENGER)
            some = there[mine]
            counts += some.any(1).sum(), some.sum(), ranked.chance[mine][some].sum(dtype=np.float64)
        self._owners += len(there)
        self._empty += int((~there.any(1)).sum())
        self._offered += np.bincount(ranked.candidate[there], minlength=len(self._offered))
        self._kinds += np.bincount(ranked.why[there], minlength=len(Why))
        self._expected += float(ranked.chance[there].sum(dtype=np.float64))
        self._cost += float((ranked.chance[there] * off[ranked.candidate[there]]).sum())

    def figures(self) -> Figures:
        """So far."""
        offers = int(self._offered.sum())
        most = np.sort(self._offered)[::-1][: max(1, len(self._offered) // 10)]
        kinds = {WORDS[why]: int(self._kinds[why]) for why in WORDS}
        coverage = float((self._offered > 0).mean()) if len(self._offered) else 0.0
        concentration = float(most.sum() / offers) if offers else 0.0
        arms = {
            arm.value: {"people": int(people), "offers": int(made), "expected": float(expected)}
            for arm, (people, made, expected) in self._arms.items()
        }
        return Figures(
            self._owners, offers, self._empty, kinds, coverage, concentration, self._expected, self._cost, arms,
            self._switch.as_data(), self._withheld,
        )  # fmt: skip
