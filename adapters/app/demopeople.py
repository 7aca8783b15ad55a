"""The demo shop's people of the last weeks: they came by the chat, got a card, and answered or left off.

This month's go the way of everybody: what they say is handled by the talk itself, at the hour at which they said it.
Of those who came before, the verbs behind the talk are enough.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, TypeVar

from adapters.chat.channel import BOT, NAME, WebChannel
from adapters.db.engines import Engine
from adapters.db.lanes import do_now
from adapters.db.outside import Outside
from adapters.db.work import DbWork
from adapters.delivery.handling import Handled, handle_next
from bot.flows.questionnaire import FILL
from bot.messages import Ask, Button
from bot.ports import Letter, RawEvent, Sent
from core.customers.actions import agree, customer_of, meet, prove_phone, subscription
from core.customers.model import Purpose
from core.shared.values import Address, Phone
from core.surveys.actions import answer, give_card, standing_of

KNOWN = range(130, 300)
"""Of the customers' phones, those whose cards are older than a month."""
_NEW, _PLASTIC, _STRANGERS = range(100, 130), range(41, 51), range(400, 420)
"""This month's: whom the shop knew by their phones, owners of old cards, and people whom it has never seen."""
_MONTH, _BEFORE = 30, 15
_CAME_BY = ("poster", "till", "leaflet", "friend")
_AGREED, _ANSWERED, _ANSWERED_LONG_AGO, _LEFT, _SILENT = 0.9, 0.75, 0.4, 0.12, 0.6
"""Shares of those who let the shop write to them, who begin the questionnaire (or have completed it), who leave at any
one step, and who give no address."""
_NAMES = ("Оксана", "Петро", "Ірина", "Богдан", "Людмила", "Назар", "Єва", "Максим")
T = TypeVar("T")


class Then:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The instant."""
        return self.now


@dataclass(frozen=True, slots=True)
class Past:
    """The house as it was at an instant; what it sent then has come."""

    engine: Engine
    outside: Outside
    then: Then
    now: datetime

    @classmethod
    def of(cls, engine: Engine, outside: Outside) -> "Past":
        """Of this house, until now."""
        now = outside.clock()
        then = Then(now)
        return cls(engine, replace(outside, clock=then), then, now)

    def do(self, at: datetime, job: Callable[[DbWork], T]) -> T:
        """One work at the instant."""
        self.then.now = at

        def whole(work: DbWork) -> T:
            made = job(work)
            for letter in work.outbox.added:
                work.outbox.settle(letter.id, Sent(), at)
            return made

        return do_now(self.engine, self.outside, whole)


def phone_of(number: int) -> Phone:
    """The phone of a person of the demo."""
    return Phone(f"+38067000{number:04d}")


def came(outside: Outside) -> Mapping[int, datetime]:
    """When each of them wrote for the first time, the earliest first."""
    zone, chance = outside.programme.timezone, random.Random("came")
    today = outside.clock().astimezone(zone).date()

    def at(days: float) -> datetime:
        hour = time(chance.randrange(9, 21), chance.randrange(60), chance.randrange(60))
        return datetime.combine(today - timedelta(days=int(days)), hour, zone)

    found = {number: at(_MONTH + 1 + chance.random() * _BEFORE) for number in KNOWN}
    # The month's are the more the nearer: a poster hangs at one more till every week.
    found |= {number: at(1 + chance.random() ** 1.6 * (_MONTH - 2)) for number in (*_NEW, *_PLASTIC, *_STRANGERS)}
    return dict(sorted(found.items(), key=lambda pair: (pair[1], pair[0])))


def come(past: Past, some: Mapping[int, datetime]) -> None:
    """These people have come, each at their hour."""
    for number, at in some.items():
        if number in KNOWN:
            past.do(at, partial(_joined, number=number))
        else:
            _Visitor(past, number, at).visit()


def _joined(work: DbWork, number: int) -> None:
    chance = random.Random(number)
    met = meet(work, address=_address(number), language_hint="uk", source=chance.choice(_CAME_BY))
    known = subscription(work, known=met, subscribed=True, at=work.now)
    customer = prove_phone(work, known=known, phone=phone_of(number))
    for purpose, share in ((Purpose.TERMS, 1.0), (Purpose.MARKETING, _AGREED)):
        agree(work, customer=customer.id, purpose=purpose, given=chance.random() < share, known=known)
    give_card(work, customer=customer, known=known)
    if chance.random() > _ANSWERED_LONG_AGO:
        return
    while asked := [one for one in standing_of(work, customer=customer).open if not one.optional]:
        keys = [option.key for option in asked[0].options] or [store.id for store in work.stores.all()]
        answer(work, customer=customer, key=asked[0].key, said=chance.choice(keys))
        customer = customer_of(work, customer.id)


def _address(number: int) -> Address:
    return Address(NAME, BOT, f"demo-{number}")


class _Visitor:
    """One person, and how far their talk has come."""

    def __init__(self, past: Past, number: int, at: datetime) -> None:
        self._past, self._number, self._at = past, number, at
        self._chance = random.Random(number)
        self._address = _address(number)
        self._heard: Sequence[Letter] = ()

    def visit(self) -> None:
        """They register; most answer the questionnaire; some leave in the middle of the one or the other."""
        self._says(kind="start", language="uk", ref=self._chance.choice(_CAME_BY))
        while (ask := self._asked) is not None:
            if self._chance.random() < _LEFT:
                return
            self._registers(ask)
        if self._chance.random() > _ANSWERED:
            return
        self._says(kind="action", action=FILL)
        while (ask := self._asked) is not None:
            if self._chance.random() < _LEFT / 2:
                return
            self._answers(ask)

    @property
    def _asked(self) -> Ask | None:
        """What is open, if anything is."""
        asks = [one.reply for one in self._heard if isinstance(one.reply, Ask) and one.address == self._address]
        return asks[-1] if asks else None

    def _registers(self, ask: Ask) -> None:
        match ask.wants:
            case "phone":
                self._says(kind="phone", phone=str(phone_of(self._number)))
            case "code":
                told = next(one.reply.text for one in self._heard if one.address != self._address)
                code = re.search(r"\d{6}", self._past.outside.texts.say(told, self._heard[-1].language))
                assert code is not None, "a code by SMS has six digits"
                self._says(kind="text", text=code.group())
            case "choice":
                agrees = self._chance.random() < _AGREED
                self._presses(next(one for one in ask.buttons if one.action.endswith(":yes") is agrees))
            case _:
                self._says(kind="text", text=self._chance.choice(_NAMES))

    def _answers(self, ask: Ask) -> None:
        skip = [one for one in ask.controls if one.action == "skip"]
        done = [one for one in ask.buttons if one.action.endswith(":done")]
        if done:  # something is ticked
            self._presses(done[0])
        elif ask.buttons:
            self._presses(self._chance.choice(ask.buttons))
        elif skip and self._chance.random() < _SILENT:
            self._presses(skip[0])
        elif skip:
            self._says(kind="text", text=f"person{self._number}@example.com")
        else:
            day, month, year = (self._chance.randrange(*ends) for ends in ((1, 29), (1, 13), (1960, 2004)))
            self._says(kind="text", text=f"{day:02d}.{month:02d}.{year}")

    def _presses(self, button: Button) -> None:
        self._says(kind="action", action=button.action)

    def _says(self, **body: Any) -> None:
        self._at += timedelta(seconds=self._chance.randrange(4, 25))
        event = RawEvent(self._address, self._past.outside.new_id(), body)
        handled = self._past.do(self._at, partial(_handled, event=event))
        self._heard = handled.letters


def _handled(work: DbWork, event: RawEvent) -> Handled:
    work.inbox.add(event, work.now)
    handled = handle_next(work, WebChannel(), event.address, {})
    assert isinstance(handled, Handled), "nobody of the demo sends photos"
    return handled
