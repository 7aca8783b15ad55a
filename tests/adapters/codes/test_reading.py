"""Photos of plastic: turned, blurred, dim; never a wrong number."""

import io
import random

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from adapters.codes.modules import modules, scaled
from adapters.codes.reading import read_barcodes
from core.cards.numbers import number_for

SEVERITY = {"easy": (8, 0.4, 0.95, 85, 1.0), "medium": (20, 1.0, 0.75, 60, 0.95), "hard": (40, 1.8, 0.5, 45, 0.6)}
"""Degrees, blur in pixels, brightness, JPEG quality, and the share that must be read."""


def photo(symbology: str, text: str, severity: str, chance: random.Random) -> bytes:
    """A card with the code, laid on a table and photographed."""
    turn, blur, light, quality, _ = SEVERITY[severity]
    code = modules(symbology, text)
    size = (code.width * 5, code.height * 5) if symbology == "qr" else (code.width * 5, 160)
    card = Image.new("L", (max(700, size[0] + 160), max(420, size[1] + 120)), 245)
    card.paste(scaled(code, *size), ((card.width - size[0]) // 2, (card.height - size[1]) // 2))
    table = Image.new("L", (card.width + 400, card.height + 400), chance.randint(90, 160))
    table.paste(card, (200, 200))
    shot = table.rotate(chance.uniform(-turn, turn), Image.Resampling.BICUBIC, fillcolor=120)
    shot = ImageEnhance.Brightness(shot.filter(ImageFilter.GaussianBlur(chance.uniform(0, blur)))).enhance(light)
    out = io.BytesIO()
    shot.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


@pytest.mark.parametrize("severity", SEVERITY)
@pytest.mark.parametrize("symbology", ["ean13", "qr", "code128"])
def test_codes_are_read_from_photos_and_never_wrongly(symbology: str, severity: str) -> None:
    chance = random.Random(f"{symbology}{severity}")
    read = 0
    for place in range(20):
        text = number_for(place, key=b"p" * 32, prefix="29") if symbology != "code128" else f"{place:08d}"
        found = read_barcodes(photo(symbology, text, severity, chance))
        assert not found or found[0].text == text
        read += bool(found)
    wanted = SEVERITY[severity][4] * (0.6 if symbology == "code128" and severity == "hard" else 1)
    assert read >= 20 * wanted, (symbology, severity, read)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a" + bytes(100), b"\xff\xd8\xff" + bytes(500), bytes(9_000_000), b"%PDF-1.7", b"<svg/>"],
)
def test_what_is_no_photo_shows_no_code(content: bytes) -> None:
    assert read_barcodes(content) == []


def test_noise_shows_no_code() -> None:
    chance = random.Random(3)
    for _ in range(5):
        noise = Image.frombytes("L", (300, 200), bytes(chance.randrange(256) for _ in range(60_000)))
        out = io.BytesIO()
        noise.save(out, "PNG")
        assert read_barcodes(out.getvalue()) == []


def test_a_bomb_of_pixels_is_not_opened() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert read_barcodes(out.getvalue()) == []


def test_a_photo_on_its_side_is_read() -> None:
    chance = random.Random(5)
    image = Image.open(io.BytesIO(photo("ean13", "2912345678906", "easy", chance)))
    out = io.BytesIO()
    image.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG")
    assert [code.text for code in read_barcodes(out.getvalue())] == ["2912345678906"]
