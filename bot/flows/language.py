"""Another language in two taps."""

from bot.flow import Answers, Done, Flow, Next
from bot.messages import Say
from bot.questions import choice, fixed, words
from bot.talk import Talk
from bot.words import say
from core.customers.actions import choose_language
from core.shared.values import Language

LANGUAGE = choice(
    "language",
    words("language.ask"),
    fixed(*((language.value, say(f"language.{language.value}")) for language in Language)),
)


def _settle(said: Answers, talk: Talk) -> Next:
    talk.known = choose_language(talk.work, known=talk.known, language=Language(said[LANGUAGE]))
    return Done((Say(say("language.done")),))


CHOOSE_LANGUAGE: Flow[Talk] = Flow("language", (LANGUAGE,), _settle, aside=True)
FLOWS = (CHOOSE_LANGUAGE,)
