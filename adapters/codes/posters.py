"""Pictures that a marketer uploads: looked at, made anew without what a camera adds, small enough for messengers."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from core.shared.refusals import Invalid

MOST_BYTES = 8_000_000
MOST_PIXELS = 40_000_000
SIDE, LEAST_SIDE = 1_280, 200
"""Longest side that is kept, shortest side that is taken, in pixels."""
FITS = 900_000
"""Viber takes a megabyte (channels.md 1.7)."""
_KINDS = ("JPEG", "PNG", "WEBP")
_QUALITIES = (88, 80, 70, 55, 40)


def as_poster(content: bytes) -> bytes:
    """The picture as a JPEG of at most 900 kB, upright, without place and camera.

    Raises Invalid (`picture-broken`, `picture-small`, `picture-large`).
    """
    if len(content) > MOST_BYTES:
        raise Invalid("picture", "picture-large", most=MOST_BYTES // 1_000_000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_KINDS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Invalid("picture", "picture-large", most=MOST_BYTES // 1_000_000)
                upright = ImageOps.exif_transpose(opened)
                image = Image.new("RGB", upright.size, "white")
                image.paste(upright, mask=upright.convert("RGBA").getchannel("A"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombWarning,
            Image.DecompressionBombError):  # fmt: skip
        raise Invalid("picture", "picture-broken") from None
    if min(image.size) < LEAST_SIDE:
        raise Invalid("picture", "picture-small", least=LEAST_SIDE)
    image.thumbnail((SIDE, SIDE))
    for quality in _QUALITIES:
        made = io.BytesIO()
        image.save(made, "JPEG", quality=quality, optimize=True)
        if made.tell() <= FITS:
            break
    return made.getvalue()
