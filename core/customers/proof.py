"""One-time codes: six digits sent to a phone and typed back, with the limits that make guessing and pumping useless."""

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

from core.customers.model import CodeUse, OneTimeCode
from core.customers.ports import CustomerWork
from core.shared.refusals import Invalid, Refusal, TooMany
from core.shared.values import Address, CustomerId, Language, Phone

CODE_DIGITS = 6


def subject_of_phone(address: Address, phone: Phone) -> str:
    """The binding of a code that proves a typed phone to the address that typed it."""
    return f"{address.key}|{phone}"


def subject_of_plastic(customer: CustomerId, number: str) -> str:
    """The binding of a code that proves a plastic number to the customer who claims it."""
    return f"{customer}|{number}"


def send_code(work: CustomerWork, *, phone: Phone, use: CodeUse, subject: str, origin: str, language: Language) -> None:
    """A fresh code is on its way to the phone, and earlier ones of the subject open nothing any more.

    Raises TooMany (`code-pause`, `code-limit`, `sms-limit`), Invalid (`phone-not-served`).
    """
    if not work.phones.served(phone):
        raise Invalid("phone", "phone-not-served")
    _keep_limits(work, phone, origin)
    digits = work.chance.digits(CODE_DIGITS)
    code = _new_code(work, use, subject, phone, origin, digits)
    work.codes.add(code)
    work.post.send_code(code.id, phone, digits, use, language)


def send_decoy(work: CustomerWork, *, use: CodeUse, subject: str, origin: str) -> None:
    """Everything looks as if a code were on its way, but none is and none will fit."""
    work.codes.add(_new_code(work, use, subject, None, origin, work.chance.token()))


def check_code(work: CustomerWork, *, use: CodeUse, subject: str, typed: str) -> OneTimeCode | Refusal:
    """The code, now used up, when `typed` is the living code of the subject; else the refusal to answer with.

    The refusal is returned, not raised, because the used-up try must be kept: `wrong-code` or `code-over`.
    """
    code = work.codes.newest(use, subject)
    if code is None or code.used or code.tries_left <= 0 or code.expires_at <= work.now:
        return Refusal("code-over")
    fits = hmac.compare_digest(code.digest, _digest(code.id, typed)) and code.phone is not None
    work.codes.save(replace(code, used=fits, tries_left=code.tries_left - 1))
    if fits:
        return code
    left = code.tries_left - 1
    return Refusal("wrong-code", n=left) if left else Refusal("code-over")


def _new_code(
    work: CustomerWork, use: CodeUse, subject: str, phone: Phone | None, origin: str, secret: str
) -> OneTimeCode:
    rules, made = work.programme, work.new_id()
    digest = _digest(made, secret)
    return OneTimeCode(
        made, use, subject, phone, origin, digest, work.now, work.now + rules.code_life, rules.code_tries
    )


def _keep_limits(work: CustomerWork, phone: Phone, origin: str) -> None:
    """Contract section 6: a pause per phone, counts per phone, per address and in all."""
    rules, now, hour = work.programme, work.now, timedelta(hours=1)
    last = work.codes.last_sent(phone)
    if last is not None and (wait := last + timedelta(seconds=rules.code_pause_seconds) - now) > timedelta():
        raise TooMany("code-pause", -int(-wait.total_seconds() // 1))
    if work.codes.sent_to(phone, now - hour) >= rules.codes_per_phone_hour:
        raise TooMany("code-limit", 3600)
    if work.codes.sent_to(phone, now - timedelta(days=1)) >= rules.codes_per_phone_day:
        raise TooMany("code-limit", 86_400)
    if work.codes.sent_from(origin, now - hour) >= rules.codes_per_address_hour:
        raise TooMany("code-limit", 3600)
    if work.codes.sent_in_all(now - hour) >= rules.sms_per_hour:
        raise TooMany("sms-limit", 3600)


def _digest(salt: str, secret: str) -> str:
    """A code lives five minutes and five tries: a salted fast hash keeps it out of dumps and is enough."""
    return hashlib.sha256(f"{salt}:{secret.strip()}".encode()).hexdigest()
