"""My data, whole: the person under every id they had, their points, purchases, vouchers and personal offers."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from core.cards.export import iso
from core.customers.model import Customer
from core.ledger.seeing import points_of
from core.sales.model import Sale, SoldLine
from core.sales.ports import SalesWork
from core.shared.amounts import quantity
from core.surveys.export import export as export_answers

_ALL = 1_000_000
"""More operations or receipts than anybody has."""


def export(work: SalesWork, *, customer: Customer) -> dict[str, Any]:
    """Everything the house keeps about the person (`core.surveys.export`) and what they did with their card.

    Money is in minor units of the programme's currency. Other selves are those merged into the customer.
    """
    people = work.sales.selves(customer.id)
    selves = [one for one in map(work.customers.get, people) if one is not None and one.id != customer.id]
    points = points_of(work, customer.id, blocked=False)
    expiring = points.next_expiry
    return {
        **export_answers(work, customer=customer, selves=selves),
        "points": {
            "active": points.active,
            "pending": points.pending,
            "held": points.held,
            "next_expiry": {"at": iso(expiring[0]), "points": expiring[1]} if expiring is not None else None,
            "operations": [
                {"at": iso(one.at), "kind": one.kind, "change": one.change, "sale": one.sale}
                for one in work.ledger.happened(people, _ALL)
            ],
        },
        "purchases": [_purchase(work, sale) for sale in work.sales.of(people, _ALL)],
        "vouchers": [
            {"code": one.code, "offer": one.offer, "state": one.state, "valid_from": iso(one.valid_from),
             "valid_until": iso(one.valid_until)}
            for one in work.vouchers.of(people)
        ],
        "profile": _profile(work.profiles.of(people)),
        "offers": [{"offer": offer, "reason": reason} for offer, reason in work.offers.assigned(people).items()],
        "weeks": [{"week": week, "picks": json.loads(picks)} for week, picks in work.weeks.planned(people).items()],
        "refused_goods": [{"sku": sku, "at": iso(at)} for sku, at in work.weeks.refused(people).items()],
        "situations": [
            {"rule": one.rule, "week": one.week, "arm": one.arm, "voucher": one.voucher, "at": iso(one.at)}
            for one in work.situations.of(people)
        ],
        "offer_events": [
            {"week": one.week, "sku": one.sku, "kind": one.because, "what": one.did, "at": iso(one.at)}
            for one in work.weeks.events(people)
        ],
    }  # fmt: skip


def _profile(kept: Mapping[str, object] | None) -> dict[str, Any] | None:
    """What their purchases say of them, days as texts."""
    if kept is None:
        return None
    return {name: iso(value) if isinstance(value, date) else value for name, value in kept.items()}


def _purchase(work: SalesWork, sale: Sale) -> dict[str, Any]:
    receipt = sale.receipt
    return {
        "id": sale.id,
        "store": receipt.store,
        "till": receipt.till,
        "receipt": receipt.number,
        "business_date": iso(receipt.day),
        "sold_at": iso(sale.sold_at),
        "total": sale.total,
        "points_spent": sale.points_spent,
        "earned": sale.earned,
        "returned": sale.returned,
        "lines": [_line(line) for line in sale.lines],
        "offers": [
            {"offer": one.offer, "voucher": one.voucher, "amount": one.amount, "points": one.points}
            for one in work.sales.applied(sale.id)
        ],
        "returns": [
            {"id": one.id, "at": iso(one.at), "reason": one.reason, "money": one.back.money,
             "points_returned": one.points_returned, "points_taken": one.points_taken}
            for one in work.sales.returns(sale.id)
        ],
    }  # fmt: skip


def _line(line: SoldLine) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": quantity(line.milli),
        "unit_price": line.unit_price,
        "amount": line.amount,
        "discount": line.discount,
        "points_paid": line.points_paid,
        "total": line.total,
        "earned": line.earned,
    }
