"""JSON bodies read with care: size, depth, duplicate keys and impossible numbers are refused before anybody looks."""

import json
from typing import Any

from aiohttp import web

from adapters.http.problems import Problem

LARGEST = 256 * 1024
DEEPEST = 32


async def read_json(request: web.Request, largest: int = LARGEST) -> Any:
    """The body as JSON. Raises Problem: 413 `too-large`, 415 `wrong-content-type`, 400 `unreadable`."""
    if request.content_type not in {"application/json", "application/octet-stream"} and request.can_read_body:
        raise Problem(415, "wrong-content-type", "Send application/json.")
    return parse_json(await read_body(request, largest))


async def read_body(request: web.Request, largest: int = LARGEST) -> bytes:
    """The raw bytes. Raises Problem (413 `too-large`)."""
    if (request.content_length or 0) > largest:
        raise Problem(413, "too-large", f"At most {largest} bytes.")
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > largest:
            raise Problem(413, "too-large", f"At most {largest} bytes.")
    return bytes(body)


def parse_json(body: bytes) -> Any:
    """JSON without duplicate keys, NaN, or depth over 32. Raises Problem (400 `unreadable`)."""
    try:
        value = _STRICT.decode(body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Problem(400, "unreadable", "The body must be JSON in UTF-8.") from None
    # No more levels than brackets, and a scalar: an ordinary body need not be walked.
    if body.count(b"{") + body.count(b"[") >= DEEPEST and _depth(value) > DEEPEST:
        raise Problem(400, "unreadable", f"JSON nested deeper than {DEEPEST}.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > DEEPEST:
            break
        children = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        waiting += [(child, depth + 1) for child in children]
    return deepest


_STRICT = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
"""Made once: `json.loads` with hooks makes one for every body."""
