"""The conversation: one thing said in, an answer out; menu, back, cancel, help, stop and language work everywhere."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialog import Dialog
from bot.flow import (
    Again,
    Answers,
    Asked,
    Done,
    Finished,
    Flow,
    Go,
    Next,
    Reading,
    advance,
    again,
    back,
    open_flow,
    resume,
    skip,
)
from bot.flows.keys import key, keyboard_of
from bot.flows.shops import near, shops
from bot.messages import (
    Answer,
    Ask,
    Blocked,
    Button,
    Incoming,
    Pressed,
    Reply,
    Said,
    Say,
    SharedPhone,
    SharedPhoto,
    SharedPlace,
    Started,
    Typed,
    Unblocked,
)
from bot.ports import BotWork
from bot.questions import fold
from bot.routes import BUILT, CONTROLS, FLOWS, OF_ANYBODY, OF_ONE, ROUTES, begin, registration, show_menu
from bot.talk import Talk
from bot.words import Text, Words, refused, say
from core.customers.actions import meet, seen, subscription
from core.shared.refusals import Refusal

_MOST_STEPS = 8
"""Flows that may follow one another in one turn; more would be a loop."""


def handle(work: BotWork, incoming: Incoming, received_at: datetime) -> Answer:
    """The answer to what was said; state is changed through `work`, which the edge commits.

    A refusal of the core becomes words here. What nobody waits for (blocked, welcomed already) has no replies.
    """
    said = incoming.said
    known = meet(
        work,
        address=incoming.address,
        language_hint=incoming.language_hint,
        name_hint=incoming.name_hint,
        source=said.source if isinstance(said, Started) else None,
        level=incoming.level,
    )
    at = incoming.at or work.now
    if isinstance(said, Blocked):
        subscription(work, known=known, subscribed=False, at=at)
        return Answer([], ())
    if not known.subscribed and not (isinstance(said, Started) and not said.reachable):
        known = subscription(work, known=known, subscribed=True, at=at)
    talk = Talk(work, known)
    customer = talk.customer
    if customer is not None:
        seen(work, customer)
    if isinstance(said, Unblocked) or (isinstance(said, Started) and (said.greeted or not said.reachable)):
        return Answer([], ())
    dialog = work.dialogs.of(known.address, known.customer)
    turn = _Turn(talk, dialog)
    try:
        replies = turn.take(said)
    except Refusal as refusal:
        replies = turn.end([Say(refused(refusal), (key("card") if talk.card else key("start"), key("menu")))])
    talk.renew()
    if not talk.erased:
        work.dialogs.save(talk.known.address, talk.known.customer, turn.dialog)
    slow = any(flow in FLOWS and FLOWS[flow].slow for flow in (dialog.flow, turn.dialog.flow))
    wait = timedelta(milliseconds=work.programme.restore_answer_ms) if slow else None
    return Answer(replies, keyboard_of(talk.card), received_at + wait if wait else None)


class _Turn:
    """One turn while it is being decided: the talk, and the dialog as it becomes."""

    def __init__(self, talk: Talk, dialog: Dialog) -> None:
        self.talk = talk
        self.dialog = dialog

    def take(self, said: Said) -> list[Reply]:
        """What is said to this, and the dialog after it."""
        match said:
            case Started():
                return self._ask_open() if self._is_open() else self._follow(begin(self.talk))
            case Pressed(action):
                return self._pressed(action)
            case Typed(text):
                return self._typed(text)
            case SharedPhone() | SharedPhoto() | SharedPlace():
                return self._shared(said)
            case Blocked() | Unblocked():
                return []

    def end(self, replies: list[Reply]) -> list[Reply]:
        """Nothing is open any more but what was set aside, which is asked again."""
        paused, turn = self.dialog.paused, self.dialog.turn
        self.dialog = replace(paused, turn=turn) if paused is not None else Dialog(turn=turn)
        if not self._is_open():
            return replies
        self.talk.renew()
        return [*replies, *self._ask_open()]

    def _is_open(self) -> bool:
        return self.dialog.flow in FLOWS or self.dialog.flow in BUILT

    def _flow(self, name: str = "") -> Flow[Talk]:
        """The flow of this name, else the open one."""
        name = name or self.dialog.flow
        return BUILT[name](self.talk) if name in BUILT else FLOWS[name]

    def _pressed(self, action: str) -> list[Reply]:
        if action in ROUTES or action in CONTROLS:
            return self._command(action)
        if action.startswith("shops"):
            return [shops(self.talk, action.removeprefix("shops"))]
        turn, _, value = action.partition(":")
        if turn in OF_ONE and (turn in OF_ANYBODY or self.talk.card is not None):
            return self._aside(OF_ONE[turn](self.talk, value))
        if not self._is_open() or turn != f"q{self.dialog.turn}":
            return self._old_button()
        return self._advance(Pressed(value))

    def _typed(self, text: str) -> list[Reply]:
        action = self.talk.work.texts.typed().get(fold(text))
        if action is not None:
            return self._command(action)
        if self._is_open():
            return self._advance(Typed(text))
        if self.talk.known.customer is None and self.talk.work.phones.read(text) is not None:
            return self._answer_registration(Typed(text))
        return self._lost()

    def _shared(self, said: SharedPhone | SharedPhoto | SharedPlace) -> list[Reply]:
        flow = self._flow() if self._is_open() else None
        question = flow.question(self.dialog.asked) if flow is not None else None
        wanted = question.wants if question is not None else ""
        match said:
            case SharedPlace(place):
                return [near(self.talk, place)]
            case SharedPhone() if wanted != "phone" and self.talk.known.customer is None:
                return self._answer_registration(said)
            case SharedPhone() if wanted != "phone":
                return self._own_phone_again(said)
            case SharedPhoto() if wanted != "photo":
                step = ROUTES["restore"](self.talk)
                if not (isinstance(step, Go) and step.flow == "restore"):
                    return self._follow(step)
                self._follow(step)
                return self._advance(said)
        return self._advance(said)

    def _answer_registration(self, said: Said) -> list[Reply]:
        """A phone came before it was asked for: it answers the question that registration begins with."""
        self._follow(registration(self.talk))
        return self._advance(said)

    def _own_phone_again(self, said: SharedPhone) -> list[Reply]:
        """A customer shares a phone: their own shows the card, another changes nothing (reliability.md, threat 16)."""
        own = said.own and said.phone is not None and said.phone == self.talk.owner.phone
        return self._follow(begin(self.talk)) if own else [Say(say("phone.differs"), (key("menu"),))]

    def _command(self, action: str) -> list[Reply]:
        if action in {"cancel", "later"}:
            words = "flow.paused" if self._is_open() and self._flow().leave == "later" else "flow.cancelled"
            return self.end([Say(say(words), (key("card") if self.talk.card else key("start"), key("menu")))])
        if action in {"back", "skip"}:
            return self._step_aside(action)
        was = self.dialog
        replies = self._aside(ROUTES[action](self.talk))
        return [*replies, *self._ask_open()] if action == "help" and self.dialog is not was and was.open else replies

    def _aside(self, step: Next) -> list[Reply]:
        """A look at the menu, the card or help does not lose the place: the question stays open."""
        was = self.dialog
        replies = self._follow(step)
        if not self.dialog.open and was.open:
            self.dialog = replace(was, lost=0)
        return replies

    def _step_aside(self, action: str) -> list[Reply]:
        if not self._is_open():
            return self._follow(show_menu(self.talk))
        flow = self._flow()
        step = back(flow, self.dialog) if action == "back" else skip(flow, self.dialog)
        if step is None and action == "back" and flow.before:
            return self._follow(ROUTES[flow.before](self.talk))
        if step is None:
            return self._ask_open(say("flow.nothing-before" if action == "back" else "flow.not-optional"))
        return self._step(step)

    def _advance(self, said: Said) -> list[Reply]:
        reading = Reading(self.talk.work.phones, self.dialog.nonce, self._say, self.talk.known.language)
        flow = self._flow()
        step = advance(flow, self.dialog, said, reading)
        if flow.each is None or step.last is None:
            return self._step(step)
        given = step.answers if isinstance(step, Finished) else Answers(step.dialog.answers)
        told = flow.each(given, step.last, self.talk)
        if isinstance(told, Again):
            return [self._open(again(flow, replace(self.dialog, answers=given.kept), step.last, told.reason))]
        return [*told, *self._step(step)]

    def _step(self, step: Asked | Finished) -> list[Reply]:
        if isinstance(step, Asked):
            return [self._open(step)]
        flow = self._flow()
        settled = flow.then(step.answers, self.talk)
        if isinstance(settled, Again):
            if step.last is None:
                return self.end([Say(settled.reason, (key("menu"),))])
            kept = replace(self.dialog, answers=step.answers.kept)
            return [self._open(again(flow, kept, step.last, settled.reason))]
        return self._follow(settled)

    def _follow(self, step: Next) -> list[Reply]:
        """What a route or a finished flow leads to, flow after flow, until a question is open or all is said."""
        replies: list[Reply] = []
        for _ in range(_MOST_STEPS):
            if isinstance(step, Again):
                raise RuntimeError("a route has no question to ask again")
            replies += step.replies
            if isinstance(step, Done):
                return self.end(replies)
            flow = self._flow(step.flow)
            opened = open_flow(flow, self.dialog, step.seed)
            if isinstance(opened, Asked):
                return [*replies, self._open(opened)]
            self.dialog = Dialog(step.flow, turn=self.dialog.turn)
            step = flow.then(opened.answers, self.talk)
        raise RuntimeError(f"flows follow one another without end, the last is {self.dialog.flow}")

    def _open(self, asked: Asked) -> Ask:
        """The question as a message: its options, and the ways around it."""
        question, dialog = asked.question, asked.dialog
        nonce = dialog.nonce
        if question.wants == "phone" and (not nonce or asked.reason is None):
            nonce = self.talk.work.chance.token()[:22]
        self.dialog = replace(dialog, nonce=nonce if question.wants == "phone" else "", lost=0)
        said, flow = Answers(dialog.answers), self._flow()
        buttons = [
            Button(option.label, action=f"q{dialog.turn}:{option.value}", style=option.style, wide=option.wide)
            for option in question.options(said)
        ]
        if question.wants == "phone":
            buttons.insert(0, Button(say("button.share-phone"), "phone", action=f"phone:{nonce}", style="primary"))
        controls = [
            *([key("back", wide=False)] if flow.before or any(one.key in dialog.answers for one in flow.asks) else []),
            *([key("skip", wide=False)] if question.optional else []),
            *([key(flow.leave, wide=False)] if flow.name != "register" else []),
        ]
        return Ask(
            question.text(said), asked.reason, tuple(buttons), tuple(controls), question.wants, self.dialog.nonce
        )

    def _ask_open(self, reason: Words | None = None) -> list[Reply]:
        step = resume(self._flow(), self.dialog)
        if isinstance(step, Asked):
            return [self._open(replace(step, reason=reason))]
        return self._step(step)

    def _old_button(self) -> list[Reply]:
        """A button of an earlier turn, or of nobody: said so, with what is open now or the menu."""
        if self._is_open():
            return self._ask_open(say("flow.old-button"))
        step = show_menu(self.talk)
        return [Say(say("flow.old-button")), *step.replies] if isinstance(step, Done) else []

    def _lost(self) -> list[Reply]:
        """Not understood: one short hint and the menu; the second time in a row, a human."""
        self.dialog = replace(self.dialog, lost=self.dialog.lost + 1)
        first = key("card") if self.talk.card else key("start")
        if self.dialog.lost < 2:
            return [Say(say("lost.hint"), (first, key("menu")))]
        phone = self.talk.work.programme.support_phone
        return [Say(say("lost.call", phone=phone) if phone else say("lost.human"), (first, key("shops"), key("menu")))]

    def _say(self, text: Text) -> str:
        return self.talk.work.texts.say(text, self.talk.known.language)
