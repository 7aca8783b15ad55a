"""What Viber answers: one outcome for a message, one for each person of a broadcast (channels.md 1.12, 1.13)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import ClientConnectorError, ClientError

from bot.ports import Outcome, Rejected, Retry, Sent, Unreachable, Unsure

Json = Mapping[str, Any]
Call = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
BROADCAST = 300
"""Receivers of one broadcast."""
NOT_ALLOWED = Rejected("status 19 or 20: no broadcasts for this bot")
"""Such a bot sends one by one."""
_DEAD = {5: "not registered", 6: "not subscribed", 11: "no suitable device", 21: "unsupported country"}
_STOPPED = {
    2: "the token is wrong",
    7: "the account is blocked",
    8: "the account is not found",
    9: "the account is suspended",
    10: "no hook is set",
    15: "the account is not authorised",
    23: "free messages are used up",
    24: "no balance",
}


async def posted(call: Call, method: str, body: dict[str, Any]) -> Outcome:
    """What became of one call."""
    answer = await _asked(call, method, body)
    return outcome_of(answer) if isinstance(answer, dict) else answer


async def broadcast(call: Call, body: dict[str, Any]) -> tuple[Outcome, Mapping[str, Outcome]]:
    """What became of most of them, and of those who failed by themselves."""
    answer = await _asked(call, "broadcast_message", body)
    if not isinstance(answer, dict):
        return answer, {}
    if answer.get("status") in (19, 20):
        return NOT_ALLOWED, {}
    failed = answer.get("failed_list")
    found = {
        str(one.get("receiver")): outcome_of(one)
        for one in (failed if isinstance(failed, list) else ())
        if isinstance(one, dict)
    }
    return outcome_of(answer), found


def outcome_of(answer: Json) -> Outcome:
    """By its `status`."""
    status = answer.get("status")
    if status == 0:
        return Sent(str(answer.get("message_token", "")))
    if status in _DEAD:
        return Unreachable(_DEAD[status])
    if status in _STOPPED:
        return Rejected(f"status {status}: {_STOPPED[status]}", fatal=True)
    if status == 12:
        return Retry(60.0)
    if status in {1, 3, 4, 13, 14, 16, 17, 18, 22}:
        return Rejected(f"status {status}: {str(answer.get('status_message', ''))[:80]}")
    return Retry(5.0)


async def _asked(call: Call, method: str, body: dict[str, Any]) -> dict[str, Any] | Outcome:
    try:
        return await call(method, body)
    except ClientConnectorError:
        return Retry(2.0)
    except (ClientError, TimeoutError, ValueError):
        return Unsure("the platform gave no answer")
