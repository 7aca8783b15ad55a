"""Why somebody of the staff does something, as they type it: kept in the audit log, so it names nobody."""

import re

from core.shared.refusals import Invalid

SHORTEST, LONGEST = 3, 200
_NUMBER = re.compile(r"\d(?:[\s().+-]*\d){6,}")
"""Seven digits and more are a phone or a card."""


def typed_reason(text: str) -> str:
    """The reason on one line. Raises Invalid: `reason-missing`, `reason-too-long`, `reason-personal`.

    A phone or a card number in it would stay in the log after its owner is forgotten.
    """
    reason = " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())
    if len(reason) < SHORTEST or not any(ch.isalpha() for ch in reason):
        raise Invalid("why", "reason-missing", least=SHORTEST)
    if len(reason) > LONGEST:
        raise Invalid("why", "reason-too-long", most=LONGEST)
    if _NUMBER.search(reason) or "@" in reason:
        raise Invalid("why", "reason-personal")
    return reason
