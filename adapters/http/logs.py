"""Logs as JSON or for a console: ids and hashes, never a phone, a code, a key or a token."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

_MASKS = (
    (re.compile(r"bot\d+:[\w-]+"), "bot[token]"),
    (re.compile(r"\b\d{8,12}:[A-Za-z0-9_-]{20,}"), "[token]"),
    (re.compile(r"ktill_\w+"), "[till key]"),
    (re.compile(r"(?i)bearer\s+\S+"), "Bearer [token]"),
    (re.compile(r"\+?\d[\d ()-]{7,}\d"), "[digits]"),
)


_PLAIN = {"timestamp", "incident", "lake_file"}
"""Of digits, but nobody's: instants, incident ids, names of the lake's files."""


def mask(text: str) -> str:
    """The text without anything that could be a phone, a card, a code or a token."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def _mask_all(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    del logger, name
    for key, value in event.items():
        if isinstance(value, str) and key not in _PLAIN:
            event[key] = mask(value)
    return event


class _Quiet(logging.Formatter):
    """Libraries' own records, masked, without their exceptions' texts."""

    def format(self, record: logging.LogRecord) -> str:
        """One line: level, logger, message."""
        return mask(f"{record.levelname.lower()} {record.name}: {record.getMessage()}")


def configure_logging(kind: Literal["json", "console"]) -> None:
    """Every log line of this process goes to stderr, masked."""
    last: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if kind == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask_all,
            last,
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Quiet())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
