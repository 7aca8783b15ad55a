"""Segments that are there without anybody making them (domain section 7), each by its key."""

from collections.abc import Mapping

from core.segments.fields import LIFECYCLE, Op
from core.segments.model import Every, FieldTest, Node, Not

READY_PREFIX = "ready:"
"""How the house's own segments are named beside those that somebody made."""
_HOLDS_CARD = FieldTest("card", Op.ONE_OF, among=("issued", "active"))


def _is(field: str, *among: str) -> FieldTest:
    return FieldTest(field, Op.ONE_OF, among=among)


READY: Mapping[str, Node] = {
    **{f"lifecycle-{stage}": _is("lifecycle", stage) for stage in LIFECYCLE},
    "active": FieldTest("active_12m", Op.YES),
    "rfm-best": Every((_is("r", "5"), _is("f", "4", "5"), _is("m", "4", "5"))),
    "rfm-fading": Every((_is("r", "1", "2"), _is("f", "4", "5"))),
    "grid-small": Every((_is("basket_third", "1"), _is("items_third", "1"))),
    "grid-dear-few": Every((_is("basket_third", "3"), _is("items_third", "1"))),
    "grid-cheap-many": Every((_is("basket_third", "1"), _is("items_third", "3"))),
    "grid-large": Every((_is("basket_third", "3"), _is("items_third", "3"))),
    "single-category": FieldTest("single_category", Op.YES),
    "birthday-week": FieldTest("birthday", Op.COMING, 6),
    "leaving": Every((FieldTest("leaving", Op.AT_LEAST, 60), _is("lifecycle", "new", "regular", "lapsing"))),
    "plastic-waiting": _is("plastic", "waiting"),
    "questionnaire-unfinished": Every((_HOLDS_CARD, Not(FieldTest("questionnaire_complete", Op.YES)))),
    "blocked-bot": FieldTest("blocked_bot", Op.YES),
}
"""In the order in which they are shown."""
