"""The picture of an offer where the shop has none of the product: its name, its price in large, the former one struck.

Viber shows the middle third of the height in its carousel, so everything that matters stands there.
"""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from adapters.codes.fonts import fitted
from adapters.codes.pictures import BAND, MARGIN, WIDTH, png, write

HEIGHT = 500
_PAPER, _BRAND, _SOFT = 14, 15, 6
"""Places in the pictures' palette: white, the brand's colour, a grey that is read on white (5.7:1)."""
_GAP = 40


@dataclass(frozen=True, slots=True)
class OfferFace:
    """All that the picture of an offer shows; prices are words already."""

    title: str
    price: str
    was: str
    colour: str = "#0B6E4F"


def draw_offer(face: OfferFace) -> bytes:
    """PNG, 1000 x 500."""
    image = Image.new("P", (WIDTH, HEIGHT), _PAPER)
    image.paste(_BRAND, (0, 0, WIDTH, BAND))
    write(image, fitted(face.title, "SemiBold", 44, WIDTH - 2 * MARGIN, 24), WIDTH // 2, 128, middle=True)
    price = fitted(face.price, "Bold", 120, 560, 48)
    was = fitted(face.was, "Regular", 56, 300, 28)
    left = (WIDTH - price.width - _GAP - was.width) // 2
    write(image, price, left, 206)
    at, top = left + price.width + _GAP, 206 + price.height - was.height - 12
    image.paste(was.point(_FAINT), (at, top))
    middle = top + was.height // 2 + 2
    ImageDraw.Draw(image).line((at - 6, middle, at + was.width + 6, middle), fill=_SOFT, width=5)
    return png(image, face.colour)


_FAINT = [_PAPER - round(value * (_PAPER - _SOFT) / 255) for value in range(256)]
