"""What the real Viber refuses: texts, keyboards, carousels, fields above the level (channels.md 1.7 to 1.13)."""

import io
import re
from html.parser import HTMLParser
from typing import Any

from PIL import Image

_ACTIONS = {"reply": 1, "open-url": 1, "none": 1, "share-phone": 3, "location-picker": 3}
_LEVELS = {"Silent": 2, "InternalBrowser": 3, "OpenURLType": 1, "TextShouldFit": 6, "Frame": 6}
_PLAIN = {"Columns", "Rows", "ActionType", "ActionBody", "Text", "TextSize", "TextHAlign", "TextVAlign", "BgColor",
          "TextOpacity", "Image", "BgMedia"}  # fmt: skip
_ONE_OF = {
    "TextSize": {"small", "regular", "large"}, "TextHAlign": {"left", "center", "right"},
    "TextVAlign": {"top", "middle", "bottom"}, "OpenURLType": {"internal", "external"},
}  # fmt: skip
_BROWSER = {
    "Mode": {"fullscreen", "fullscreen-portrait", "fullscreen-landscape", "partial-size"},
    "ActionButton": {"forward", "send", "open-externally", "send-to-bot", "none"},
    "TitleType": {"domain", "default"},
    "FooterType": {"default", "hidden"},
}
_TAGS = {"b": 1, "i": 1, "u": 1, "br": 1, "font": 1, "s": 4}
_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;|#\d+;)")
MOST_ROWS, MOST_UNANSWERED = 12, 100


class Bad(Exception):
    """The status that the platform answers with."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status, self.message = status, message


class _Tags(HTMLParser):
    def __init__(self, level: int) -> None:
        super().__init__()
        self.level, self.open = level, list[str]()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if _TAGS.get(tag, 99) > self.level or (tag == "font" and "size" in dict(attrs) and self.level < 4):
            raise Bad(3, f"tag {tag}")
        self.open += [] if tag == "br" else [tag]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Bad(3, f"tag {tag} is not open")


def check_envelope(body: dict[str, Any], level: int) -> None:
    """Raises Bad for what no message may have, whatever its type."""
    if not 1 <= len(body.get("sender", {}).get("name", "")) <= 28:
        raise Bad(4, "sender.name")
    if body.get("min_api_version", 1) > level:
        raise Bad(13, "apiVersionNotSupported")
    if len(body.get("tracking_data", "")) > 4000:
        raise Bad(3, "tracking_data")


def check_keyboard(keyboard: dict[str, Any] | None, level: int) -> None:
    """Raises Bad for a keyboard that the platform does not take: its buttons flow into rows of six columns."""
    if keyboard is None:
        return
    if keyboard.get("Type") != "keyboard" or not keyboard.get("Buttons"):
        raise Bad(3, "keyboard is not valid. [object has missing required properties]")
    if "InputFieldState" in keyboard and level < 4:
        raise Bad(3, "InputFieldState")
    rows, column = 0, 6
    for button in keyboard["Buttons"]:
        check_button(button, level, rows=2)
        if column + button.get("Columns", 6) > 6:
            rows, column = rows + button.get("Rows", 1), 0
        column += button.get("Columns", 6)
    if rows > MOST_ROWS:
        raise Bad(3, f"{rows} rows")


def check_button(button: dict[str, Any], level: int, rows: int) -> None:
    """Raises Bad for a button that the platform does not take."""
    if strange := button.keys() - _PLAIN - _LEVELS.keys():
        raise Bad(3, f"object instance has properties which are not allowed by the schema: {sorted(strange)}")
    if not 1 <= button.get("Columns", 6) <= 6 or not 1 <= button.get("Rows", 1) <= rows:
        raise Bad(3, "button grid")
    if not button.get("ActionBody") or not isinstance(button["ActionBody"], str):
        raise Bad(3, "ActionBody")
    if not button.get("Text") or len(button["Text"]) > 250:
        raise Bad(3, "button text")
    _check_markup(button["Text"], level)
    if _ACTIONS.get(button.get("ActionType", "reply"), 99) > level:
        raise Bad(3, "instance value not found in enum")
    if any(button[name] not in allowed for name, allowed in _ONE_OF.items() if name in button):
        raise Bad(3, "instance value not found in enum")
    if any(_LEVELS[name] > level for name in button if name in _LEVELS):
        raise Bad(14, "incompatibleWithVersion")
    if button.get("ActionType") == "open-url" and not re.match(r"https?://\S+$", button["ActionBody"]):
        raise Bad(3, "open-url")
    for name, value in button.get("InternalBrowser", {}).items():
        if value not in _BROWSER.get(name, ()) and not (name == "CustomTitle" and len(value) <= 15):
            raise Bad(3, f"InternalBrowser.{name}")


def check_rich(body: dict[str, Any]) -> None:
    """Raises Bad for a carousel whose cards are not filled."""
    rich = body["rich_media"]
    if not body.get("alt_text") or body.get("min_api_version", 1) < 2:
        raise Bad(3, "rich media")
    grid = rich["ButtonsGroupColumns"] * rich["ButtonsGroupRows"]
    area = 0
    for button in rich["Buttons"]:
        check_button(button, body["min_api_version"], rows=7)
        area += button["Columns"] * button["Rows"]
    if area % grid or not 1 <= area // grid <= 6:
        raise Bad(3, "cards are not filled")


def check_picture(content: bytes) -> None:
    """Raises Bad for what is no picture, or one that phones do not load."""
    try:
        kind = Image.open(io.BytesIO(content)).format
    except OSError:
        kind = None
    if kind not in {"PNG", "JPEG", "GIF"} or len(content) > 1_000_000:
        raise Bad(3, "media is no picture")


def _check_markup(text: str, level: int) -> None:
    if _ENTITY.search(text):
        raise Bad(3, "an ampersand that is not escaped")
    tags = _Tags(level)
    tags.feed(text)
    tags.close()
    if tags.open or tags.rawdata:
        raise Bad(3, "markup that does not end")
