"""Pictures of campaigns: made anew, upright, without what a camera adds, small enough; what is none is refused."""

import io
import zlib

import pytest
from PIL import Image

from adapters.codes.posters import FITS, MOST_BYTES, SIDE, as_poster
from core.shared.refusals import Invalid


def made(size: tuple[int, int], kind: str, mode: str = "RGB", **more: object) -> bytes:
    content = io.BytesIO()
    Image.effect_noise(size, 90).convert(mode).save(content, kind, **more)
    return content.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 60,000 x 60,000."""
    picture = made((1, 1), "PNG")
    head = b"IHDR" + (60_000).to_bytes(4) * 2 + picture[24:29]
    return picture[:12] + head + zlib.crc32(head).to_bytes(4) + picture[33:]


def test_a_photo_is_turned_upright_and_keeps_nothing_of_its_camera() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of Olena"
    poster = as_poster(made((3000, 1000), "JPEG", exif=exif))
    shown = Image.open(io.BytesIO(poster))
    assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (427, SIDE), {})
    assert b"Olena" not in poster
    assert len(poster) <= FITS


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("JPEG", "CMYK"), ("PNG", "1")]
)
def test_whatever_kind_of_picture_it_is(kind: str, mode: str) -> None:
    shown = Image.open(io.BytesIO(as_poster(made((400, 300), kind, mode))))
    assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (400, 300))


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "picture-broken"), (b"<svg/>", "picture-broken"), (made((400, 300), "GIF"), "picture-broken"),
     (made((400, 300), "JPEG")[:2000], "picture-broken"), (bomb(), "picture-broken"),
     (made((900, 199), "PNG"), "picture-small"), (b"\xff\xd8" + bytes(MOST_BYTES), "picture-large")],
)  # fmt: skip
def test_what_is_no_picture_for_a_message_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        as_poster(content)
    assert refused.value.code == code
