"""The voucher's picture: its barcode is read by a machine, also small and after a messenger's compression."""

import io
import random

import pytest
import zxingcpp
from PIL import Image

from adapters.codes.vouchers import VoucherFace, draw_voucher
from core.vouchers.codes import COUNT, barcode_digits, code_of, normalised, printed


def face(code: str) -> VoucherFace:
    return VoucherFace(
        barcode_digits(code), printed(code), "Знижка на каву та чай", "−10 %", "за покупки від 500,00 ₴",
        "Діє до 30 листопада 2026 р.", "Крамниця",
    )  # fmt: skip


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_voucher_is_read_and_turned_back_into_its_code(scale: float) -> None:
    rng = random.Random(5)
    for _ in range(20):
        code = code_of(rng.randrange(COUNT))
        picture = Image.open(io.BytesIO(draw_voucher(face(code)))).convert("L")
        small = picture.resize((int(picture.width * scale), int(picture.height * scale)))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=60)
        read = {normalised(found.text) for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(out.getvalue())))}
        assert code in read


def test_a_given_code_of_letters_has_a_barcode_of_its_own() -> None:
    picture = Image.open(io.BytesIO(draw_voucher(face("SPRING2026"))))
    assert "SPRING2026" in {normalised(found.text) for found in zxingcpp.read_barcodes(picture.convert("L"))}


def test_a_voucher_s_picture_is_small() -> None:
    assert len(draw_voucher(face(code_of(12345)))) <= 16_000
