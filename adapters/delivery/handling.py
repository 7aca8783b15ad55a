"""One event of one person, inside a lane: read, answered, written down, all in one savepoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from adapters.delivery.ports import DeliveryWork
from bot.announce import fault
from bot.conversation import handle
from bot.messages import Barcode, SharedPhoto
from bot.ports import Channel, Letter
from core.shared.values import Address, Language

MOST_TRIES = 3
"""An event that fails so often is parked and blocks nobody (design section 2)."""


@dataclass(frozen=True, slots=True)
class Handled:
    """The event is done; these letters are committed with it, some of them to other addresses (a code to a phone)."""

    event: int
    letters: Sequence[Letter]
    more: bool = True
    """Whether another event of the person may wait."""


@dataclass(frozen=True, slots=True)
class NeedsPhoto:
    """Before the event can be handled somebody must look at this photo."""

    event: int
    ref: str


class Broken(Exception):
    """Handling the event raised; its savepoint is gone, and the failure still has to be written down."""

    def __init__(self, event: int, address: Address, cause: Exception) -> None:
        super().__init__(f"event {event}: {cause.__class__.__name__}")
        self.event, self.address, self.cause = event, address, cause


def handle_next(
    work: DeliveryWork, channel: Channel, address: Address, photos: Mapping[int, tuple[Barcode, ...]]
) -> Handled | NeedsPhoto | None:
    """The oldest event of the person is handled; None when none waits. Raises Broken when handling it raises."""
    pending = work.inbox.next_of(address)
    if pending is None:
        return None
    try:
        incoming = channel.parse(pending.event)
        if incoming is None:
            work.inbox.done(pending.id)
            return Handled(pending.id, (), pending.more)
        if isinstance(incoming.said, SharedPhoto) and incoming.said.codes is None:
            if pending.id not in photos:
                return NeedsPhoto(pending.id, incoming.said.ref)
            incoming = replace(incoming, said=replace(incoming.said, codes=photos[pending.id]))
        answer = handle(work, incoming, pending.received_at)
        known = work.addresses.get(address)
        language = known.language if known is not None else Language.guess(incoming.language_hint)
        level = known.level if known is not None else incoming.level
        work.outbox.add(pending.id, address, answer, language, level)
        work.inbox.done(pending.id)
    except Exception as error:  # whatever it was, it is to be counted: a poison event is parked and blocks nobody
        raise Broken(pending.id, address, error) from error
    return Handled(pending.id, tuple(work.outbox.added), pending.more)


def note_failure(work: DeliveryWork, broken: Broken) -> Handled | None:
    """The failure is counted; after the last try the event is parked and the person hears "sorry"."""
    error = f"{broken.cause.__class__.__name__}"
    if work.inbox.failed(broken.event, error) < MOST_TRIES:
        return None
    work.inbox.park(broken.event, error)
    known = work.addresses.get(broken.address)
    language = known.language if known is not None else work.programme.default_language
    letters = work.outbox.add(broken.event, broken.address, fault(), language, known.level if known else None)
    return Handled(broken.event, letters)


def retry_pause(tries: int) -> timedelta:
    """How long to wait before the next try of a broken event."""
    return timedelta(milliseconds=50 * 4**tries)
