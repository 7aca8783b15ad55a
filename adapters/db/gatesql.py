"""The spend gate as SQL: what `core.surveys.progress` says of one person, said of everybody in one condition."""

from sqlalchemy import ColumnElement, Integer, and_, case, cast, exists, false, literal, not_, or_, true

from adapters.db.surveytables import answers
from adapters.db.tables import customers
from core.surveys.model import Condition, Kind, Question, Questionnaire
from core.surveys.reading import HIGHEST_RATING

Customer = ColumnElement[str]
_HOLDER = customers.alias("holder").c


def passes(questionnaire: Questionnaire, gate: tuple[str, ...], customer: Customer) -> ColumnElement[bool]:
    """True of a customer who has answered every question of the gate's list that is asked of them."""
    wanted = [one for one in questionnaire.questions if one.key in gate]
    return and_(true(), *(or_(not_(_asked(questionnaire, one, customer)), _answered(one, customer)) for one in wanted))


def _asked(questionnaire: Questionnaire, question: Question, customer: Customer) -> ColumnElement[bool]:
    """Its condition, and those of the questions that the condition stands on."""
    if question.when is None:
        return true()
    earlier = questionnaire.question(question.when.question)
    if earlier is None:
        return false()
    return and_(_asked(questionnaire, earlier, customer), _meets(earlier, question.when, customer))


def _meets(question: Question, condition: Condition, customer: Customer) -> ColumnElement[bool]:
    """The earlier choice fell on one of the condition's options; the profile's word stands before the answer."""
    said = _kept(question, customer, _chose(condition.among))
    if question.keeps != "sex":
        return said
    known = [one.key for one in question.options]
    profile = exists().where(_HOLDER.id == customer, _HOLDER.sex.in_(condition.among))
    return or_(profile, and_(not_(exists().where(_HOLDER.id == customer, _HOLDER.sex.in_(known))), said))


def _answered(question: Question, customer: Customer) -> ColumnElement[bool]:
    """There is an answer that still parses, here or in the profile."""
    return or_(_kept(question, customer, _fits(question)), _in_profile(question, customer))


def _kept(question: Question, customer: Customer, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        answers.c.customer == customer,
        answers.c.question == question.key,
        answers.c.kind == question.kind.value,
        condition,
    )


def _fits(question: Question) -> ColumnElement[bool]:
    """The kinds whose answers a newer version can rule out; a text stays a text."""
    match question.kind:
        case Kind.CHOICE:
            return answers.c.value.in_([one.key for one in question.options])
        case Kind.CHOICES:
            return _chose(tuple(one.key for one in question.options))
        case Kind.NUMBER:
            return _between(question.least, question.most)
        case Kind.RATING:
            return _between(0, HIGHEST_RATING)
        case Kind.DATE if question.keeps != "birthday":
            return not_(answers.c.value.startswith("--"))
        case _:
            return true()


def _between(least: int, most: int) -> ColumnElement[bool]:
    """PostgreSQL may look at the value before the kind, so only a number is read as one."""
    whole = case((answers.c.kind.in_([Kind.NUMBER.value, Kind.RATING.value]), answers.c.value), else_="0")
    return cast(whole, Integer).between(least, most)


def _chose(options: tuple[str, ...]) -> ColumnElement[bool]:
    chosen = literal(",") + answers.c.value + literal(",")
    return or_(false(), *(chosen.contains(f",{key},", autoescape=True) for key in options))


def _in_profile(question: Question, customer: Customer) -> ColumnElement[bool]:
    fields = {
        "birthday": _HOLDER.birthday.is_not(None),
        "sex": _HOLDER.sex.in_([one.key for one in question.options]),
        "city": _HOLDER.city != "",
        "email": _HOLDER.email.contains("@"),
    }
    if not question.keeps:
        return false()
    return exists().where(_HOLDER.id == customer, fields[question.keeps])
