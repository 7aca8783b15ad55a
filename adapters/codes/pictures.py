"""The card's picture and the picture of a till code: black on white, quiet, readable by a machine before all else."""

import io
import zlib
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from adapters.codes.fonts import fitted
from adapters.codes.modules import QUIET, modules, scaled
from core.cards.numbers import grouped

WIDTH, HEIGHT = 1000, 630
BAND = 12
MARGIN = 48
QR_MODULE = 10
QR_LEFT, QR_TOP = MARGIN, 112
BAR_TOP, BAR_HEIGHT = 424, 128
_BRAND_INDEX = 15
"""Palette: 0..14 from black to white for text that is drawn soft, 15 the brand's colour."""


@dataclass(frozen=True, slots=True)
class CardFace:
    """All that a card's picture shows. `balance` and `balance_label` are words already."""

    number: str
    symbology: str
    name: str
    balance: str
    balance_label: str
    brand: str
    colour: str = "#0B6E4F"


def draw_card(face: CardFace) -> bytes:
    """PNG, 1000 x 630: name and brand on top, QR left, balance right, the barcode and its digits below.

    QR and barcode hold the card number and nothing else. Raises ValueError for a number its symbology cannot hold.
    """
    image = _template(face.brand).copy()
    write(image, fitted(face.name, "SemiBold", 28, WIDTH - 2 * MARGIN - 300, 16), WIDTH - MARGIN, 32, right=True)
    if face.symbology == "qr":
        _qr(image, face.number, MARGIN, 84, 15)
        write(image, fitted(grouped(face.number), "SemiBold", 28, WIDTH - 2 * MARGIN, 16), WIDTH // 2, 580, middle=True)
    else:
        _qr(image, face.number, QR_LEFT, QR_TOP, QR_MODULE)
        _bars(image, face.symbology, face.number)
        write(image, fitted(grouped(face.number), "SemiBold", 32, WIDTH - 2 * MARGIN, 16), WIDTH // 2, 572, middle=True)
    write(image, fitted(face.balance, "Bold", 64, 480, 32), WIDTH - MARGIN, 168, right=True)
    write(image, fitted(face.balance_label, "Regular", 28, 480, 16), WIDTH - MARGIN, 252, right=True)
    return png(image, face.colour)


def draw_code(code: str, title: str, note: str, colour: str = "#0B6E4F") -> bytes:
    """PNG, 800 x 1000: the rotating QR in large, `title` (the spoken digits) under it, then `note`."""
    image = Image.new("P", (800, 1000), 14)
    image.paste(_BRAND_INDEX, (0, 0, 800, BAND))
    matrix = modules("qr", code)
    module = 640 // matrix.width
    paste_code(image, matrix, (800 - module * matrix.width) // 2, 80, module, module)
    write(image, fitted(title, "Bold", 96, 720, 40), 400, 760, middle=True)
    write(image, fitted(note, "Regular", 28, 720, 16), 400, 900, middle=True)
    return png(image, colour)


def draw_bare(symbology: str, text: str) -> bytes:
    """PNG of the code alone with its quiet zone: a QR of 8 pixels a module, bars of 4 by 120."""
    matrix = modules(symbology, text)
    left, right = QUIET[symbology]
    square = symbology == "qr"
    module, height = (8, 8) if square else (4, 120)
    above = left * module if square else 0
    size = (module * (matrix.width + left + right), height * matrix.height + 2 * above)
    image = Image.new("P", size, 14)
    paste_code(image, matrix, left * module, above, module, height)
    return png(image, "#0B6E4F")


@lru_cache(maxsize=32)
def _template(brand: str) -> Image.Image:
    image = Image.new("P", (WIDTH, HEIGHT), 14)
    image.paste(_BRAND_INDEX, (0, 0, WIDTH, BAND))
    write(image, fitted(brand, "Bold", 32, 420, 16), MARGIN, 28)
    return image


def _qr(image: Image.Image, number: str, left: int, top: int, module: int) -> None:
    """The QR with its quiet zone of four modules kept clear by the layout around it."""
    paste_code(image, modules("qr", number), left, top, module, module)


def _bars(image: Image.Image, symbology: str, number: str) -> None:
    """The barcode as wide as whole pixels allow, quiet zones counted in."""
    bars = modules(symbology, number)
    left, right = QUIET[symbology]
    module = min(8, WIDTH // (bars.width + left + right))
    if module < 2:
        raise ValueError("the number is too long for a barcode of this width")
    start = (WIDTH - module * (bars.width + left + right)) // 2 + module * left
    paste_code(image, bars, start, BAR_TOP, module, BAR_HEIGHT)


def paste_code(image: Image.Image, code: Image.Image, left: int, top: int, width: int, height: int) -> None:
    """The code, its modules of whole pixels, at this place."""
    block = scaled(code, code.width * width, code.height * height)
    image.paste(block.point(_TO_PALETTE), (left, top))


def write(image: Image.Image, mask: Image.Image, x: int, y: int, *, right: bool = False, middle: bool = False) -> None:
    """Black text through a mask, its left edge, right edge or middle at x."""
    left = x - mask.width if right else x - mask.width // 2 if middle else x
    image.paste(mask.point(_INK), (left, y))


def png(image: Image.Image, colour: str) -> bytes:
    """The picture in its sixteen colours."""
    image.putpalette(_palette(colour))
    out = io.BytesIO()
    # Z_RLE: rows of modules are runs, and the result is smaller than level 1 in half its time (performance.md 4).
    image.save(out, "PNG", bits=4, compress_level=6, compress_type=zlib.Z_RLE)
    return out.getvalue()


@lru_cache(maxsize=32)
def _palette(colour: str) -> bytes:
    greys = b"".join(bytes([round(index * 255 / 14)] * 3) for index in range(15))
    return greys + bytes.fromhex(colour.lstrip("#"))


_TO_PALETTE = [14 if value > 127 else 0 for value in range(256)]
_INK = [14 - round(value * 14 / 255) for value in range(256)]
