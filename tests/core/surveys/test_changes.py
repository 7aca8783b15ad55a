"""What another version of the questionnaire means for people who have answered."""

from core.shared.values import Language
from core.surveys.changes import Change, What, changes
from core.surveys.model import Condition, Kind, Option, Question, Questionnaire

WORDS = dict.fromkeys(Language, "слова")
PETS = Question("pets", Kind.CHOICE, WORDS, WORDS, (Option("cat", WORDS), Option("dog", WORDS)), optional=True)
CITY = Question("city", Kind.CITY, WORDS, WORDS, points=5)


def test_each_change_is_told_and_other_words_change_nothing() -> None:
    other = dict.fromkeys(Language, "інші слова")
    before = Questionnaire(1, (PETS, CITY, Question("gone", Kind.TEXT, WORDS, WORDS)))
    pets = Question("pets", Kind.CHOICE, other, other, (Option("cat", other),), when=Condition("city", ("x",)))
    after = Questionnaire(
        2, (pets, Question("city", Kind.TEXT, WORDS, WORDS), Question("new", Kind.TEXT, WORDS, WORDS))
    )
    assert changes(before, after) == (
        Change(What.OPTIONS, "pets", ("dog",)), Change(What.REQUIRED, "pets"), Change(What.CONDITION, "pets"),
        Change(What.KIND, "city"), Change(What.POINTS, "city"), Change(What.ADDED, "new"), Change(What.REMOVED, "gone"),
    )  # fmt: skip
    reworded = Questionnaire(2, (Question("city", Kind.CITY, other, other, points=5),))
    assert changes(Questionnaire(1, (CITY,)), reworded) == ()
