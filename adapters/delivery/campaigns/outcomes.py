"""What a messenger's answer means for somebody of a run, in the few words that a report counts by."""

from datetime import datetime, timedelta
from typing import assert_never

from bot.ports import Outcome as Answered
from bot.ports import Rejected, Retry, Sent, Unreachable, Unsure
from core.campaigns.model import Outcome
from core.campaigns.sending import LOST, Recipient, Result

REJECTED, IN_PART = "rejected", "in_part"
_WORDS = {
    "blocked": "blocked", "deactivated": "deactivated", "not found": "not_found", "initiate": "never_started",
    "not registered": "not_registered", "not subscribed": "not_subscribed", "no suitable device": "no_device",
    "unsupported country": "country",
}  # fmt: skip


def result_of(to: Recipient, answered: Answered, now: datetime) -> Result:
    """The result of one message."""
    match answered:
        case Sent(message):
            return Result(to.serial, Outcome.SENT, message=message, tried=True)
        case Unreachable(reason):
            return Result(to.serial, Outcome.UNREACHABLE, _short(reason), dead=to.address)
        case Retry(after):
            return Result(to.serial, None, not_before=_later(now, after))
        case Rejected(fatal=True):  # nothing on this channel works: the person's message is none the worse
            return Result(to.serial, None)
        case Rejected():
            return Result(to.serial, Outcome.FAILED, REJECTED)
        case Unsure():
            return Result(to.serial, Outcome.UNKNOWN, LOST, tried=True)
        case _:
            assert_never(answered)


def given_back(to: Recipient) -> Result:
    """Nobody has tried to send it."""
    return Result(to.serial, None)


def _later(now: datetime, after: float) -> datetime:
    """To the whole second, so that those who were refused together wait together."""
    return (now + timedelta(seconds=after + 1)).replace(microsecond=0)


def _short(reason: str) -> str:
    lower = reason.lower()
    return next((code for words, code in _WORDS.items() if words in lower), "other")
