"""The verbs about situations: a rule is switched and its numbers are chosen, and who did it is kept."""

from collections.abc import Mapping
from dataclasses import replace

from core.offers.ports import OfferWork
from core.offers.situations import Rule, Switch, number_of, switched


def switch(
    work: OfferWork, *, rule: Rule, on: bool, actor: str, offer: str | None = None, control: int | None = None,
    numbers: Mapping[str, str] | None = None,
) -> Switch:  # fmt: skip
    """The rule stands so from the next plan on; what is not named stays. An equal one is no change.

    `numbers` are parameters as they were typed. Raises Invalid, whose field is `offer`, `control` or a parameter.
    """
    before = work.situations.switches()[rule]
    values = {name: number_of(rule, name, text) for name, text in (numbers or {}).items()}
    today = work.now.astimezone(work.programme.timezone).date()
    after = switched(
        before, on=on, offer=offer, control=control, values=values, offers=work.offers.current(), today=today
    )
    if after != before:
        after = replace(after, actor=actor, at=work.now)
        work.situations.switch(after)
    return after
