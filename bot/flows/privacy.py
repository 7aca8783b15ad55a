"""My data and forget me: each in at most three taps."""

import json
from datetime import timedelta

from bot.flow import Answers, Done, Flow, Next
from bot.flows.consent import writing_key
from bot.flows.keys import key
from bot.flows.weekly import profiling_key
from bot.messages import Reply, Say, SendFile
from bot.questions import choice, fixed, words
from bot.talk import Talk
from bot.words import say
from core.cards.actions import forget
from core.sales.export import export

FILE_HOURS = 24

SURE = choice(
    "sure",
    words("forget.ask"),
    fixed(("no", say("forget.no")), ("yes", say("forget.yes"))),
)


def my_data(talk: Talk) -> Reply:
    """All that is kept about the person, as a file that lives for a day under a name nobody can guess."""
    work, customer = talk.work, talk.owner
    told = {**export(work, customer=customer), "quiet_about_sales": work.quiet.asked(customer.id)}
    text = json.dumps(told, ensure_ascii=False, indent=2)
    until = work.now + timedelta(hours=FILE_HOURS)
    media = work.files.keep(text.encode(), "application/json", customer.id, until)
    return SendFile(
        media,
        "kartka-my-data.json",
        "application/json",
        say("data.file", n=FILE_HOURS),
        until,
        (writing_key(talk), profiling_key(talk), key("forget")),
    )


def _settle(said: Answers, talk: Talk) -> Next:
    if said[SURE] == "no":
        return Done((Say(say("forget.kept")),))
    forget(talk.work, customer=talk.owner, channel=talk.known.address.channel)
    return Done((Say(say("forget.done")),))


FORGET: Flow[Talk] = Flow("forget", (SURE,), _settle)
FLOWS = (FORGET,)
