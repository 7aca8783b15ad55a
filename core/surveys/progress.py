"""How far somebody has come: which questions are asked of them, which are answered, what the gate still wants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.customers.model import Customer, birthday_from, birthday_text
from core.surveys.model import Canonical, Condition, Given, Question, Questionnaire
from core.surveys.reading import fits


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of the `of` questions that are asked of this person have an answer."""

    done: int
    of: int


def standing(questionnaire: Questionnaire, answers: Canonical) -> dict[str, str]:
    """The answers that still parse under this version; the others count as not given (domain section 5)."""
    kept = {one.key: fits(one, answers[one.key]) for one in questionnaire.questions if one.key in answers}
    return {key: value for key, value in kept.items() if value is not None}


def asked(questionnaire: Questionnaire, answers: Canonical) -> tuple[Question, ...]:
    """The questions whose conditions hold for somebody who answered so, in order."""
    stand, found = standing(questionnaire, answers), dict[str, Question]()
    for one in questionnaire.questions:
        if one.when is None or (one.when.question in found and holds(one.when, stand)):
            found[one.key] = one
    return tuple(found.values())


def holds(condition: Condition, answers: Canonical) -> bool:
    """True when the answers meet the condition; one of several chosen options is enough."""
    return bool(set(condition.among) & set(answers.get(condition.question, "").split(",")))


def progress(questionnaire: Questionnaire, answers: Canonical) -> Progress:
    """How far the person has come."""
    questions, stand = asked(questionnaire, answers), standing(questionnaire, answers)
    return Progress(sum(one.key in stand for one in questions), len(questions))


def missing(questionnaire: Questionnaire, wanted: Sequence[str], answers: Canonical) -> tuple[str, ...]:
    """Which of the wanted questions still lack an answer, in order.

    A question that is not asked of this person, or of nobody any more, holds nobody back.
    """
    stand = standing(questionnaire, answers)
    return tuple(one.key for one in asked(questionnaire, answers) if one.key in wanted and one.key not in stand)


def goal(questionnaire: Questionnaire, gate: tuple[str, ...]) -> tuple[str, ...]:
    """What has to be answered to complete it: the gate's list, every required question where there is no gate."""
    return gate or questionnaire.required


@dataclass(frozen=True, slots=True)
class Standing:
    """One person before the questionnaire: `own` was said in answer to it, `answers` is that and the profile."""

    questionnaire: Questionnaire
    gate: tuple[str, ...]
    own: Mapping[str, Given] = field(default_factory=dict)
    answers: Canonical = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """What still keeps spending closed, or, without a gate, the questionnaire from being complete."""
        return missing(self.questionnaire, goal(self.questionnaire, self.gate), self.answers)

    @property
    def passed(self) -> bool:
        """True when nothing of the gate's list is missing."""
        return not missing(self.questionnaire, self.gate, self.answers)

    @property
    def complete(self) -> bool:
        """True when something of the goal is answered and nothing of it is missing."""
        return not self.missing and any(key in self.answers for key in goal(self.questionnaire, self.gate))

    @property
    def open(self) -> tuple[Question, ...]:
        """The questions that wait for an answer."""
        return tuple(one for one in asked(self.questionnaire, self.answers) if one.key not in self.answers)

    @property
    def answered(self) -> tuple[Question, ...]:
        """The questions that have one."""
        return tuple(one for one in asked(self.questionnaire, self.answers) if one.key in self.answers)


def in_profile(customer: Customer, question: Question) -> str:
    """The answer that the customer's own field already gives, empty when it gives none."""
    match question.keeps:
        case "birthday":
            return birthday_text(customer.birthday) if customer.birthday else ""
        case "sex":
            return customer.sex
        case "city":
            return customer.city
        case "email":
            return customer.email
        case _:
            return ""


def with_answer(customer: Customer, question: Question, canonical: str) -> Customer:
    """The customer with the answer in the field that keeps it."""
    match question.keeps:
        case "birthday":
            return replace(customer, birthday=birthday_from(canonical))
        case "sex":
            return replace(customer, sex=canonical)
        case "city":
            return replace(customer, city=canonical)
        case "email":
            return replace(customer, email=canonical)
        case _:
            return customer


def answers_known(questionnaire: Questionnaire, customer: Customer, own: Mapping[str, Given]) -> dict[str, str]:
    """What is known of the person: the profile's word where it has one, else what was said here; what parses only.

    What was said to a question of another kind is no answer to this one.
    """
    questions = {one.key: one for one in questionnaire.questions}
    said = {key: one.value for key, one in own.items() if key in questions and one.kind is questions[key].kind}
    profile = {key: in_profile(customer, one) for key, one in questions.items()}
    return standing(questionnaire, said) | standing(questionnaire, profile)
