"""Offers (JSON) and vouchers (rows): what is good is in the house, what is not is listed with its place and reason."""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from adapters.imports.files import BadFile, rows_of
from adapters.imports.rows import BadRow, ReadPhone, read_date
from adapters.imports.run import Report
from core.cards.lookup import keys_of
from core.offers.model import Audience
from core.offers.reading import offer_from
from core.offers.weekly import week_and_sku
from core.sales.ports import SalesWork
from core.shared.refusals import Conflict, Invalid, Refusal
from core.shared.values import CustomerId, Phone
from core.vouchers.actions import issue
from core.vouchers.codes import normalised, printed

LARGEST = 64 * 1024 * 1024
_VOUCHER_COLUMNS = ("code", "offer", "card_or_phone", "valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Made:
    """A voucher as `--out` lists it."""

    code: str
    offer: str
    owner: str


def import_offers(path: Path, *, phones: ReadPhone) -> Callable[[SalesWork], Report]:
    """A job: every good offer of the file is the current one under its id. Raises BadFile."""
    found = _offers_of(path)

    def job(work: SalesWork) -> Report:
        report, seen = Report(), set[str]()
        for place, data in enumerate(found, 1):
            try:
                _put_offer(work, data, phones, seen)
            except Invalid as refusal:
                report.rejected.append((place, f"{refusal.field}: {refusal.data.get('expected', refusal.code)}"))
            else:
                report.good += 1
        return report

    return job


def import_vouchers(path: Path, *, phones: ReadPhone, made: list[Made]) -> Callable[[SalesWork], Report]:
    """A job: every good row is a voucher; `made` lists them all. A code that is there already stays as it is."""

    def job(work: SalesWork) -> Report:
        report = Report()
        made.clear()
        offers = {offer.id for offer in work.offers.current() if offer.audience is Audience.VOUCHER}
        first = True
        for line, row in rows_of(path):
            if first:
                _check_columns(path, row)
                first = False
            try:
                made.append(_put_voucher(work, row, phones, offers))
            except BadRow as reason:
                report.rejected.append((line, str(reason)))
            else:
                report.good += 1
        return report

    return job


def write_codes(made: list[Made], path: Path) -> None:
    """The vouchers as a CSV: code, offer, owner."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("code", "offer", "card_or_phone", "printed"))
        writer.writerows((one.code, one.offer, one.owner, printed(one.code)) for one in made)
    path.chmod(0o600)


def _offers_of(path: Path) -> list[Any]:
    if not path.is_file():
        raise BadFile(f"{path}: no such file")
    if path.stat().st_size > LARGEST:
        raise BadFile(f"{path.name}: larger than 64 MB")
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadFile(f"{path.name}: not JSON in UTF-8") from None
    if not isinstance(data, dict) or set(data) != {"offers"} or not isinstance(data["offers"], list):
        raise BadFile(f'{path.name}: must be {{"offers": [...]}} and nothing else')
    return list(data["offers"])


def _put_offer(work: SalesWork, data: Any, phones: ReadPhone, seen: set[str]) -> None:
    offer = offer_from(data)
    if week_and_sku(offer.id) is not None:
        raise Invalid("id", expected="another id: week-… are the ids of the week's personal offers")
    if offer.id in seen:
        raise Invalid("id", expected="an id that stands in the file once")
    people: list[tuple[CustomerId | None, Phone | None]] = []
    for text in offer.phones:
        phone = phones(text)
        if phone is None:
            raise Invalid("phones", expected=f"phones such as +380671234567, not {text[:4]}…")
        people.append((None, phone))
    stored = {key: value for key, value in data.items() if key != "phones"}
    work.offers.put(offer, stored)
    if offer.audience is Audience.PERSONAL and "phones" in data:
        work.offers.assign(offer.id, people)
    seen.add(offer.id)


def _put_voucher(work: SalesWork, row: Mapping[str, str], phones: ReadPhone, offers: set[str]) -> Made:
    if "" in row:
        raise BadRow("the row has more cells than the header has columns")
    offer, owner = row.get("offer", ""), row.get("card_or_phone", "")
    if offer not in offers:
        raise BadRow("offer: no offer with this id and the audience voucher")
    given = row.get("code", "")
    code = normalised(given)
    if given and (not code or code != given.upper()):
        raise BadRow("code: 4 to 32 Latin letters and digits")
    first, last = read_date(row, "valid_from"), read_date(row, "valid_until")
    if first is not None and last is not None and last < first:
        raise BadRow("valid_until: a day not before valid_from")
    customer, phone_hash = _owner(work, owner, phones)
    known = work.vouchers.find([code], (), lock=False).get(code) if code else None
    if known is not None:
        if known.offer != offer:
            raise BadRow("code: belongs to another offer")
        return Made(known.code, offer, owner)
    return Made(_issued(work, offer, customer, phone_hash, first, last, code), offer, owner)


def _issued(
    work: SalesWork,
    offer: str,
    customer: CustomerId | None,
    phone_hash: str | None,
    first: date | None,
    last: date | None,
    code: str,
) -> str:
    try:
        made = issue(
            work, offer=offer, customer=customer, phone_hash=phone_hash, valid_from=first, valid_until=last, code=code
        )
    except Conflict:
        raise BadRow("code: taken") from None
    return made.code


def _owner(work: SalesWork, text: str, phones: ReadPhone) -> tuple[CustomerId | None, str | None]:
    """A card's owner, or whoever has proven the phone; else its keyed hash. Nothing: whoever brings the code."""
    if not text:
        return None, None
    try:
        found = work.finder.find(keys_of(text))
    except Refusal:
        found = None
    holder = next((one for one in found.holders if one.how == "number"), None) if found is not None else None
    if holder is not None:
        return holder.card.customer, None
    phone = phones(text)
    if phone is None:
        raise BadRow("card_or_phone: neither a card of this house nor a phone")
    known = work.customers.by_phone(phone)
    if known is not None and known.phone_verified_at is not None:
        return known.id, None
    return None, work.offers.hashed(phone)


def _check_columns(path: Path, row: Mapping[str, str]) -> None:
    unknown = [name for name in row if name and name not in _VOUCHER_COLUMNS]
    if "offer" not in row or unknown:
        wrong = f"has unknown {', '.join(unknown)}" if unknown else "lacks offer"
        raise BadFile(f"{path.name}: {wrong}; the columns are {', '.join(_VOUCHER_COLUMNS)}")
