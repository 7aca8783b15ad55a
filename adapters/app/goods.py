"""What the console's rooms of offers, vouchers and questionnaires read, for a house."""

from adapters.app.house import House
from adapters.app.previews import Looks
from adapters.console.goods import Goods
from adapters.db.offerviews import OfferReads
from adapters.db.surveyviews import SurveyReads
from adapters.db.voucherviews import VoucherReads


def goods_of(house: House) -> Goods:
    """Everything by the house's connections that only look."""
    return Goods(
        OfferReads(house.reading, house.reads),
        VoucherReads(house.reading, house.programme.timezone, house.outside.clock),
        SurveyReads(house.reading, house.outside.questionnaire),
        Looks(house.texts, house.programme.timezone),
    )
