"""Whether what a segment names is still there: a club, a question, a product that is gone is nobody's any more."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.segments.fields import Dimension
from core.segments.model import Answered, Bought, Contacted, FieldTest, Leaf, Node, leaves
from core.shared.refusals import Conflict
from core.surveys.model import CHOOSING, Questionnaire


class Thing(StrEnum):
    """What a test can name that can go."""

    QUESTION = "question"
    OPTION = "option"
    CLUB = "club"
    SKU = "sku"
    CATEGORY = "category"
    BRAND = "brand"
    STORE = "store"
    GROUP = "store-group"
    CAMPAIGN = "campaign"


GONE: Mapping[Thing, str] = {
    Thing.QUESTION: "gone-question",
    Thing.OPTION: "gone-option",
    Thing.CLUB: "gone-club",
    Thing.SKU: "gone-sku",
    Thing.CATEGORY: "gone-category",
    Thing.BRAND: "gone-brand",
    Thing.STORE: "gone-store",
    Thing.GROUP: "gone-store-group",
    Thing.CAMPAIGN: "gone-campaign",
}
"""The code of the refusal of a segment that names what is gone."""
_THINGS = {
    Dimension.SKU: Thing.SKU,
    Dimension.CATEGORY: Thing.CATEGORY,
    Dimension.BRAND: Thing.BRAND,
    Dimension.STORE: Thing.STORE,
    Dimension.GROUP: Thing.GROUP,
}
Missing = Callable[[Thing, Collection[str]], Collection[str]]
"""Which of these names nothing of the kind has."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What can be asked by the questionnaire: `clubs` are the questions whose options are clubs."""

    questionnaire: Questionnaire
    clubs: tuple[str, ...]

    def options(self, question: str) -> frozenset[str]:
        """The options of a question that is there."""
        found = self.questionnaire.question(question)
        return frozenset(one.key for one in found.options) if found is not None else frozenset()

    @property
    def club_names(self) -> frozenset[str]:
        """Every club that can be joined."""
        return frozenset().union(*(self.options(one) for one in self.clubs))


def must_fit(tree: Node, asked: Asked, missing: Missing) -> None:
    """Raises Conflict (`gone-club`, `gone-sku`, …) with the `name` of the first thing that is no longer there."""
    for leaf in leaves(tree):
        for thing, name in _gone(leaf, asked, missing):
            raise Conflict(GONE[thing], name=name)


def named(tree: Node) -> Mapping[Thing, frozenset[str]]:
    """What of the kept things the tree names, to be looked for in one go."""
    found: dict[Thing, frozenset[str]] = {}
    for leaf in leaves(tree):
        match leaf:
            case Bought(dimension, among) if dimension in _THINGS:
                thing = _THINGS[dimension]
                found[thing] = found.get(thing, frozenset()) | set(among)
            case Contacted(campaign=campaign) if campaign is not None:
                found[Thing.CAMPAIGN] = found.get(Thing.CAMPAIGN, frozenset()) | {campaign}
            case _:
                pass
    return found


def _gone(leaf: Leaf, asked: Asked, missing: Missing) -> Iterator[tuple[Thing, str]]:
    match leaf:
        case FieldTest("club", among=among):
            yield from ((Thing.CLUB, one) for one in among if one not in asked.club_names)
        case Answered(key, among):
            question = asked.questionnaire.question(key)
            if question is None:
                yield Thing.QUESTION, key
            elif question.kind in CHOOSING:
                yield from ((Thing.OPTION, one) for one in among if one not in asked.options(key))
        case Bought(dimension, among) if dimension in _THINGS:
            thing = _THINGS[dimension]
            gone = missing(thing, among)
            yield from ((thing, one) for one in among if one in gone)
        case Contacted(campaign=campaign) if campaign is not None and missing(Thing.CAMPAIGN, [campaign]):
            yield Thing.CAMPAIGN, campaign
