"""Counts of people for whoever is to learn of groups and of nobody alone: an analyst.

One to four people are not told of, everything else as the nearest five: two counts that differ by one person are then
nearly always the same, and a count taken again is the same again, so that asking often tells no more. Whoever may see
the people sees exact counts.
"""

FEWEST = 5
"""Of fewer people nothing is told: it would say something about each of them (reliability row 51)."""


def in_fives(count: int) -> int:
    """The nearest five; nobody stays nobody."""
    return (count + 2) // 5 * 5


def told(count: int) -> int | None:
    """None where there are too few."""
    return None if 0 < count < FEWEST else in_fives(count)
