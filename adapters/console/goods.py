"""Offers, vouchers and questionnaires in the console: their pages and the API of the same."""

from dataclasses import dataclass

from adapters.console.door import Door
from adapters.console.offerapi import OfferApi
from adapters.console.offerports import OfferViews
from adapters.console.offers import OfferPages
from adapters.console.questionnaires import QuestionnairePages
from adapters.console.surveyapi import SurveyApi
from adapters.console.surveyports import Previews, SurveyViews
from adapters.console.voucherapi import VoucherApi
from adapters.console.voucherbatches import BatchList
from adapters.console.voucherports import VoucherViews
from adapters.console.vouchers import VoucherPages


@dataclass(frozen=True, slots=True)
class Goods:
    """What these rooms read."""

    offers: OfferViews
    vouchers: VoucherViews
    surveys: SurveyViews
    previews: Previews


def add_goods(door: Door, goods: Goods) -> None:
    """The rooms are part of the console."""
    OfferApi(door, goods.offers, OfferPages(door, goods.offers))
    BatchList(door, goods.vouchers, goods.offers)
    VoucherApi(door, goods.vouchers, VoucherPages(door, goods.vouchers, goods.offers))
    SurveyApi(door, goods.surveys, QuestionnairePages(door, goods.surveys, goods.previews))
