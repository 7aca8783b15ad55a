"""Telegram's limits (channels.md 3.1) and texts cut to fit them."""

from html import escape

TEXT, CAPTION, CALLBACK_BYTES, COPY, LABEL = 4096, 1024, 64, 256, 64
BODY_BYTES = 256 * 1024
PHOTO_BYTES = 8_000_000


def units(text: str) -> int:
    """The length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, most: int = TEXT) -> list[str]:
    """The text in parts of at most `most` units, broken between paragraphs, else lines, else words."""
    parts = []
    while units(text) > most:
        cut = most
        while units(text[:cut]) > most:
            cut -= 1
        places = (text.rfind(mark, 0, cut) for mark in ("\n\n", "\n", " "))
        place = next((one for one in places if one > cut // 2), cut)
        parts.append(text[:place].rstrip())
        text = text[place:].lstrip()
    return [*parts, text] if text else parts or [" "]


def html(text: str) -> str:
    """The text for parse mode HTML: what people wrote stays what they wrote."""
    return escape(text, quote=False)


def label(text: str) -> str:
    """A button's label, never empty, cut with an ellipsis."""
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"
