"""A phone that was silent for long may have a new owner: a birthday opens spending again (domain section 2)."""

from bot.flow import Again, Answers, Done, Flow, Next
from bot.messages import Say
from bot.questions import day_and_month, words
from bot.talk import Talk
from bot.words import refused, say
from core.customers.actions import confirm_by_birthday
from core.shared.refusals import Refusal

BIRTHDAY = day_and_month("birthday", words("birthday.ask"))


def _settle(said: Answers, talk: Talk) -> Next:
    confirmed = confirm_by_birthday(talk.work, customer=talk.owner, birthday=said[BIRTHDAY])
    if isinstance(confirmed, Refusal):
        return Again(refused(confirmed))
    return Done((Say(say("birthday.done")),))


CONFIRM: Flow[Talk] = Flow("birthday", (BIRTHDAY,), _settle)
FLOWS = (CONFIRM,)
