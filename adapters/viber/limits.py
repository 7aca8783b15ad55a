"""Viber's limits (channels.md 1.7 to 1.10) and texts cut to fit them."""

from html import escape

TEXT, CAPTION, BUTTON, TITLE, PICTURE_BYTES, BODY_BYTES = 7000, 512, 250, 28, 1_000_000, 256 * 1024
JSON_BYTES = 30_000
CARDS = 6
SHARE_PHONE, RICH, INPUT_STATE = 3, 2, 4
"""The API level from which the user's devices know these."""
HIGHEST = 7


def level(known: int | None) -> int:
    """The level to send at: what all the person's devices know, at most ours."""
    return max(1, min(HIGHEST, known or HIGHEST))


def split(text: str, most: int = TEXT) -> list[str]:
    """The text in parts that Viber takes, broken between lines or words."""
    parts = []
    while len(text) > most:
        place = max(text.rfind("\n", 0, most), text.rfind(" ", 0, most))
        place = place if place > most // 2 else most
        parts.append(text[:place].rstrip())
        text = text[place:].lstrip()
    return [*parts, text or " "]


def label(text: str) -> str:
    """A button's text: escaped, since Viber reads tags in it."""
    return escape(text[:BUTTON], quote=False)
