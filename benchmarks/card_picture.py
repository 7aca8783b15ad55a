"""The card's picture against qrcode + Pillow drawing the same, in one run."""

import io
import statistics
import time
from collections.abc import Callable

import qrcode
from PIL import Image, ImageDraw, ImageFont

from adapters.codes.fonts import font_file
from adapters.codes.modules import modules
from adapters.codes.pictures import CardFace, draw_card
from core.cards.numbers import grouped, number_for

ROUNDS, CARDS = 7, 20


def naive(face: CardFace) -> bytes:
    """As it is usually done: RGB, fonts loaded for each card, zlib's default level."""
    image = Image.new("RGB", (1000, 630), "white")
    draw = ImageDraw.Draw(image)
    for text, size, place in (
        (face.brand, 32, (48, 28)), (face.name, 28, (700, 32)), (face.balance, 64, (800, 168)),
        (face.balance_label, 28, (800, 252)), (grouped(face.number), 32, (340, 572)),
    ):  # fmt: skip
        draw.text(place, text, fill="black", font=ImageFont.truetype(str(font_file("Bold")), size))
    code = qrcode.QRCode(border=0, box_size=10)
    code.add_data(face.number)
    drawn = io.BytesIO()
    code.make_image().save(drawn)
    image.paste(Image.open(drawn).convert("RGB"), (48, 112))
    bars = modules("ean13", face.number)
    image.paste(bars.resize((bars.width * 8, 128), Image.Resampling.NEAREST).convert("RGB"), (136, 424))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def cpu(draw: Callable[[CardFace], bytes], first: int) -> float:
    """CPU seconds for some cards that were never drawn before."""
    faces = [
        CardFace(number_for(first + at, key=b"b" * 32, prefix="29"), "ean13", "Олена", str(at), "бонусів", "Kartka")
        for at in range(CARDS)
    ]
    began = time.process_time()
    for face in faces:
        draw(face)
    return time.process_time() - began


def run() -> list[tuple[str, str, float]]:
    """Interleaved rounds, the median of their ratios."""
    cpu(draw_card, 10_000), cpu(naive, 10_000)
    pairs = [(cpu(naive, turn * 100), cpu(draw_card, turn * 100)) for turn in range(ROUNDS)]
    milliseconds = statistics.median(ours for _, ours in pairs) / CARDS * 1000
    return [
        ("card picture, CPU", "qrcode + Pillow / ours (goal >= 10)", statistics.median(a / b for a, b in pairs)),
        ("card picture, CPU", "ours, milliseconds", milliseconds),
    ]
