"""Cards side by side: each fills its grid exactly, its texts with their tags fit into a button's (channels.md 1.9)."""

from collections.abc import Callable, Sequence
from typing import Any

from adapters.viber.limits import BUTTON, CARDS, COLUMNS, STRUCK, label
from adapters.viber.parse import ACTION
from bot.messages import Button, Item, OfferItem
from bot.words import Text

Json = dict[str, Any]
Speak = Callable[[Text], str]
BRAND, PAPER, MIST = "#0B6E4F", "#FFFFFF", "#F4F5F7"
PICTURE = "picture:"
"""Stands for the address of a picture until the sender knows it; behind the colon which: `offer` and a number here."""
_QUIET = {"ActionType": "none", "ActionBody": "none"}


def of_places(items: Sequence[Item], speak: Speak) -> Json:
    """Each card is a text of 6 x 3 and a button of 6 x 1."""
    buttons: list[Json] = []
    for item in items[:CARDS]:
        link = next((one for one in item.buttons if one.kind == "url"), None)
        action = {"ActionType": "open-url", "ActionBody": link.value} if link else _QUIET
        text = _lines([f"<b>{label(item.title, BUTTON - 50)}</b>", *(label(speak(line)) for line in item.lines)])
        buttons.append(_text(text, 3, action))
        words = speak(link.label) if link else " "
        buttons.append(
            {"Columns": COLUMNS, "Rows": 1, "Text": label(words), "Silent": True, "BgColor": PAPER, **action}
        )
    return _grid(buttons, 4)


def of_offers(items: Sequence[OfferItem], speak: Speak, level: int) -> Json:
    """Each card is a picture of 6 x 2, a text of 6 x 3 and its buttons: one of 6 x 1, two of 3 x 1."""
    buttons: list[Json] = []
    for at, item in enumerate(items[:CARDS]):
        picture = item.image or f"{PICTURE}offer{at}"
        buttons.append(
            {"Columns": COLUMNS, "Rows": 2, "Text": " ", "Image": picture, "Silent": True, "BgColor": PAPER, **_QUIET}
        )
        was, price = label(speak(item.was), 30), label(speak(item.price), 30)
        struck = f"<s>{was}</s>" if level >= STRUCK else f"({was})"
        lines = [f"<b>{label(item.title, 80)}</b>", f"<b>{price}</b> {struck}"]
        lines += [label(speak(item.until), 40), label(speak(item.reason), 100)]
        buttons.append(_text(_lines(lines), 3, _QUIET))
        mark = _mark(item, speak)
        buttons += [*mark, *(_key(one, speak, COLUMNS if one.wide else COLUMNS // 2) for one in item.buttons)]
    return _grid(buttons, 7)


def _mark(item: OfferItem, speak: Speak) -> list[Json]:
    """In the place of the button that it makes needless."""
    if item.mark is None:
        return []
    return [
        {"Columns": COLUMNS, "Rows": 1, "Text": label(speak(item.mark)), "Silent": True, "BgColor": PAPER, **_QUIET}
    ]


def _key(button: Button, speak: Speak, columns: int) -> Json:
    primary = button.style == "primary"
    words = label(speak(button.label), BUTTON - 40)
    return {
        "Columns": columns,
        "Rows": 1,
        "ActionType": "reply",
        "ActionBody": ACTION + button.action,
        "Text": f'<font color="{PAPER}">{words}</font>' if primary else words,
        "TextSize": "regular" if primary else "small",
        "BgColor": BRAND if primary else MIST,
        "Silent": True,
    }


def _lines(parts: Sequence[str]) -> str:
    """As many of the lines as a button's text holds, never a part of a tag."""
    text = parts[0]
    for part in parts[1:]:
        more = f"<br>{part}"
        text += more if len(text + more) <= BUTTON else ""
    return text


def _text(text: str, rows: int, action: Json) -> Json:
    aligned = {"TextHAlign": "left", "TextVAlign": "top"}
    return {"Columns": COLUMNS, "Rows": rows, "Text": text, **aligned, "Silent": True, **action}


def _grid(buttons: list[Json], rows: int) -> Json:
    return {
        "Type": "rich_media",
        "ButtonsGroupColumns": COLUMNS,
        "ButtonsGroupRows": rows,
        "BgColor": PAPER,
        "Buttons": buttons,
    }
