"""Barcodes in a person's photo: turned, blurred, dim. Never a wrong number: an uncertain code is not seen at all."""

import io
import warnings
from collections import Counter
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from bot.messages import Barcode
from core.cards.numbers import is_ean13

MOST_BYTES = 8_000_000
MOST_PIXELS = 25_000_000
_SIDE = 1600
"""Longest side that is looked at, in pixels: more is slower and finds nothing more."""
_NAMES = {
    zxingcpp.BarcodeFormat.EAN13: "ean13",
    zxingcpp.BarcodeFormat.Code128: "code128",
    zxingcpp.BarcodeFormat.ITF: "itf",
    zxingcpp.BarcodeFormat.QRCode: "qr",
}
_FORMATS = zxingcpp.barcode_formats_from_str("EAN13,Code128,ITF,QRCode")
_ANGLES = (15, -15, 30, -30, 45, -45)
_AGREE = 2
"""Passes that must see the same bars before a code without a strong check is believed."""


def read_barcodes(content: bytes) -> list[Barcode]:
    """The codes in the picture, the surest first; none for anything that is no picture or shows none."""
    image = _open(content)
    if image is None:
        return []
    seen: Counter[Barcode] = Counter()
    for view, sure in _views(image):
        for code in _read(view):
            seen[code] += 2 if sure or code.symbology == "qr" else 1
        believed = [code for code, count in seen.most_common() if count >= _AGREE or code.symbology == "ean13"]
        if believed:
            return _without_contradiction(believed)
    return []


def _open(content: bytes) -> Image.Image | None:
    """The picture upright and grey; None when it is too large or none of JPEG, PNG and WebP."""
    if not content or len(content) > MOST_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("L", (_SIDE, _SIDE))
            upright = ImageOps.exif_transpose(image)
            flat = Image.new("L", upright.size, 255)
            flat.paste(upright.convert("L"), mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError,
            Image.DecompressionBombWarning):  # fmt: skip
        return None
    flat.thumbnail((_SIDE, _SIDE))
    return flat


def _views(image: Image.Image) -> Iterator[tuple[Image.Image, bool]]:
    """The picture as it is, then brighter, sharper, larger, smaller and turned; only the first look is sure."""
    yield image, True
    clear = ImageOps.autocontrast(image, cutoff=2)
    yield clear, False
    yield clear.filter(ImageFilter.UnsharpMask(radius=3, percent=250, threshold=2)), False
    half = clear.resize((max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.LANCZOS)
    yield half, False
    if max(image.size) < 900:
        yield clear.resize((image.width * 2, image.height * 2), Image.Resampling.BICUBIC), False
    yield clear.filter(ImageFilter.GaussianBlur(1.2)), False
    base = clear if max(image.size) <= 1000 else half
    for angle in _ANGLES:
        yield base.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255), False


def _read(image: Image.Image) -> list[Barcode]:
    found = []
    for code in zxingcpp.read_barcodes(image, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain):
        symbology = _NAMES.get(code.format, "other")
        if symbology == "ean13" and not is_ean13(code.text):
            continue
        if code.text and code.text.isprintable():
            found.append(Barcode(symbology, code.text))
    return found


def _without_contradiction(codes: list[Barcode]) -> list[Barcode]:
    """One number in two symbologies is one; a QR is surer than bars and stands first."""
    ordered = sorted(codes, key=lambda code: code.symbology != "qr")
    return list({code.text: code for code in reversed(ordered)}.values())[::-1]
