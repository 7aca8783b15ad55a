"""Verbs about questionnaires: answer, edit, publish a version, welcome whoever has completed it."""

from dataclasses import dataclass, replace
from typing import Any

from core.cards.actions import issue_card
from core.cards.model import Card, CardState, moved
from core.customers.actions import customer_of
from core.customers.model import Customer, KnownAddress
from core.ledger.actions import give
from core.ledger.model import Kind as LedgerKind
from core.shared.events import QuestionAnswered, QuestionnairePublished, SpendingOpened
from core.shared.refusals import Conflict, Invalid, Unknown
from core.shared.values import CustomerId, StoreId
from core.surveys.data import questionnaire_from
from core.surveys.model import Given, Kind, Question, Questionnaire
from core.surveys.ports import Opened, SurveyWork
from core.surveys.progress import Standing, answers_known, in_profile, with_answer
from core.surveys.reading import parse_answer

REWARD = "reward"
"""The ledger's source for points of questionnaires; its key is `<customer>:<what for>`."""
WELCOME = "welcome"
QUESTION = "question"
GATE_CHUNK = 2_000
"""Cards judged in one transaction: a till never waits for more than one chunk."""

JUDGED_CHUNK = 500
"""People, or changes of them, in one transaction: some milliseconds, however often."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """What completing brought: whether it opened spending, and the points paid for it (0: paid before, or none)."""

    opened: bool = False
    points: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is kept, the points paid for it, and what it brought."""

    canonical: str
    points: int
    welcome: Welcome


def current(work: SurveyWork) -> Questionnaire:
    """The questionnaire as it can be asked now: without a question about stores where there are none."""
    newest = work.questionnaires.newest()
    return newest if work.stores.all() else newest.without(Kind.STORE)


def standing_of(work: SurveyWork, *, customer: Customer) -> Standing:
    """Where the person stands: what is asked of them, what they said, what their profile already tells."""
    questionnaire, own = current(work), work.answers.of(customer.id)
    known = answers_known(questionnaire, customer, own)
    return Standing(questionnaire, work.programme.gate_questions, own, known)


def answer(work: SurveyWork, *, customer: Customer, key: str, said: str) -> Answered:
    """The answer is kept, in the profile too where the question says so; its points are paid once.

    The last answer that the gate wants makes the card `active` in the same work. A birthday can be put right until the
    questionnaire is complete. Raises Unknown (`unknown-question`), Invalid (`answer-<kind>`), Conflict
    (`birthday-at-till`, `person-unconfirmed`).
    """
    customer, question, canonical = _read(work, customer, key, said)
    stands = standing_of(work, customer=customer)
    _must_not_move(customer, question, canonical, still_open=key in stands.own and not stands.complete)
    _keep(work, customer, question, stands.questionnaire.version, canonical)
    paid = question.points if _reward(work, customer.id, question.points, QUESTION, key) else 0
    return Answered(canonical, paid, welcome(work, customer=customer))


def edit(work: SurveyWork, *, customer: Customer, key: str, said: str) -> str:
    """An answer given earlier is another one now; nothing is paid. The canonical text is returned.

    Raises as `answer`, and Unknown (`no-answer`) where there is nothing to change.
    """
    customer, question, canonical = _read(work, customer, key, said)
    stands = standing_of(work, customer=customer)
    if key not in stands.answers:
        raise Unknown("no-answer", question=key)
    _must_not_move(customer, question, canonical, still_open=False)
    _keep(work, customer, question, stands.questionnaire.version, canonical)
    welcome(work, customer=customer)
    return canonical


def give_card(work: SurveyWork, *, customer: Customer, known: KnownAddress) -> Card:
    """The customer has a card (`issue_card`), `active` at once where nothing of the gate is missing."""
    card = issue_card(work, customer=customer, known=known)
    welcome(work, customer=customer)
    return work.cards.get(card.id) or card


def welcome(work: SurveyWork, *, customer: Customer) -> Welcome:
    """Whoever has answered all that the gate wants spends from now on, and is paid `welcome_points` once.

    Without a card nothing happens yet: `issue_card` comes first.
    """
    customer = customer_of(work, customer.id)
    card = work.cards.of(customer.id)
    stands = standing_of(work, customer=customer)
    if card is None or not stands.passed:
        return Welcome()
    opened = _activated(work, card)
    points = work.programme.welcome_points
    paid = stands.complete and _reward(work, customer.id, points, WELCOME, WELCOME)
    return Welcome(opened, points if paid else 0)


def publish(work: SurveyWork, *, data: Any, actor: str, seen: int | None = None) -> Questionnaire:
    """The questionnaire in the data is what is asked from now on, as the next version.

    `seen`: the version it was made from; Conflict (`questionnaire-changed`) where that is no longer the newest, and
    (`questionnaire-same`) where nothing is other than there.

    Who passes its gate without another answer spends once `open_some` has come to their card.
    Raises Invalid (`bad-questionnaire`) with the place of a mistake, also when it lacks a question of the gate's list.
    """
    read = questionnaire_from(data)
    for key in work.programme.gate_questions:
        if read.question(key) is None:
            raise Invalid("questions", "bad-questionnaire", why=f"gate_questions names {key}, which is not asked")
    newest = work.questionnaires.newest()
    if seen is not None and newest.version != seen:
        raise Conflict("questionnaire-changed")
    if seen is not None and newest.questions == read.questions:
        raise Conflict("questionnaire-same")
    made = replace(read, version=newest.version + 1)
    work.questionnaires.add(made, actor, work.now)
    work.record(QuestionnairePublished(made.version, actor))
    return made


def open_some(work: SurveyWork, *, after: str = "", limit: int = GATE_CHUNK) -> Opened:
    """Whoever passes the gate as it is now spends, among the next `limit` cards that wait: after it was changed.

    The edge commits each chunk and goes on `after` it; begun anew from the start, it finds only what was left.
    """
    rules = work.programme
    return work.gate.open_some(current(work), rules.gate_questions, rules.welcome_points, work.now, after, limit)


def judge_some(work: SurveyWork, *, limit: int = JUDGED_CHUNK) -> bool:
    """Who has completed what is asked now is known of some more people; whether there was anybody to judge."""
    return work.completions.judge_some(current(work), work.programme.gate_questions, limit)


def book_rewards(work: SurveyWork, *, limit: int) -> int:
    """Rewards that were written down for many at once are in the ledger; how many this time, at most `limit`."""
    waiting = work.rewards.unbooked(limit)
    for customer, name, points in waiting:
        _book(work, customer, name, points)
    return len(waiting)


def _reward(work: SurveyWork, customer: CustomerId, points: int, source: str, key: str) -> bool:
    if not work.rewards.pay(customer, points, source, key):
        return False
    _book(work, customer, key if source == key else f"{source}:{key}", points)
    return True


def _book(work: SurveyWork, customer: CustomerId, name: str, points: int) -> None:
    kind = LedgerKind.WELCOME if name == WELCOME else LedgerKind.QUESTION
    owner = customer_of(work, customer).id
    give(work, kind, customer=owner, points=points, source=REWARD, key=f"{customer}:{name}")


def _read(work: SurveyWork, customer: Customer, key: str, said: str) -> tuple[Customer, Question, str]:
    work.customers.lock([customer.id])
    customer = customer_of(work, customer.id)
    question = current(work).question(key)
    if question is None:
        raise Unknown("unknown-question", question=key)
    canonical = parse_answer(question, said, today=work.now.astimezone(work.programme.timezone).date())
    if isinstance(canonical, Invalid):
        raise canonical
    if question.kind is Kind.STORE and work.stores.get(StoreId(canonical)) is None:
        raise Invalid(key, "answer-store")
    return customer, question, canonical


def _must_not_move(customer: Customer, question: Question, canonical: str, *, still_open: bool) -> None:
    """A birthday opens spending on a silent phone and brings presents: once it counts, only a till changes it."""
    if customer.spend_lock:
        raise Conflict("person-unconfirmed")
    known = in_profile(customer, question) if question.keeps == "birthday" else ""
    if known and known != canonical and not still_open:
        raise Conflict("birthday-at-till")


def _keep(work: SurveyWork, customer: Customer, question: Question, version: int, canonical: str) -> None:
    work.answers.put(customer.id, question.key, Given(canonical, question.kind, version, work.now))
    fresh = with_answer(customer, question, canonical)
    if fresh != customer:
        work.customers.save(fresh)
    work.record(QuestionAnswered(customer.id, question.key, version))


def _activated(work: SurveyWork, card: Card) -> bool:
    if card.state is not CardState.ISSUED:
        return False
    work.cards.save(moved(card, "activate"))
    work.record(SpendingOpened(card.customer, card.id))
    return True
