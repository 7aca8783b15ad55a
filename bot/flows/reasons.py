"""Why an offer of the week is shown, as a sentence with its evidence: the chat and the till say the same."""

from collections.abc import Mapping, Sequence

from bot.ports import BotWork
from bot.words import Text, say
from core.offers.weekly import Because, Pick
from core.shared.values import Language

_WEEK = 7
_FROM_WEEKS = 14
"""Days from which a gap is told in weeks."""


def reasons(work: BotWork, picks: Sequence[Pick], language: Language) -> Mapping[Pick, Text]:
    """The sentence of each pick; the products and interests that they are about are looked up once."""
    skus = {one.about for one in picks if one.because is Because.TOGETHER}
    names = {sku: product.name for sku, product in work.products.by_sku(skus).items()} if skus else {}
    asked = any(one.because is Because.INTEREST for one in picks)
    labels = _interests(work, language) if asked else {}
    return {one: _sentence(one, names, labels) for one in picks}


def _sentence(pick: Pick, names: Mapping[str, str], labels: Mapping[str, str]) -> Text:
    match pick.because:
        case Because.DUE if pick.days >= _FROM_WEEKS:
            return say("weekly.because-weeks", n=(2 * pick.days + _WEEK) // (2 * _WEEK))
        case Because.DUE:
            return say("weekly.because-days", n=max(1, pick.days))
        case Because.USUAL:
            return say("weekly.because-usual", n=pick.n)
        case Because.TOGETHER:
            return say("weekly.because-together", product=names.get(pick.about, pick.about))
        case Because.ALIKE if pick.about:
            return say("weekly.because-alike-in", category=pick.about)
        case Because.ALIKE:
            return say("weekly.because-alike")
        case Because.INTEREST:
            return say("weekly.because-interest", interest=labels.get(pick.about, pick.about))
        case Because.STORE:
            return say("weekly.because-store")
        case Because.CHAIN:
            return say("weekly.because-chain")
        case Because.NEW:
            return say("weekly.because-new")
        case Because.NEIGHBOUR:
            return say("weekly.because-neighbour", brand=pick.about)


def _interests(work: BotWork, language: Language) -> dict[str, str]:
    """By category of goods what the option of a question of clubs is called that stands for it."""
    questionnaire = work.questionnaires.newest()
    asked = [questionnaire.question(key) for key in work.programme.club_questions]
    options = [option for one in asked if one is not None for option in one.options]
    return {category: option.label[language] for option in options for category in option.interests}
