"""A letter's picture, the same for every channel that shows one."""

from bot.messages import ShowCard, ShowCodes, ShowOffers, ShowVoucher
from bot.ports import Letter, Pictures, Texts
from bot.routes import spaced
from bot.words import say


def picture_of(letter: Letter, pictures: Pictures, texts: Texts, item: int = 0) -> bytes | None:
    """PNG of a card, a voucher, the till's codes or the offer `item`, its words in the letter's language.

    None for a letter that shows none.

    Takes milliseconds of CPU: call it in a thread.
    """
    match letter.reply:
        case ShowCard() as card:
            return pictures.card(card, texts.say(say("points.label", n=card.points), letter.language))
        case ShowVoucher() as voucher:
            value, condition, until = (
                texts.say(text, letter.language) if text is not None else ""
                for text in (voucher.value, voucher.condition, voucher.until)
            )
            return pictures.voucher(voucher, value, condition, until)
        case ShowCodes() as codes:
            note = texts.say(say("codes.note"), letter.language)
            return pictures.codes(codes, spaced(codes.codes.spoken), note)
        case ShowOffers(items=items, colour=colour) if item < len(items):
            offer = items[item]
            was, price = (texts.say(text, letter.language) for text in (offer.was, offer.price))
            return pictures.offer(offer, was, price, colour)
        case _:
            return None
