"""Replies as pictures: what the channels ask for (`bot.ports.Pictures`)."""

from adapters.codes.offers import OfferFace, draw_offer
from adapters.codes.pictures import CardFace, draw_bare, draw_card, draw_code
from adapters.codes.vouchers import VoucherFace, draw_voucher
from bot.messages import OfferItem, ShowCard, ShowCodes, ShowVoucher


class Drawer:
    """Draws cards and till codes; satisfies `bot.ports.Pictures`. Pure, so safe in threads."""

    def card(self, card: ShowCard, label: str) -> bytes:
        """The card's picture; `label` is the word for its points."""
        face = CardFace(card.number, card.symbology, card.name, str(card.points), label, card.brand, card.colour)
        return draw_card(face)

    def code(self, symbology: str, text: str) -> bytes:
        """The code alone, with its quiet zone."""
        return draw_bare(symbology, text)

    def voucher(self, voucher: ShowVoucher, value: str, condition: str, until: str) -> bytes:
        """The voucher's picture."""
        face = VoucherFace(
            voucher.barcode, voucher.printed, voucher.title, value, condition, until, voucher.brand, voucher.colour
        )
        return draw_voucher(face)

    def offer(self, offer: OfferItem, was: str, price: str, colour: str) -> bytes:
        """The offer's picture."""
        return draw_offer(OfferFace(offer.title, price, was, colour))

    def codes(self, codes: ShowCodes, title: str, note: str) -> bytes:
        """The rotating QR with the spoken digits under it."""
        return draw_code(codes.codes.rotating, title, note)
