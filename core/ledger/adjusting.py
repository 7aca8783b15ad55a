"""Points given or taken by hand: with a reason, once, and by whoever is bound no more than the programme allows."""

from datetime import timedelta

from core.ledger.actions import adjust
from core.ledger.ports import LedgerWork
from core.shared.refusals import Invalid, TooMany
from core.shared.values import CustomerId

MOST = 1_000_000
"""More than anybody means."""
_DAY = timedelta(days=1)


def adjust_by_hand(
    work: LedgerWork, *, customer: CustomerId, points: int, actor: str, reason: str, key: str, bounded: bool
) -> bool:
    """The customer has so many points more, or less, and the books say who did it and why; False: done before.

    `key` is the wish's own, so that a form sent twice gives once. `bounded`: within `adjust_points_most` at a time and
    `adjust_points_day` in 24 hours, given and taken alike. Raises Invalid (`adjust-nothing`, `adjust-too-much`),
    TooMany (`adjust-day`), Conflict (`not-enough-points`).
    """
    rules, source = work.programme, f"staff:{actor}"
    if points == 0:
        raise Invalid("points", "adjust-nothing")
    most = rules.adjust_points_most if bounded else MOST
    if abs(points) > most:
        raise Invalid("points", "adjust-too-much", most=most)
    if work.ledger.operation_of(source, key) is not None:
        return False
    if bounded:
        left = rules.adjust_points_day - work.ledger.adjusted_by(source, work.now - _DAY)
        if abs(points) > left:
            raise TooMany("adjust-day", int(_DAY.total_seconds()), left=max(0, left), most=rules.adjust_points_day)
    adjust(work, customer=customer, points=points, actor=actor, reason=reason, key=key)
    return True
