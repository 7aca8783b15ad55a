"""Offers (JSON) and vouchers (rows): what is good is in the house, what is not is listed with its place and reason."""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from adapters.imports.files import BadFile, rows_of, wrong_columns
from adapters.imports.rows import BadRow, ReadPhone, read_date
from adapters.imports.run import Report
from core.cards.lookup import keys_of
from core.imports.reasons import Reason, reason
from core.offers.editing import keep
from core.offers.model import Audience
from core.sales.ports import SalesWork
from core.shared.refusals import Conflict, Invalid, Refusal
from core.shared.values import CustomerId
from core.vouchers.actions import issue
from core.vouchers.codes import normalised, printed

LARGEST = 64 * 1024 * 1024
_VOUCHER_COLUMNS = ("code", "offer", "card_or_phone", "valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Made:
    """A voucher as `--out` lists it. `fresh`: it was not there before."""

    code: str
    offer: str
    owner: str
    fresh: bool = True


def import_offers(path: Path, *, phones: ReadPhone) -> Callable[[SalesWork], Report]:
    """A job: every good offer of the file is the current one under its id. Raises BadFile."""
    found = _offers_of(path)

    def job(work: SalesWork) -> Report:
        report, seen = Report(), set[str]()
        for place, data in enumerate(found, 1):
            try:
                _put_offer(work, data, phones, seen)
            except Invalid as refusal:
                report.rejected.append((place, _reason(refusal)))
            else:
                report.good += 1
        return report

    return job


def import_vouchers(
    path: Path, *, phones: ReadPhone, made: list[Made], columns: Mapping[str, str] | None = None
) -> Callable[[SalesWork], Report]:
    """A job: every good row is a voucher; `made` lists them all. A code that is there already stays as it is."""

    def job(work: SalesWork) -> Report:
        report = Report()
        made.clear()
        offers = {offer.id for offer in work.offers.current() if offer.audience is Audience.VOUCHER}
        first = True
        for line, row in rows_of(path, columns):
            if first:
                _check_columns(path, row)
                first = False
            try:
                made.append(_put_voucher(work, row, phones, offers))
            except BadRow as bad:
                report.rejected.append((line, bad.reason))
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
        raise BadFile(str(path), "no-file")
    if path.stat().st_size > LARGEST:
        raise BadFile(path.name, "too-large", most=LARGEST >> 20)
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadFile(path.name, "not-json") from None
    if not isinstance(data, dict) or set(data) != {"offers"} or not isinstance(data["offers"], list):
        raise BadFile(path.name, "not-offers")
    return list(data["offers"])


def _put_offer(work: SalesWork, data: Any, phones: ReadPhone, seen: set[str]) -> None:
    named = data.get("id") if isinstance(data, Mapping) else None
    if isinstance(named, str) and named in seen:
        raise Invalid("id", expected="an id that stands in the file once")
    seen.add(keep(work, data=data, phones=phones).id)


def _reason(refusal: Invalid) -> Reason:
    """Of a field of an offer: what it should be, as whoever writes such files reads it."""
    return reason(refusal.field, "field", expected=str(refusal.data.get("expected", refusal.code)))


def _put_voucher(work: SalesWork, row: Mapping[str, str], phones: ReadPhone, offers: set[str]) -> Made:
    if "" in row:
        raise BadRow("", "too-many-cells")
    offer, owner = row.get("offer", ""), row.get("card_or_phone", "")
    if offer not in offers:
        raise BadRow("offer", "no-voucher-offer")
    given = row.get("code", "")
    code = normalised(given)
    if given and (not code or code != given.upper()):
        raise BadRow("code", "bad-voucher-code")
    first, last = read_date(row, "valid_from"), read_date(row, "valid_until")
    if first is not None and last is not None and last < first:
        raise BadRow("valid_until", "ends-before")
    customer, phone_hash = _owner(work, owner, phones)
    known = work.vouchers.find([code], (), lock=False).get(code) if code else None
    if known is not None:
        if known.offer != offer:
            raise BadRow("code", "of-another-offer")
        return Made(known.code, offer, owner, fresh=False)
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
        raise BadRow("code", "taken") from None
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
        raise BadRow("card_or_phone", "nobody")
    known = work.customers.by_phone(phone)
    if known is not None and known.phone_verified_at is not None:
        return known.id, None
    return None, work.offers.hashed(phone)


def _check_columns(path: Path, row: Mapping[str, str]) -> None:
    unknown = [name for name in row if name and name not in _VOUCHER_COLUMNS]
    if "offer" not in row or unknown:
        missing = [] if "offer" in row else ["offer"]
        raise wrong_columns(path, missing, unknown, _VOUCHER_COLUMNS)
