"""Verbs about people: meet, prove a phone, name, agree, choose a language, confirm, forget."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from core.customers.model import Consent, Customer, KnownAddress, Purpose, agreed, long_silent
from core.customers.ports import CustomerWork
from core.shared.events import Met, PersonConfirmed, PhoneProven
from core.shared.refusals import Conflict, Refusal, TooMany, Unknown
from core.shared.values import Address, CustomerId, Language, Phone, person_name

RECYCLED = "recycled-phone"
BIRTHDAY = "birthday"
BIRTHDAY_TRIES_A_DAY = 3
"""Of 366 days, three guesses a day leave a stranger under 1 % (domain section 2: the lock, not the limit)."""
_SEEN_STEP = timedelta(hours=1)


def meet(
    work: CustomerWork,
    *,
    address: Address,
    language_hint: str | None = None,
    name_hint: str = "",
    source: str | None = None,
    level: int | None = None,
) -> KnownAddress:
    """The address as we know it from now on; a first meeting is remembered with where the person came from.

    A hint never undoes what the person chose; the first source stays.
    """
    known = work.addresses.get(address)
    name = person_name(name_hint)
    if known is None:
        language = Language.guess(language_hint, work.programme.default_language)
        known = KnownAddress(address, work.now, language, profile_name=name, source=source, level=level)
        work.addresses.add(known)
        work.record(Met(address.channel, source))
        return known
    fresh = replace(
        known,
        profile_name=name or known.profile_name,
        source=known.source or source,
        level=level if level is not None else known.level,
    )
    if fresh != known:
        work.addresses.save(fresh)
    return fresh


def seen(work: CustomerWork, customer: Customer) -> Customer:
    """The customer was heard of now; written at most once an hour."""
    if customer.last_seen_at is not None and work.now - customer.last_seen_at < _SEEN_STEP:
        return customer
    customer = replace(customer, last_seen_at=work.now)
    work.customers.save(customer)
    return customer


def subscription(work: CustomerWork, *, known: KnownAddress, subscribed: bool, at: datetime) -> KnownAddress:
    """We may write to the address, or not, as of `at`; an older word never undoes a newer one (channels 1.5)."""
    if known.subscribed_at is not None and known.subscribed_at > at:
        return known
    fresh = replace(known, subscribed=subscribed, subscribed_at=at)
    work.addresses.save(fresh)
    return fresh


def prove_phone(work: CustomerWork, *, known: KnownAddress, phone: Phone) -> Customer:
    """The person behind the address is the owner of the phone: the one we know, or a new customer.

    A known phone gives the same customer on any channel. When its owner was silent for `recycled_phone_months` and
    the address is new to us, spending waits until birthday or a till confirms the person (domain section 2).
    Raises Conflict (`phone-differs`) when the address belongs to an owner of another phone.
    """
    if known.customer is not None:
        return _same_owner(work, known.customer, phone)
    customer = work.customers.by_phone(phone)
    if customer is None:
        customer = Customer(
            CustomerId(work.new_id()),
            work.now,
            phone=phone,
            phone_verified_at=work.now,
            language=known.language,
            source=known.source,
            last_seen_at=work.now,
        )
        work.customers.add(customer)
        is_known = False
    else:
        work.customers.lock([customer.id])
        is_known = customer.phone_verified_at is not None
        lock = customer.spend_lock
        if long_silent(customer, work.now, work.programme.recycled_phone_months):
            lock = RECYCLED
        customer = replace(
            customer,
            phone_verified_at=customer.phone_verified_at or work.now,
            last_seen_at=work.now,
            spend_lock=lock,
            source=customer.source or known.source,
            language=known.language if known.chosen_language else customer.language,
        )
        work.customers.save(customer)
    language = known.language if known.chosen_language or not is_known else customer.language
    work.addresses.save(replace(known, customer=customer.id, language=language))
    work.record(PhoneProven(customer.id, known.address.channel, is_known, known.source))
    return customer


def _same_owner(work: CustomerWork, owner: CustomerId, phone: Phone) -> Customer:
    customer = customer_of(work, owner)
    if customer.phone != phone:
        raise Conflict("phone-differs")
    return customer


def customer_of(work: CustomerWork, customer: CustomerId) -> Customer:
    """The living customer with this id, the survivor when it was merged. Raises Unknown (`unknown-customer`)."""
    found = work.customers.get(customer)
    while found is not None and found.merged_into is not None:
        found = work.customers.get(found.merged_into)
    if found is None:
        raise Unknown("unknown-customer", customer=customer)
    return found


def rename(work: CustomerWork, *, customer: Customer, name: str) -> Customer:
    """The customer is called so from now on."""
    fresh = replace(customer, name=person_name(name))
    work.customers.save(fresh)
    return fresh


def choose_language(work: CustomerWork, *, known: KnownAddress, language: Language) -> KnownAddress:
    """The house speaks this language to the person, wherever they write from."""
    mine = replace(known, language=language, chosen_language=True)
    work.addresses.save(mine)
    if known.customer is not None:
        customer = customer_of(work, known.customer)
        work.customers.save(replace(customer, language=language))
        for other in work.addresses.of(customer.id):
            if other.address != known.address:
                work.addresses.save(replace(other, language=language, chosen_language=True))
    return mine


def agree(work: CustomerWork, *, customer: CustomerId, purpose: Purpose, given: bool, known: KnownAddress) -> None:
    """A line in the ledger of consents says what the person just decided, and about which text."""
    rules = work.programme
    version = rules.text_version(marketing=purpose is Purpose.MARKETING)
    channel = known.address.channel
    work.consents.add(Consent(customer, purpose, given, version, known.language, channel, work.now))


def withdraw(work: CustomerWork, *, customer: Customer, purpose: Purpose, channel: str) -> None:
    """What the customer agreed to is taken back on their word, told to somebody of the shop.

    Raises Conflict: `terms-stand` (without the terms there is no card; whoever wants none is forgotten),
    `not-agreed` (there is nothing to take back).
    """
    if purpose is Purpose.TERMS:
        raise Conflict("terms-stand")
    if not agreed(work.consents.of(customer.id))[purpose]:
        raise Conflict("not-agreed")
    version = work.programme.text_version(marketing=purpose is Purpose.MARKETING)
    work.consents.add(Consent(customer.id, purpose, False, version, customer.language, channel, work.now))


def confirm_by_birthday(work: CustomerWork, *, customer: Customer, birthday: date) -> Customer | Refusal:
    """Spending is open again when day and month are those we know; else the refusal to answer with, the try kept.

    Raises TooMany (`birthday-tries`).
    """
    subject = customer.id
    if work.tries.distinct(BIRTHDAY, subject, work.now - timedelta(days=1)) >= BIRTHDAY_TRIES_A_DAY:
        raise TooMany("birthday-tries", 86_400)
    work.tries.note(BIRTHDAY, subject, birthday.isoformat(), work.now)
    known = customer.birthday
    if known is None or (known.month, known.day) != (birthday.month, birthday.day):
        return Refusal("birthday-differs")
    return confirm_person(work, customer=customer, proof="birthday")


def confirm_person(work: CustomerWork, *, customer: Customer, proof: str) -> Customer:
    """The person is who the phone says, as `proof` (`birthday`, `till`) showed; spending waits no longer."""
    if not customer.spend_lock:
        return customer
    fresh = replace(customer, spend_lock="")
    work.customers.save(fresh)
    work.record(PersonConfirmed(customer.id, proof))
    return fresh
