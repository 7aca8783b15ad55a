"""An old plastic card comes back: its number typed or photographed, then proven by a code or at a till.

Every answer is the same, and as slow, whether the number exists or not (domain section 3).
"""

from bot.flow import Again, Answers, Done, Flow, Go, Next
from bot.flows.keys import card_reply
from bot.messages import Say
from bot.questions import card_number, one_time_code, words
from bot.talk import Talk
from bot.words import refused, say
from core.cards.model import Card
from core.cards.plastic import claim_plastic, prove_plastic
from core.shared.refusals import Refusal
from core.surveys.joining import bring_back

NUMBER = card_number("number", words("restore.ask-number"))
CODE = one_time_code("code", words("restore.ask-code"))


def _claim(said: Answers, talk: Talk) -> Next:
    number = said[NUMBER]
    claimed = claim_plastic(talk.work, customer=talk.owner, known=talk.known, number=number)
    if claimed.card is not None:
        return _restored(talk, claimed.card)
    return Go("restore-code", {"number": number})


def _prove(said: Answers, talk: Talk) -> Next:
    proven = prove_plastic(
        talk.work, customer=talk.owner, known=talk.known, number=said.seed("number"), typed=said[CODE]
    )
    if isinstance(proven, Refusal):
        return Again(refused(proven)) if proven.code == "wrong-code" else Done((Say(refused(proven)),))
    return _restored(talk, proven)


def _restored(talk: Talk, card: Card) -> Next:
    shown = bring_back(talk.work, card=card)
    return Done((card_reply(talk.work, talk.owner, shown, say("restore.done")),))


RESTORE: Flow[Talk] = Flow("restore", (NUMBER,), _claim, slow=True)
RESTORE_CODE: Flow[Talk] = Flow("restore-code", (CODE,), _prove, slow=True, before="restore")
FLOWS = (RESTORE, RESTORE_CODE)
