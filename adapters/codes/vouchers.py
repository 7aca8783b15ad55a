"""The voucher's picture: the card's sibling, known at arm's length by its notched edge and its huge value."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from adapters.codes.fonts import fitted
from adapters.codes.modules import QUIET, modules
from adapters.codes.pictures import BAND, HEIGHT, MARGIN, WIDTH, paste_code, png, write

_BAR_TOP, _BAR_HEIGHT = 400, 136
_NOTCH, _NOTCHES = 22, 9
_PAPER, _SHADE, _BRAND = 14, 12, 15
"""Places in the pictures' palette: white, a light grey, the brand's colour."""


@dataclass(frozen=True, slots=True)
class VoucherFace:
    """All that a voucher's picture shows; `barcode` is digits, or the code itself where it has none."""

    barcode: str
    printed: str
    title: str
    value: str
    condition: str
    until: str
    brand: str
    colour: str = "#0B6E4F"


def draw_voucher(face: VoucherFace) -> bytes:
    """PNG, 1000 x 630. The barcode (code128) holds the voucher and nothing else, its quiet zones kept clear."""
    image = Image.new("P", (WIDTH, HEIGHT), _PAPER)
    image.paste(_BRAND, (0, 0, WIDTH, BAND))
    _notches(image)
    write(image, fitted(face.brand, "Bold", 32, 420, 16), MARGIN + 16, 36)
    write(image, fitted(face.until, "SemiBold", 28, 460, 16), WIDTH - MARGIN - 16, 40, right=True)
    write(image, fitted(face.value, "Bold", 128, WIDTH - 3 * MARGIN, 48), WIDTH // 2, 104, middle=True)
    write(image, fitted(face.title, "SemiBold", 36, WIDTH - 3 * MARGIN, 20), WIDTH // 2, 268, middle=True)
    if face.condition:
        write(image, fitted(face.condition, "Regular", 28, WIDTH - 3 * MARGIN, 16), WIDTH // 2, 324, middle=True)
    _bars(image, face.barcode)
    write(image, fitted(face.printed, "SemiBold", 32, WIDTH - 3 * MARGIN, 16), WIDTH // 2, 556, middle=True)
    return png(image, face.colour)


def _bars(image: Image.Image, text: str) -> None:
    bars = modules("code128", text)
    left, right = QUIET["code128"]
    module = max(2, min(6, (WIDTH - 4 * MARGIN) // (bars.width + left + right)))
    start = (WIDTH - module * bars.width) // 2
    paste_code(image, bars, start, _BAR_TOP, module, _BAR_HEIGHT)


def _notches(image: Image.Image) -> None:
    """Half circles bitten out of both sides, as a ticket is torn."""
    draw = ImageDraw.Draw(image)
    step = (HEIGHT - BAND) / _NOTCHES
    for number in range(_NOTCHES):
        middle = BAND + step * (number + 0.5)
        for edge in (0, WIDTH):
            box = (edge - _NOTCH, middle - _NOTCH, edge + _NOTCH, middle + _NOTCH)
            draw.ellipse(box, fill=_SHADE)
