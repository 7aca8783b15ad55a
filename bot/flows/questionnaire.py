"""The questionnaire: questions made of data, each answer kept at once, so that it goes on whenever and wherever."""

from collections.abc import Sequence
from dataclasses import replace

from bot.flow import SKIPPED, Again, Answers, Done, Flow, Go, Next, Question
from bot.flows.keys import key
from bot.messages import Button, Reply, Say, ShowCard
from bot.questions import choice, fixed
from bot.surveys import Asker
from bot.talk import Talk
from bot.words import Verbatim, Words, refused, say
from core.shared.refusals import Refusal
from core.surveys.actions import answer, edit, standing_of
from core.surveys.model import Kind
from core.surveys.model import Question as Asked
from core.surveys.progress import Standing, asked, progress

FILL, EDIT = "questionnaire", "answers"
_WHICH = ":which"
"""The question that no marketer can name: which answer to change."""


def fill_flow(talk: Talk) -> Flow[Talk]:
    """Every question of the newest version, in order, asked where its condition holds."""
    stands, asker = standing_of(talk.work, customer=talk.owner), Asker.of(talk)

    def made(one: Asked) -> Question[str]:
        def text(said: Answers) -> Words:
            come = progress(stands.questionnaire, said.kept)
            return say("survey.ask", title=one.title[asker.language], done=come.done, of=come.of)

        return replace(
            asker.question(one, text, stands.answers), when=lambda said: one in asked(stands.questionnaire, said.kept)
        )

    return Flow(FILL, tuple(made(one) for one in stands.questionnaire.questions), _finish, each=_keep, leave="later")


def edit_flow(talk: Talk) -> Flow[Talk]:
    """Which answer, then its question again."""
    stands, asker = standing_of(talk.work, customer=talk.owner), Asker.of(talk)
    lines = "\n".join(f"{one.name[asker.language]}: {asker.shown(one, stands)}" for one in stands.answered)
    which = choice(
        _WHICH,
        lambda said: say("survey.change", list=lines),
        fixed(*((one.key, Verbatim(one.name[asker.language])) for one in _changeable(stands))),
    )

    def made(one: Asked) -> Question[str]:
        words = say("survey.again", title=one.title[asker.language], now=asker.shown(one, stands))
        plain = asker.question(one, lambda said: words, stands.answers)
        return replace(plain, optional=False, when=lambda said: said.seed(_WHICH) == one.key)

    return Flow(EDIT, (which, *(made(one) for one in _changeable(stands))), _change)


def fill(talk: Talk) -> Next:
    """The first question without an answer; where there is none, the answers to look at."""
    if talk.owner.spend_lock:
        return Done((Say(say("register.locked"), (key("card"),)),))
    stands = standing_of(talk.work, customer=talk.owner)
    if stands.open:
        return Go(FILL, _seed(stands))
    return change(talk)


def change(talk: Talk) -> Next:
    """The answers, and which of them to change. Several options stand ticked as they were chosen."""
    stands = standing_of(talk.work, customer=talk.owner)
    if talk.owner.spend_lock or not _changeable(stands):
        return Done((Say(say("register.locked" if talk.owner.spend_lock else "survey.nothing"), (key("card"),)),))
    several = (one for one in _changeable(stands) if one.kind is Kind.CHOICES)
    return Go(EDIT, {one.key: Asker.ticked(stands.answers[one.key]) for one in several})


def useful(talk: Talk) -> tuple[str, ...]:
    """The actions that stand in the menu: to go on while something is left to answer, to change what was."""
    customer = talk.customer
    if customer is None or customer.spend_lock:
        return ()
    stands = standing_of(talk.work, customer=customer)
    return (*([FILL] if stands.open else []), *([EDIT] if _changeable(stands) else []))


def offered(talk: Talk, card: ShowCard) -> ShowCard:
    """The card's message with the offer to open spending, where the gate still wants answers."""
    stands = standing_of(talk.work, customer=talk.owner)
    if stands.passed or talk.owner.spend_lock or not isinstance(card.text, Words):
        return card
    text = say("survey.offer", card=card.text, n=len(stands.missing))
    return replace(card, text=text, buttons=(key(FILL), *card.buttons))


def offer_keys(talk: Talk) -> tuple[Button, ...]:
    """The button of the offer once more under the words that follow the card: Viber shows only the last keys."""
    customer = talk.customer
    waits = customer is not None and not customer.spend_lock and talk.card is not None
    return (key(FILL),) if waits and not standing_of(talk.work, customer=talk.owner).passed else ()


def go_on_answering(talk: Talk, card: ShowCard) -> Next:
    """Somebody known came to another channel: the half-finished questionnaire goes on there, else it is offered."""
    stands = standing_of(talk.work, customer=talk.owner)
    if stands.own and stands.missing:
        return Go(FILL, _seed(stands), (card,))
    return Done((offered(talk, card),))


def _seed(stands: Standing) -> dict[str, str]:
    """What is known, so that it is not asked; what was passed over waits until nothing required is left."""
    seed = dict(stands.answers)
    if all(one.optional for one in stands.open):
        return seed
    questions = asked(stands.questionnaire, stands.answers)
    last = max((place for place, one in enumerate(questions) if one.key in stands.own), default=0)
    return {one.key: SKIPPED for one in questions[:last] if one.optional} | seed


def _keep(said: Answers, question: Question[str], talk: Talk) -> Sequence[Reply] | Again:
    try:
        given = answer(talk.work, customer=talk.owner, key=question.key, said=said[question])
    except Refusal as refusal:
        return Again(refused(refusal))
    brought = given.welcome
    points = say("points.count", n=brought.points)
    if brought.opened:
        return (Say(say("survey.opened-with", points=points) if brought.points else say("survey.opened")),)
    return (Say(say("survey.thanks-with", points=points)),) if brought.points else ()


def _finish(said: Answers, talk: Talk) -> Next:
    del said
    return Done((Say(say("survey.finished"), (key("card"), key(EDIT))),))


def _change(said: Answers, talk: Talk) -> Next:
    chosen = said.seed(_WHICH)
    try:
        edit(talk.work, customer=talk.owner, key=chosen, said=said.seed(chosen))
    except Refusal as refusal:
        return Again(refused(refusal))
    return Done((Say(say("survey.changed"), (key("card"), key(EDIT))),))


def _changeable(stands: Standing) -> tuple[Asked, ...]:
    """All but the birthday, which only a till changes."""
    return tuple(one for one in stands.answered if one.keeps != "birthday")
