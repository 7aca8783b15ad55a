"""The questions of a questionnaire as a person would be asked them, for whoever looks before it is published."""

from collections.abc import Sequence
from datetime import date

from bot.flow import Answers
from bot.flows.keys import key
from bot.messages import Ask, Button
from bot.surveys import Asker
from bot.words import Words, say
from core.shared.values import Language
from core.stores.model import Store
from core.surveys.model import Question, Questionnaire

_NOTHING = Answers({})


def previews(
    questionnaire: Questionnaire, *, language: Language, today: date, stores: Sequence[Store]
) -> Sequence[tuple[Question, Ask]]:
    """Each question with its message, as if everything before it were answered."""
    asker, of = Asker(language, today, tuple(stores)), len(questionnaire.questions)
    found = []
    for done, one in enumerate(questionnaire.questions):
        text = say("survey.ask", title=one.title[language], done=done, of=of)

        def asking(said: Answers, text: Words = text) -> Words:
            del said
            return text

        question = asker.question(one, asking, {})
        buttons = [
            Button(option.label, action=f"q0:{option.value}", style=option.style, wide=option.wide)
            for option in question.options(_NOTHING)
        ]
        controls = [
            *([key("back", wide=False)] if done else []),
            *([key("skip", wide=False)] if one.optional else []),
            key("later", wide=False),
        ]
        found.append((one, Ask(text, None, tuple(buttons), tuple(controls), question.wants)))
    return found
