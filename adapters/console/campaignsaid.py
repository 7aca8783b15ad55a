"""A campaign in sentences: who, what, when, how measured, how many, how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.console.campaignforms import STEPS
from adapters.console.segmentwords import READY_WORDS
from bot.ports import Texts
from bot.words import Money, Text, Words, say
from core.campaigns.arms import CONTROL
from core.campaigns.model import Campaign, Kind, Move, On, Once, Plan, State, Weekly
from core.campaigns.numbers import Numbers
from core.programme.model import Programme
from core.shared.refusals import Invalid, Refusal
from core.shared.values import Language

KINDS: Mapping[State, str] = {
    State.DRAFT: "", State.APPROVED: "wait", State.RUNNING: "good", State.PAUSED: "wait", State.FINISHED: "",
    State.STOPPED: "bad",
}  # fmt: skip
"""How a state is coloured, beside its word."""
DONE = (*(one.value for one in Move if one is not Move.FINISH), "edit", "trial")
REASONS = ("holdout", "no_address", "meanwhile", "before", "forgotten", "merged", "rejected", "in_part", "lost_answer",
           "crashed", "no_offers")  # fmt: skip
"""Why somebody has the outcome they have; anything else is a messenger's own word."""
PLACES = ("text", "label", "url", "picture", "name", "channels", "control", "arms", "share", "budget", "at", "segment",
           "links", "number")  # fmt: skip
"""Kinds of fields that a refusal can be about, each with words of its own; the last is of whatever else."""


@dataclass(frozen=True, slots=True)
class Said:
    """Says things about campaigns in one language."""

    texts: Texts
    language: Language
    programme: Programme

    def say(self, text: Text) -> str:
        """The text."""
        return self.texts.say(text, self.language)

    def state(self, campaign: Campaign) -> str:
        """The state's word, and why where somebody or something has halted it."""
        told = self.say(Words(f"desk.state-{campaign.state}"))
        return f"{told}: {self.say(Words(f'desk.why-{campaign.why}'))}" if campaign.why else told

    def steps(self) -> Mapping[str, str]:
        """The titles of the wizard's steps, and of the page's parts."""
        return {name: self.say(Words(f"desk.step-{name}")) for name in STEPS}

    def done(self, what: str) -> str:
        """What has just been done; empty for what nobody does."""
        return self.say(Words(f"desk.done-{what}")) if what in DONE else ""

    def segment(self, name: str, kept: Mapping[str, str]) -> str:
        """The segment by its name; a kept one that was put away has none."""
        ready = name.removeprefix("ready:")
        if name.startswith("ready:") and ready in READY_WORDS:
            return self.say(say(READY_WORDS[ready]))
        return kept.get(name, "") or self.say(say("desk.segment-gone"))

    def who(self, plan: Plan, kept: Mapping[str, str]) -> str:
        """To whom, and by which messengers."""
        channels = ", ".join(self.channel(one) for one in plan.channels) or self.say(say("desk.any-channel"))
        key = "desk.to-promotion" if plan.kind is Kind.PROMOTION else "desk.to-service"
        return self.say(Words(key, {"segment": self.segment(plan.segment, kept), "channels": channels}))

    def channel(self, name: str) -> str:
        """The messenger's name."""
        return self.say(Words(f"desk.channel-{name}"))

    def reason(self, reason: str) -> str:
        """Why, in words; of a messenger's own reason its words."""
        known = reason in REASONS
        return self.say(Words(f"desk.reason-{reason.replace('_', '-')}")) if known else reason

    def what(self, plan: Plan, offers: Mapping[str, str]) -> Sequence[str]:
        """What each gets beside the words."""
        told = []
        if plan.own_offers:
            told.append(self.say(say("desk.with-own-offers")))
        if plan.voucher_offer is not None:
            title = offers.get(plan.voucher_offer, plan.voucher_offer)
            told.append(self.say(say("desk.with-voucher", title=title, n=plan.voucher_days)))
        return told

    def when(self, plan: Plan) -> Sequence[str]:
        """When it goes out, and what holds it back."""
        zone = self.programme.timezone
        match plan.schedule:
            case Once(None):
                first = say("desk.goes-now")
            case Once(at):
                assert at is not None
                first = say("desk.goes-once", at=at.astimezone(zone))
            case Weekly(weekday, clock):
                day = Words(f"desk.weekday-{weekday}")
                first = say("desk.goes-weekly", day=day, at=f"{clock:%H:%M}")
            case On(trigger, days, clock):
                event = Words(f"desk.on-{trigger.value.replace('_', '-')}", {"n": days})
                first = say("desk.goes-on", event=event, at=f"{clock:%H:%M}")
        told = [first, say("desk.lives", n=plan.deliver_hours)]
        if plan.kind is Kind.PROMOTION:
            told.append(say("desk.quiet", n=self.programme.promotions_in_7_days))
        return [self.say(one) for one in told]

    def measured(self, plan: Plan) -> Sequence[str]:
        """Against whom, over how long."""
        if plan.kind is Kind.SERVICE:
            return [self.say(say("desk.no-control"))]
        arms = ", ".join(f"{one.name} {one.share / 100:g} %" for one in plan.treated)
        control = next(one for one in plan.arms if one.name == CONTROL)
        percent = f"{control.share / 100:g}"
        return [
            self.say(say("desk.split", arms=arms, percent=percent)),
            self.say(say("desk.window", n=plan.window_days)),
        ]

    def limits(self, plan: Plan) -> Sequence[str]:
        """What it may cost, and what is done where an answer was lost."""
        budget = (
            say("desk.no-budget")
            if plan.budget is None
            else say("desk.with-budget", amount=Money(plan.budget, self.programme.currency))
        )
        told = [budget, say("desk.resends" if plan.resend_unknown else "desk.never-twice")]
        if plan.await_session:
            told.append(say("desk.awaits"))
        return [self.say(one) for one in told]

    def funnel(self, numbers: Numbers) -> Sequence[tuple[str, int, bool]]:
        """Rows of the way to the messages: words, people, whether it is a part of the row above."""
        found = [
            (say("desk.matching"), numbers.matching, False),
            (say("desk.consented"), numbers.consented, False),
            (say("desk.reachable"), sum(numbers.reachable.values()), False),
            *((Words(f"desk.channel-{name}"), people, True) for name, people in numbers.reachable.items()),
            (say("desk.capped"), numbers.capped, True),
            (say("desk.holdout"), numbers.holdout, True),
            (say("desk.control"), numbers.control, True),
            (say("desk.will-receive"), numbers.recipients, False),
        ]
        rows = [(self.say(words), people, part) for words, people, part in found]
        for one in numbers.receives:
            arm = say("desk.arm-by", arm=one.arm, channel=Words(f"desk.channel-{one.channel}"))
            rows.append((self.say(arm), one.people, True))
        return rows

    def outlook(self, numbers: Numbers, base: float, uplift: float | None) -> Sequence[str]:
        """What it costs, how long it takes, what it can show."""
        zone = self.programme.timezone
        told: list[Text] = [say("desk.costs", amount=Money(numbers.cost, self.programme.currency))]
        if numbers.beyond_budget:
            told.append(say("desk.beyond-budget", n=numbers.beyond_budget))
        told.append(say("desk.ends", at=numbers.ends_at.astimezone(zone), time=self.lasts(numbers)))
        if numbers.moved:
            told.append(say("desk.moved", n=numbers.moved))
        if numbers.expired:
            told.append(say("desk.expires", n=numbers.expired))
        if uplift is not None:
            told.append(
                say(
                    "desk.uplift",
                    base=self.tenths(base * 100),
                    more=self.tenths(uplift * 100),
                    total=self.tenths((base + uplift) * 100),
                )
            )
        elif numbers.control == 0 and numbers.recipients:
            told.append(say("desk.no-uplift"))
        return [self.say(one) for one in told]

    def lasts(self, numbers: Numbers) -> Words:
        """How long it goes out."""
        return duration(int((numbers.ends_at - numbers.starts_at).total_seconds()))

    def tenths(self, number: float) -> str:
        """The number with one digit behind the language's own mark."""
        told = f"{number:.1f}"
        return told if self.language is Language.EN else told.replace(".", ",")

    def wrong(self, refusal: Refusal) -> str:
        """What was refused, in words about its field."""
        if refusal.code != "invalid":
            return self.say(Words(f"sorry.{refusal.code}", dict(refusal.data)))
        place = place_of(refusal)
        return self.say(Words(f"desk.wrong-{place}"))


def place_of(refusal: Refusal) -> str:
    """The kind of field that a refusal is about."""
    parts = refusal.field.split(".") if isinstance(refusal, Invalid) else []
    return next((one for one in reversed(parts) if one in PLACES), PLACES[-1])


def duration(seconds: int) -> Words:
    """A time in the unit in which a person thinks of it."""
    if seconds < 90:
        return say("desk.seconds", n=max(1, seconds))
    if seconds < 90 * 60:
        return say("desk.minutes", n=round(seconds / 60))
    return say("desk.hours", n=round(seconds / 3600))
