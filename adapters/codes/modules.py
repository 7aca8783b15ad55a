"""Bars and modules: the codes themselves as small bitmaps, one pixel a module, no quiet zone."""

from functools import lru_cache

import zxingcpp
from PIL import Image

_FORMATS = {
    "ean13": zxingcpp.BarcodeFormat.EAN13,
    "code128": zxingcpp.BarcodeFormat.Code128,
    "itf": zxingcpp.BarcodeFormat.ITF,
    "qr": zxingcpp.BarcodeFormat.QRCode,
}
QUIET = {"ean13": (11, 7), "code128": (10, 10), "itf": (10, 10), "qr": (4, 4)}
"""Modules of white to the left and to the right that a scanner needs (domain section 3)."""


@lru_cache(maxsize=512)
def modules(symbology: str, text: str) -> Image.Image:
    """The code as a bitmap (mode L, 0 black, 255 white); one row high for bars. Raises ValueError for a wrong text."""
    code = zxingcpp.create_barcode(text, _FORMATS[symbology], ec_level="M" if symbology == "qr" else "")
    image = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False))
    return image if symbology == "qr" else image.crop((0, 0, image.width, 1))


def scaled(image: Image.Image, width: int, height: int) -> Image.Image:
    """Every module as a block of whole pixels."""
    return image.resize((width, height), Image.Resampling.NEAREST)
