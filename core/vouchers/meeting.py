"""The verbs of situations that give vouchers: who is met this week has one, or stays in the control group without."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from core.offers.meeting import PHONE, Arm, Met, Person, Standing, arm_of, known_as, standing
from core.offers.situations import Switch
from core.shared.values import CustomerId
from core.vouchers.actions import fresh_code, issue
from core.vouchers.ports import VoucherWork


def free(work: VoucherWork, *, switch: Switch, week: str, people: Sequence[Person]) -> list[tuple[Person, Arm]]:
    """Those whom the rule may meet in the week and has not, in their order, each with the arm they would be in."""
    earlier = _earlier(work, switch, people)
    pause = switch.value("pause")
    return [
        (one, arm_of(work.situations.lot(switch.rule, known_as(one, earlier[one.owner])), switch.control))
        for one in people
        if standing(earlier[one.owner], week, pause) is Standing.FREE
    ]


def meet(work: VoucherWork, *, switch: Switch, week: str, offer: str, people: Sequence[Person]) -> int:
    """These people are met, each once: they have a voucher of the offer, or stay without; how many were.

    Left out are those who are forgotten by now, and those whom the rule has met this week or who rest from it.
    """
    gone = work.situations.gone([one.owner for one in people])
    found = free(work, switch=switch, week=week, people=[one for one in people if one.owner not in gone])
    met = 0
    # In one order, so that two at once do not wait for each other.
    for person, arm in sorted(found, key=lambda one: one[0].owner):
        code = fresh_code(work) if arm is Arm.GIVEN else None
        if work.situations.add(Met(switch.rule, person.owner, week, arm, code, work.now)):
            met += 1
            if code is not None:
                _give(work, offer, person, code)
    return met


def _give(work: VoucherWork, offer: str, person: Person, code: str) -> None:
    phone = person.owner.removeprefix(PHONE) if person.owner.startswith(PHONE) else None
    customer = None if phone is not None else CustomerId(person.owner)
    issue(
        work, offer=offer, customer=customer, phone_hash=phone, code=code, valid_from=person.first,
        valid_until=person.last,
    )  # fmt: skip


def _earlier(work: VoucherWork, switch: Switch, people: Sequence[Person]) -> Mapping[str, Sequence[Met]]:
    """Every time that the rule met each of the people, under any of their owners, by the owner of today."""
    today = {known: one.owner for one in people for known in one.owners}
    found: dict[str, list[Met]] = defaultdict(list)
    for one in work.situations.met(switch.rule, list(today)):
        found[today[one.owner]].append(one)
    return found
