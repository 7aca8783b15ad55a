"""A question of the questionnaire as one of the talk: its options as buttons, its answers as people give them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.flow import Answers, Misread, Option, Question, Reading
from bot.messages import Pressed, Said, Typed
from bot.questions import Asking, chosen, fold
from bot.talk import Talk
from bot.words import Verbatim, refused, say
from core.customers.model import birthday_from
from core.shared.refusals import Invalid
from core.shared.values import Language
from core.stores.model import Store
from core.surveys.model import Kind
from core.surveys.model import Question as Asked
from core.surveys.progress import Standing
from core.surveys.reading import HIGHEST_RATING, fits, parse_answer

_DRAFT, _BETWEEN = "?", ";"
"""Ticks so far, `?coffee;pets`: a text that no question takes for an answer."""
_DONE = ":done"
_MOST = 8
"""Cities or stores offered as buttons; any other is typed."""
_TAPPED = frozenset({Kind.CHOICE, Kind.CHOICES, Kind.STORE, Kind.RATING})
_Offer = Callable[[Answers], tuple[Option, ...]]


@dataclass(frozen=True, slots=True)
class Asker:
    """Makes questions for one person's turn: the language, the day, the stores to choose from."""

    language: Language
    today: date
    stores: tuple[Store, ...]

    @classmethod
    def of(cls, talk: Talk) -> "Asker":
        """For whoever talks now."""
        work = talk.work
        today = work.now.astimezone(work.programme.timezone).date()
        return cls(talk.known.language, today, tuple(work.stores.all()))

    @staticmethod
    def ticked(canonical: str) -> str:
        """The draft in which these options are ticked."""
        return _DRAFT + canonical.replace(",", _BETWEEN)

    def question(self, asked: Asked, text: Asking, known: Mapping[str, str]) -> Question[str]:
        """The question under the text; its answer is the canonical text. `known` are answers from before."""

        def keep_or_misread(said: str) -> str:
            canonical = parse_answer(asked, said, today=self.today)
            if isinstance(canonical, Invalid):
                raise Misread(refused(canonical))
            return canonical

        def read(said: Said, reading: Reading, offered: tuple[Option, ...]) -> str:
            if asked.kind is Kind.CHOICES:
                return self._tick(asked, said, reading, offered, keep_or_misread)
            return keep_or_misread(self._said(asked, said, reading, offered))

        def recall(kept: str) -> str:
            fit = fits(asked, kept)
            if fit is None:
                raise ValueError(f"no answer to {asked.key}")
            return fit

        wants: Literal["choice", "text"] = "choice" if asked.kind in _TAPPED else "text"
        offer = self._offer(asked, known)
        return Question(asked.key, text, read, str, recall, wants, options=offer, optional=asked.optional)

    def shown(self, asked: Asked, stands: Standing) -> str:
        """The answer in words."""
        kept = stands.answers[asked.key]
        match asked.kind:
            case Kind.CHOICE | Kind.CHOICES:
                keys = kept.split(",")
                return ", ".join(one.label[self.language] for one in asked.options if one.key in keys)
            case Kind.STORE:
                return next((one.name for one in self.stores if one.id == kept), kept)
            case Kind.DATE:
                return f"{birthday_from(kept):%d.%m}" if kept.startswith("--") else f"{birthday_from(kept):%d.%m.%Y}"
            case _:
                return kept

    def _offer(self, asked: Asked, known: Mapping[str, str]) -> _Offer:
        match asked.kind:
            case Kind.CHOICE:
                made = tuple(Option(one.key, Verbatim(one.label[self.language])) for one in asked.options)
                return lambda said: made
            case Kind.CHOICES:
                return lambda said: self._ticks(asked, _ticked(said.seed(asked.key)))
            case Kind.CITY:
                cities = sorted({store.city for store in self.stores if store.city})[:_MOST]
                named = tuple(Option(f"c{at}", Verbatim(city), wide=False) for at, city in enumerate(cities))
                return lambda said: named
            case Kind.STORE:
                return lambda said: tuple(
                    Option(one.id, Verbatim(one.name)) for one in self._near({*known.values(), *said.kept.values()})
                )
            case Kind.RATING:
                scale = tuple(Option(str(at), Verbatim(str(at)), wide=False) for at in range(HIGHEST_RATING + 1))
                return lambda said: scale
            case _:
                return lambda said: ()

    def _near(self, words: set[str]) -> tuple[Store, ...]:
        """Stores of the city that was named among the answers, else the first of all."""
        there = [store for store in self.stores if store.city in words]
        return tuple((there or self.stores)[:_MOST])

    def _ticks(self, asked: Asked, ticked: frozenset[str]) -> tuple[Option, ...]:
        options = []
        for one in asked.options:
            label = one.label[self.language]
            words = say("survey.ticked", label=label) if one.key in ticked else Verbatim(label)
            options.append(Option(one.key, words))
        return (*options, Option(_DONE, say("survey.done"), "primary")) if ticked else tuple(options)

    def _said(self, asked: Asked, said: Said, reading: Reading, offered: tuple[Option, ...]) -> str:
        """What was tapped or typed, as `parse_answer` reads it."""
        if asked.kind is Kind.RATING:
            return said.action if isinstance(said, Pressed) else _words(said)
        option = chosen(said, reading, offered)
        if option is not None:
            return reading.say(option.label) if asked.kind is Kind.CITY else option.value
        if asked.kind is Kind.STORE:
            named = fold(_words(said))
            return next((one.id for one in self.stores if fold(one.name) == named), "")
        return "" if asked.kind is Kind.CHOICE else _words(said)

    def _tick(
        self,
        asked: Asked,
        said: Said,
        reading: Reading,
        offered: tuple[Option, ...],
        keep: Callable[[str], str],
    ) -> str:
        """A tap ticks an option or takes its tick away; "done" makes the ticks the answer."""
        ticked = _ticked(reading.draft)
        option = chosen(said, reading, offered)
        if option is not None and option.value == _DONE:
            return keep(",".join(ticked))
        picked = {option.value} if option is not None else self._several(asked, said)
        if not picked:
            raise Misread(say("survey.tick-unreadable"))
        now = ticked ^ picked
        return _DRAFT + _BETWEEN.join(one.key for one in asked.options if one.key in now)

    def _several(self, asked: Asked, said: Said) -> set[str]:
        """Options typed in one line: their numbers or their words, with commas between (numbers: spaces will do)."""
        text = _words(said)
        numbers = re.split(r"[\s,;]+", text.strip())
        names = {str(at): one.key for at, one in enumerate(asked.options, 1)}
        if all(part in names for part in numbers):
            return {names[part] for part in numbers}
        labels = {fold(one.label[self.language]): one.key for one in asked.options}
        parts = [fold(part) for part in re.split(r"[,;\n]", text)]
        return {labels[part] for part in parts} if all(part in labels for part in parts) else set()


def _words(said: Said) -> str:
    return said.text if isinstance(said, Typed) else ""


def _ticked(draft: str) -> frozenset[str]:
    return frozenset(draft[1:].split(_BETWEEN)) - {""} if draft.startswith(_DRAFT) else frozenset()
