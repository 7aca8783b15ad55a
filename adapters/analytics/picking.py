"""The ten of one owner: the best of what is due and of what is new, which wait in line and come out one by one."""

from typing import Any

import numpy as np

from adapters.analytics.compiled import compiled
from adapters.analytics.purchases import Floats, Ints, Longs
from adapters.analytics.words import Bools, Keys

KEPT = 64
"""Candidates of either kind that are looked at when ten are chosen: enough for six of a category to give way."""
GROUP = 16
LAST = 0xFFFFFFFF
"""From which candidates count down in the lower half of a key, so that of equals the earlier one is the greater."""
LEAST = np.float32(1e-6)


@compiled
def chance_of(odds: float) -> Any:
    return 1 / (1 + np.exp(-odds))


@compiled
def keep(size: int, held: Ints, values: Floats, candidate: int, value: float) -> int:
    """The candidate is among the best, best first; of equals the earlier candidate stands first."""
    if size == len(held):
        if value <= values[size - 1]:
            return size
        size -= 1
    place = size
    while place > 0 and values[place - 1] < value:
        held[place], values[place] = held[place - 1], values[place - 1]
        place -= 1
    held[place], values[place] = candidate, value
    return size + 1


@compiled
def lined_up(queue: Keys, size: int) -> None:
    """So many keys (none is nought) stand in line, the rest of the queue is nought: the best of each `GROUP` of them
    stands behind them all. Few ever come out, so they are not put in order."""
    groups = len(queue) // (GROUP + 1)
    queue[size : groups * GROUP] = 0
    for group in range(groups):
        best = np.uint64(0)
        for at in range(group * GROUP, (group + 1) * GROUP):
            best = max(best, queue[at])
        queue[groups * GROUP + group] = best


@compiled
def _pulled(queue: Keys, line: Longs, new: Ints, odds: Floats, base: float, slope: float, until: int) -> None:
    """New ones are in `new` with their log odds, which are measured as those of the due, up to that place; `line` says
    how many are there."""
    ready, groups = line[0], len(queue) // (GROUP + 1)
    behind = groups * GROUP
    while ready <= until:
        group = 0
        for other in range(1, groups):
            if queue[behind + other] > queue[behind + group]:
                group = other
        key, best = queue[behind + group], np.uint64(0)
        for at in range(group * GROUP, (group + 1) * GROUP):
            queue[at] = np.uint64(0) if queue[at] == key else queue[at]
            best = max(best, queue[at])
        queue[behind + group] = best
        line[1] = np.int64(key >> np.uint64(32))
        value = line[1:].view(np.float32)[0]
        new[ready] = LAST - np.int64(key & np.uint64(LAST))
        odds[ready] = base + slope * np.log(max(value, LEAST))
        ready += 1
    line[0] = ready


@compiled
def choose(
    groups: Ints, rules: Any, times: Ints, due: Ints, due_odds: Floats, new: Ints, new_odds: Floats, queue: Keys,
    line: Longs, base: float, slope: float, taken: Bools, chosen: Ints, chance: Floats,
) -> int:  # fmt: skip
    """The likeliest of both; with both rules, then with more of what is due, then with more of a category: ten are
    better than a rule. How many there are; nobody is `taken` before."""
    filled = 0
    for strict in range(3):
        next_due, next_new, due_taken = 0, 0, 0
        for place in range(filled):
            due_taken += times[chosen[place]] > 0
        while filled < rules.places and (next_due < len(due) or next_new < len(new)):
            if next_new < len(new):
                _pulled(queue, line, new, new_odds, base, slope, next_new)
            from_due = next_due < len(due) and (next_new >= len(new) or due_odds[next_due] >= new_odds[next_new])
            one = due[next_due] if from_due else new[next_new]
            odds = due_odds[next_due] if from_due else new_odds[next_new]
            if from_due:
                next_due += 1
            else:
                next_new += 1
            if taken[one] or (from_due and strict == 0 and due_taken >= rules.places - rules.new_least):
                continue
            if strict < 2 and _crowded(chosen[:filled], groups, one, rules.group_most):
                continue
            taken[one] = True
            due_taken += from_due
            chosen[filled], chance[filled] = one, chance_of(odds)
            filled += 1
    return filled


@compiled
def try_one(
    groups: Ints, rules: Any, share: float, new: Ints, new_odds: Floats, queue: Keys, line: Longs, base: float,
    slope: float, chosen: Ints,
) -> int:  # fmt: skip
    """Which of the new ones from further down takes the last place, -1: none does."""
    if len(new) <= rules.places:
        return -1
    for place in range(rules.places + int(share * (len(new) - rules.places)), len(new)):
        _pulled(queue, line, new, new_odds, base, slope, place)
        among = False
        for one in chosen:
            among |= one == new[place]
        if not among and not _crowded(chosen[: rules.places - 1], groups, new[place], rules.group_most):
            return place
    return -1


@compiled
def _crowded(chosen: Ints, groups: Ints, one: int, most: int) -> bool:
    """Whether the chosen have as many of this one's category as there may be."""
    same = 0
    for other in chosen:
        same += groups[other] == groups[one]
    return groups[one] >= 0 and same >= most
