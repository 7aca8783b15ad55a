"""Pictures of cards: every one decodes, both codes, small and squeezed; letters of Ukrainian draw."""

import io
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from adapters.codes import fonts
from adapters.codes.fonts import NoFont, font, font_file, line
from adapters.codes.pictures import CardFace, draw_card, draw_code
from core.cards.numbers import number_for

BARS = {"ean13": "EAN13", "code128": "Code128", "itf": "ITF"}


def face(place: int) -> CardFace:
    """A card: mostly EAN-13, every fifth an old plastic in another symbology."""
    number, symbology = number_for(place, key=b"k" * 32, prefix="29"), "ean13"
    if place % 5 == 1:
        number, symbology = f"{place:08d}", "code128"
    if place % 5 == 2:
        number, symbology = f"{place:010d}", "itf"
    return CardFace(number, symbology, ("Олена", "Їжак", "Ґ" * 40)[place % 3], str(place * 37), "бонусів", "Kartka")


def seen(image: Image.Image, symbology: str) -> set[tuple[str, str]]:
    wanted = zxingcpp.barcode_formats_from_str(f"{BARS[symbology]},QRCode")
    codes = zxingcpp.read_barcodes(image, formats=wanted, try_rotate=False, try_invert=False)
    return {(code.format.name, code.text) for code in codes}


@pytest.mark.parametrize("tenth", range(10))
def test_both_codes_of_five_hundred_cards_decode_at_every_scale_and_squeezed(tenth: int) -> None:
    for place in range(tenth * 50, tenth * 50 + 50):
        card = face(place)
        whole = Image.open(io.BytesIO(draw_card(card))).convert("L")
        wanted = {(BARS[card.symbology], card.number), ("QRCode", card.number)}
        for scale in (1.0, 0.5, 0.35):
            size = (round(whole.width * scale), round(whole.height * scale))
            shown = whole.resize(size, Image.Resampling.LANCZOS)
            squeezed = io.BytesIO()
            shown.save(squeezed, "JPEG", quality=40)
            for view in (shown, Image.open(squeezed)):
                assert seen(view, card.symbology) == wanted, (place, scale)


def test_a_card_is_of_the_size_that_was_agreed_and_small_enough_for_every_messenger() -> None:
    for place in range(20):
        content = draw_card(face(place))
        assert Image.open(io.BytesIO(content)).size == (1000, 630)
        assert len(content) <= 12_000


def test_quiet_zones_are_white() -> None:
    image = Image.open(io.BytesIO(draw_card(face(0)))).convert("L")
    assert image.crop((0, 424, 136, 552)).getextrema() == (255, 255)
    assert image.crop((896, 424, 1000, 552)).getextrema() == (255, 255)
    assert image.crop((258, 112, 298, 322)).getextrema() == (255, 255)
    assert image.crop((48, 72, 258, 112)).getextrema() == (255, 255)


@pytest.mark.parametrize("letter", list("ЇїЄєҐґІіЙйЩщЬь"))
def test_every_ukrainian_letter_draws_and_is_not_the_empty_box(letter: str) -> None:
    box = line("\uffff", "SemiBold", 40)
    drawn = line(letter, "SemiBold", 40)
    assert drawn.getbbox() is not None
    assert drawn.tobytes() != box.tobytes()
    assert font("SemiBold", 40).getlength(letter) > 0


def test_a_missing_font_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    with pytest.raises(NoFont, match="make setup"):
        font_file("Bold")


def test_a_long_number_is_refused_and_not_drawn_unreadably() -> None:
    with pytest.raises(ValueError, match="too long"):
        draw_card(CardFace("a1" * 30, "code128", "О", "0", "б", "K" * 80))


def test_a_till_code_is_a_qr_of_the_rotating_code() -> None:
    content = draw_code("291234567890612345678", "285 981", "Покажіть QR")
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(content)).convert("L"))
    assert [code.text for code in codes] == ["291234567890612345678"]
