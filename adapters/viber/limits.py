"""Viber's limits (channels.md 1.7 to 1.10) and texts cut to fit them."""

from html import escape

TEXT, CAPTION, BUTTON, TITLE, PICTURE_BYTES, BODY_BYTES = 7000, 512, 250, 28, 1_000_000, 256 * 1024
JSON_BYTES = 30_000
CARDS, ROWS, COLUMNS = 6, 12, 6
SHARE_PHONE, RICH, SILENT, BROWSER, STRUCK = 3, 2, 2, 3, 4
"""The API level from which the user's devices know these."""
HIGHEST = 7


def level(known: int | None) -> int:
    """The level to send at: what all the person's devices know, at most ours."""
    return max(1, min(HIGHEST, known or HIGHEST))


def split(text: str, most: int = TEXT) -> list[str]:
    """The text in parts that Viber takes, broken between paragraphs, else lines, else words."""
    parts = []
    while len(text) > most:
        places = (text.rfind(mark, 0, most) for mark in ("\n\n", "\n", " "))
        place = next((one for one in places if one > most // 2), most)
        parts.append(text[:place].rstrip())
        text = text[place:].lstrip()
    return [*parts, text or " "]


def label(text: str, most: int = BUTTON) -> str:
    """A button's text: escaped, since Viber reads tags in it, and cut so that it fits with its escapes."""
    cut = text[:most]
    while len(escape(cut, quote=False)) > most:
        cut = cut[:-1]
    return escape(cut, quote=False)
