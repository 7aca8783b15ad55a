"""The one family of type, from the font package installed at set-up: full Cyrillic, for pictures and pages alike."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

Weight = Literal["Regular", "SemiBold", "Bold"]
FOLDER = Path(__file__).resolve().parents[2] / "node_modules" / "inter-ui" / "web"


class NoFont(Exception):
    """The font is not installed."""


def font_file(weight: Weight) -> Path:
    """The file of this weight. Raises NoFont with what to do."""
    path = FOLDER / f"Inter-{weight}.woff2"
    if not path.is_file():
        raise NoFont(f"the font {path.name} is not installed; run `make setup`")
    return path


@lru_cache(maxsize=64)
def font(weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels."""
    return ImageFont.truetype(str(font_file(weight)), size)


@lru_cache(maxsize=4096)
def line(text: str, weight: Weight, size: int) -> Image.Image:
    """A line of text as a mask (mode L), as wide as it is and as high as the font is."""
    face = font(weight, size)
    ascent, descent = face.getmetrics()
    mask = Image.new("L", (max(1, round(face.getlength(text))), ascent + descent), 0)
    mask.paste(_ink(face, text, mask.size), (0, 0))
    return mask


@lru_cache(maxsize=4096)
def fitted(text: str, weight: Weight, size: int, width: int, smallest: int) -> Image.Image:
    """The line, smaller when it must be and cut with an ellipsis when even the smallest is too wide."""
    while size > smallest and font(weight, size).getlength(text) > width:
        size -= 2
    face = font(weight, size)
    if face.getlength(text) > width:
        while text and face.getlength(text + "…") > width:
            text = text[:-1]
        text = text.rstrip() + "…"
    return line(text, weight, size)


def _ink(face: ImageFont.FreeTypeFont, text: str, size: tuple[int, int]) -> Image.Image:
    image = Image.new("L", size, 0)
    ImageDraw.Draw(image).text((0, 0), text, fill=255, font=face)
    return image
