"""What the real Telegram refuses: lengths, markup, keyboards, HTML (channels.md 3.1 to 3.5)."""

import io
import re
from html.parser import HTMLParser
from typing import Any

from PIL import Image

_TAGS = {"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "tg-spoiler", "blockquote"}
_ACTIONS = {"callback_data", "url", "web_app", "copy_text", "switch_inline_query", "pay", "login_url"}
_STYLES = {"primary", "success", "danger"}
_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;|#\d+;|#x[0-9a-fA-F]+;)")


class Refused(Exception):
    """The platform's own answer to a bad call."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in _TAGS:
            raise Refused(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refused(400, "Bad Request: can't parse entities: Unmatched end tag")

    def handle_data(self, data: str) -> None:
        self.text += data


def plain(text: str, parse_mode: str | None) -> str:
    """The text that a person sees. Raises Refused for markup that the platform cannot parse."""
    if parse_mode != "HTML":
        return text
    if _ENTITY.search(text):
        raise Refused(400, "Bad Request: can't parse entities: Unsupported entity")
    tags = _Tags()
    tags.feed(text)
    tags.close()
    if tags.open:
        raise Refused(400, "Bad Request: can't parse entities: Can't find end tag")
    return tags.text


def length(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def check_text(text: str, most: int, *, empty: bool) -> None:
    """Raises Refused for a text that is too long, or empty where it must not be."""
    if length(text) > most:
        raise Refused(
            400, "Bad Request: message is too long" if most > 1024 else "Bad Request: message caption is too long"
        )
    if not text.strip() and not empty:
        raise Refused(400, "Bad Request: message text is empty")


def check_photo(content: bytes) -> None:
    """Raises Refused for what is no photo: 10 MB, width and height together 10000, no side 20 times the other."""
    try:
        width, height = Image.open(io.BytesIO(content)).size
    except OSError:
        raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED") from None
    if len(content) > 10_000_000 or width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise Refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")


def check_markup(markup: dict[str, Any] | None, *, private: bool) -> None:
    """Raises Refused for keyboards that the platform does not take."""
    if markup is None:
        return
    if "inline_keyboard" in markup:
        rows = markup["inline_keyboard"]
        if sum(len(row) for row in rows) > 100 or any(not 1 <= len(row) <= 8 for row in rows):
            raise Refused(400, "Bad Request: reply markup is too long")
        for button in (button for row in rows for button in row):
            _check_inline(button)
    elif "keyboard" in markup:
        if sum(len(row) for row in markup["keyboard"]) > 300 or not all(markup["keyboard"]):
            raise Refused(400, "Bad Request: reply markup is too long")
        for button in (button for row in markup["keyboard"] for button in row):
            if not button.get("text"):
                raise Refused(400, "Bad Request: keyboard button text must be non-empty")
            if (button.get("request_contact") or button.get("request_location")) and not private:
                raise Refused(400, "Bad Request: phone number can be requested in private chats only")
    elif "remove_keyboard" not in markup and "force_reply" not in markup:
        raise Refused(400, "Bad Request: object expected as reply markup")


def _check_inline(button: dict[str, Any]) -> None:
    if not button.get("text"):
        raise Refused(400, "Bad Request: text buttons must be non-empty")
    if len(_ACTIONS & button.keys()) != 1:
        raise Refused(400, "Bad Request: text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    if "url" in button and not re.match(r"(https?|tg)://", button["url"]):
        raise Refused(400, "Bad Request: inline keyboard button URL is invalid")
    if "web_app" in button and not button["web_app"].get("url", "").startswith("https://"):
        raise Refused(400, "Bad Request: inline keyboard button Web App URL is invalid: Only HTTPS links are allowed")
    if button.get("style", "primary") not in _STYLES:
        raise Refused(400, "Bad Request: invalid button style specified")
    if "copy_text" in button and not 1 <= len(button["copy_text"].get("text", "")) <= 256:
        raise Refused(400, "Bad Request: copy text is invalid")
