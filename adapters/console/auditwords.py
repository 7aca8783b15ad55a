"""What a line of the audit log changed, in words: the name of each thing, what it was and what it became."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.console.customerwords import ACT, CARD
from adapters.console.telling import NOTHING, Teller
from core.campaigns.model import State
from core.staff.model import Role

_MOST, _LONGEST = 6, 60
_UUID = 36
NAMES = {
    "active": "client.active", "addresses": "audit.of-addresses", "agreed": "audit.of-agreed", "arm": "audit.of-arm",
    "arms": "audit.of-arms", "audience": "audit.of-audience", "away": "audit.of-away",
    "await_session": "audit.of-await-session", "benefit": "audit.of-benefit", "budget": "audit.of-budget",
    "links": "audit.of-links", "by": "audit.of-by", "challenger": "audit.of-challenger",
    "champion": "audit.of-champion", "channels": "audit.of-channels", "city": "audit.of-city",
    "closed": "audit.of-closed", "codes": "audit.of-codes", "condition": "audit.of-condition",
    "contents": "audit.of-contents", "control": "audit.of-control", "deliver_hours": "audit.of-deliver-hours",
    "exclusive": "audit.of-exclusive", "factor": "audit.of-factor", "filters": "audit.of-filters",
    "found": "audit.of-found", "from": "audit.of-from", "group": "audit.of-group", "held": "client.held",
    "hours": "audit.of-hours", "issued": "audit.of-issued", "kind": "audit.of-kind", "limits": "audit.of-limits",
    "living": "audit.of-living", "login": "login.login", "margin_percent": "audit.of-margin-percent",
    "name": "audit.of-name", "numbers": "audit.of-numbers", "offer": "audit.of-offer", "on": "audit.of-on",
    "one_time": "audit.of-one-time", "own_offers": "audit.of-own-offers", "part": "audit.of-part",
    "pending": "client.pending", "people": "audit.of-people", "per_customer": "audit.of-per-customer",
    "per_receipt": "audit.of-per-receipt", "picture": "audit.of-picture", "place": "audit.of-place",
    "priority": "audit.of-priority", "questions": "audit.of-questions", "resend_unknown": "audit.of-resend-unknown",
    "return_policy": "audit.of-return-policy", "revoked": "audit.of-revoked", "role": "console.role",
    "run": "audit.of-run", "schedule": "audit.of-schedule", "second_key": "audit.of-second-key",
    "segment": "audit.of-segment", "sends": "audit.of-sends", "share": "audit.of-share", "shown": "audit.of-shown",
    "spendable": "client.spendable", "state": "console.state", "store": "audit.of-store", "street": "audit.of-street",
    "text": "audit.of-text", "title": "audit.of-title", "to": "audit.of-to", "total": "audit.of-total",
    "tree": "audit.of-tree", "until": "audit.of-until", "version": "audit.of-version", "vouchers": "audit.of-vouchers",
    "voucher_days": "audit.of-voucher-days", "voucher_offer": "audit.of-voucher-offer",
    "weekdays": "audit.of-weekdays", "window_days": "audit.of-window-days",
}  # fmt: skip
"""The words for what lines of the log name; a name that is not here (an arm's, a language's) stands as it is."""
_VALUES = {
    "part": {
        "card": "client.tab-card",
        "movements": "client.tab-movements",
        "receipts": "client.tab-receipts",
        "messages": "client.tab-messages",
        "segments": "console.segments",
        "export": "audit.did-customer-data",
        **{act: title for act, (title, _) in ACT.items()},
    },
    "state": {**{one.value: f"desk.state-{one}" for one in State}, **CARD},
    "role": {one.value: f"role.{one}" for one in Role},
    "by": {"numbers": "audit.by-number", "phone": "audit.by-phone", "name": "audit.by-name"},
}


def changes(tell: Teller, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    """What is other than before, each thing by itself; everything where there was nothing before.

    A long list ends with how many more there are: the line's JSON has them whole.
    """
    told = [
        f"{_name(tell, path)}: {now}" if was is None else f"{_name(tell, path)}: {was} → {now}"
        for path, was, now in _differing(tell, before or {}, after or {}, ())
    ]
    more = len(told) - _MOST
    return told if more <= 0 else [*told[:_MOST], tell.say("audit.more", n=more)]


def _differing(
    tell: Teller, before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str | None, str]]:
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        here = (*path, key)
        if {type(was), type(now)} <= {dict, type(None)}:
            yield from _differing(tell, was or {}, now or {}, here)
        else:
            yield here, _value(tell, key, was) if key in before else None, _value(tell, key, now)


def _name(tell: Teller, path: tuple[str, ...]) -> str:
    """Whose and what; of a person the end of their id, which tells people apart."""
    parts = (f"…{key[-12:]}" if len(key) == _UUID else tell.say(NAMES[key]) if key in NAMES else key for key in path)
    return " · ".join(parts)


def _value(tell: Teller, key: str, value: Any) -> str:
    match value:
        case None | "" | []:
            return NOTHING
        case bool():
            return tell.say("audit.yes" if value else "audit.no")
        case int():
            return tell.number(value)
        case str() if value in _VALUES.get(key, {}):
            return tell.say(_VALUES[key][value])
        case str():
            return _short(value)
        case [*parts] if all(isinstance(one, str | int) for one in parts):
            words = _VALUES.get(key, {})
            return _short(", ".join(tell.say(words[one]) if one in words else str(one) for one in parts))
    return _short(json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}…"
