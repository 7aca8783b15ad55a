"""The verbs of vouchers: issue, reserve, release, redeem, roll back, void, expire. A move is a line of the table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from core.shared.refusals import Conflict
from core.shared.values import CustomerId, Phone
from core.vouchers.codes import ALPHABET, LENGTH, code_of
from core.vouchers.model import Voucher, VoucherState, target
from core.vouchers.ports import VoucherWork

_TRIES = 5
EXPIRED_CHUNK = 2_000
"""Vouchers in one transaction: a till never waits for more than one chunk."""


def fresh_code(work: VoucherWork) -> str:
    """A code that nobody can guess."""
    return code_of(int(work.chance.digits(16)) % len(ALPHABET) ** LENGTH)


def issue(
    work: VoucherWork,
    *,
    offer: str,
    customer: CustomerId | None = None,
    phone_hash: str | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    code: str = "",
) -> Voucher:
    """A new voucher of the offer. Raises Conflict (`code-taken`) for a given code that is there already."""
    for _ in range(_TRIES):
        voucher = Voucher(
            code or fresh_code(work), offer, customer, phone_hash, valid_from=valid_from, valid_until=valid_until
        )
        if work.vouchers.add(voucher):
            return voucher
        if code:
            break
    raise Conflict("code-taken")


def claim(work: VoucherWork, *, customer: CustomerId, phone: Phone) -> int:
    """Vouchers that were kept for a phone nobody had proven (contract 5) are the customer's, who has; how many."""
    return work.vouchers.claim(work.offers.hashed(phone), customer)


def reserve(work: VoucherWork, voucher: Voucher, *, hold: str, until: datetime) -> None:
    """Nobody but the hold can redeem it until then. Raises Conflict (`voucher-used`), also when the hold has it."""
    free = _freed(work, voucher, None)
    _move(work, free, "reserve", hold, reserved_by=hold, reserved_until=until)


def release(work: VoucherWork, *, hold: str) -> None:
    """What the hold has reserved is free again."""
    for voucher in work.vouchers.of_hold(hold):
        _move(work, voucher, "release", hold)


def redeem(work: VoucherWork, voucher: Voucher, *, sale: str, hold: str | None) -> None:
    """The voucher is the sale's. Raises Conflict (`voucher-used`) when somebody was faster."""
    free = _freed(work, voucher, hold)
    if free.state is VoucherState.ISSUED:
        free = _move(work, free, "reserve", sale, reserved_by=sale)
    _move(work, free, "redeem", sale, sale=sale)


def roll_back(work: VoucherWork, vouchers: Sequence[Voucher], *, cause: str) -> list[str]:
    """These can be used again; their codes."""
    return [_move(work, voucher, "rollback", cause).code for voucher in vouchers]


def void(work: VoucherWork, voucher: Voucher, *, actor: str) -> None:
    """The voucher is worth nothing any more. Raises Conflict (`voucher-<state>`)."""
    _move(work, voucher, "void", actor)


def expire_some(work: VoucherWork, *, limit: int = EXPIRED_CHUNK) -> int:
    """Vouchers that no receipt can bring any more are expired; how many this time, at most `limit`.

    A receipt may come days after its sale (`late_receipt_days`): until then its voucher, good on that day, is issued.
    """
    today = work.now.astimezone(work.programme.timezone).date()
    return work.vouchers.expire(today - timedelta(days=work.programme.late_receipt_days), work.now, limit)


def _freed(work: VoucherWork, voucher: Voucher, hold: str | None) -> Voucher:
    """A reservation whose time is over is released first; a living one of somebody else is in the way."""
    if not voucher.free(work.now, hold):
        raise Conflict("voucher-used", voucher=voucher.code)
    if voucher.state is VoucherState.RESERVED and voucher.reserved_by != hold:
        return _move(work, voucher, "release", voucher.reserved_by or "")
    return voucher


def _move(
    work: VoucherWork,
    voucher: Voucher,
    move: str,
    cause: str,
    *,
    reserved_by: str | None = None,
    reserved_until: datetime | None = None,
    sale: str | None = None,
) -> Voucher:
    after = replace(
        voucher, state=target(voucher.state, move), reserved_by=reserved_by, reserved_until=reserved_until, sale=sale
    )
    if not work.vouchers.move(voucher, after, move, cause, work.now):
        raise Conflict("voucher-used", voucher=voucher.code)
    return after
