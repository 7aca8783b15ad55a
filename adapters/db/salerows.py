"""Receipts as rows: sales and their lines, returns, codes that have paid."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, String, bindparam, exists, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.db.confirmrows import ConfirmationRows
from adapters.db.historyrows import has_history
from adapters.db.offerrows import hashes_of
from adapters.db.prepared import Prepared, Step, together
from adapters.db.saletables import return_lines, returns, sale_lines, sale_offers, sales, used_codes
from core.ledger.model import OperationId
from core.sales.model import Back, BackLine, Receipt, ReturnId, Sale, SaleId, SaleReturn, SoldLine
from core.sales.ports import Shift
from core.sales.quoting import Applied
from core.shared.values import CardId, CustomerId, StoreId

_SELVES = Prepared(
    text(
        "with recursive one(id) as (select cast(:customer as varchar(36)) union "
        "select m.absorbed from merges m join one on m.survivor = one.id where m.undone_at is null) select id from one"
    ).columns(id=String)
)
_ONE_SALE = select(sales).where(sales.c.id == bindparam("p_sale"))
_SALE, _LOCKED_SALE = Prepared(_ONE_SALE), Prepared(_ONE_SALE.with_for_update())
_LINES = Prepared(select(sale_lines).where(sale_lines.c.sale == bindparam("p_sale")).order_by(sale_lines.c.line))
_BY_RECEIPT = Prepared(
    select(sales).where(
        sales.c.store == bindparam("p_store"),
        sales.c.till == bindparam("p_till"),
        sales.c.receipt == bindparam("p_receipt"),
        sales.c.business_date == bindparam("p_day"),
    )
)
_APPLIED = Prepared(select(sale_offers).where(sale_offers.c.sale == bindparam("p_sale")).order_by(sale_offers.c.place))
_ADD_SALE, _ADD_LINE, _ADD_OFFER = Prepared(insert(sales)), Prepared(insert(sale_lines)), Prepared(insert(sale_offers))
_BACK = (
    update(sale_lines)
    .where(sale_lines.c.sale == bindparam("p_sale"), sale_lines.c.line == bindparam("p_line"))
    .values(returned_milli=sale_lines.c.returned_milli + bindparam("p_milli"))
)
_WHOLE = Prepared(update(sales).where(sales.c.id == bindparam("p_sale")).values(returned=True))
_RETURNS = select(returns).where(returns.c.sale == bindparam("p_sale")).order_by(returns.c.at, returns.c.id)
_RETURN_LINES = select(return_lines).where(return_lines.c["return"] == bindparam("p_return")).order_by("line")
_PEOPLE: BindParameter[Any] = bindparam("p_people", expanding=True)
_BOUGHT = select(exists().where(sales.c.customer.in_(_PEOPLE), sales.c.returned.is_(False)))
_OF = select(sales).where(sales.c.customer.in_(_PEOPLE)).order_by(sales.c.sold_at.desc(), sales.c.id.desc())
_OFFLINE = select(func.coalesce(func.sum(sales.c.points_spent), 0)).where(
    sales.c.customer.in_(_PEOPLE),
    sales.c.offline.is_(True),
    sales.c.sold_at >= bindparam("p_since"),
    sales.c.sold_at < bindparam("p_until"),
)
_BEFORE = select(func.max(sales.c.sold_at)).where(
    sales.c.source == bindparam("p_source"), sales.c.offline.is_(False), sales.c.sold_at <= bindparam("p_at")
)
_AFTER = select(func.min(sales.c.sold_at)).where(
    sales.c.source == bindparam("p_source"), sales.c.offline.is_(False), sales.c.sold_at > bindparam("p_at")
)
_OUTAGE = select(func.coalesce(func.sum(sales.c.points_spent), 0)).where(
    sales.c.source == bindparam("p_source"), sales.c.offline.is_(True)
)
_SHIFT = select(
    func.count().label("count_"),
    func.coalesce(func.sum(sales.c.total), 0).label("total"),
    func.coalesce(func.sum(sales.c.points_spent), 0).label("spent"),
    func.coalesce(func.sum(sales.c.earned), 0).label("earned"),
).where(sales.c.source == bindparam("p_source"), sales.c.sold_at >= bindparam("p_since"))
_SHIFT_BACK = select(func.count().label("count_"), func.coalesce(func.sum(returns.c.money), 0).label("money")).where(
    returns.c.source == bindparam("p_source"), returns.c.at >= bindparam("p_since")
)
_USE_CODE = Prepared(
    {
        "sqlite": sqlite.insert(used_codes).on_conflict_do_nothing().returning(used_codes.c.card),
        "postgresql": postgresql.insert(used_codes).on_conflict_do_nothing().returning(used_codes.c.card),
    }
)


class SaleRows(ConfirmationRows):
    """Satisfies `core.sales.ports.Sales`."""

    def add(self, sale: Sale, applied: Sequence[Applied]) -> None:
        """The receipt, its lines and what was applied, at once."""
        steps: list[Step] = [(_ADD_SALE, _row_of_sale(sale))]
        steps += [
            (_ADD_LINE, {"sale": sale.id, "line": at, **_row_of_line(line)}) for at, line in enumerate(sale.lines)
        ]
        steps += [
            (_ADD_OFFER, {"sale": sale.id, "place": place, "offer": one.offer, "version": one.version,
                          "voucher": one.code, "amount": one.amount, "points": one.points})
            for place, one in enumerate(applied)
        ]  # fmt: skip
        together(self._connection, steps)

    def by_receipt(self, receipt: Receipt) -> Sale | None:
        """By its unique identity."""
        values = {
            "p_store": receipt.store,
            "p_till": receipt.till,
            "p_receipt": receipt.number,
            "p_day": receipt.day,
        }
        row = _BY_RECEIPT.one(self._connection, values)
        return None if row is None else self._whole(row)

    def get(self, sale: SaleId, *, lock: bool = False) -> Sale | None:
        """With its lines."""
        row = (_LOCKED_SALE if lock and self._locks else _SALE).one(self._connection, {"p_sale": sale})
        return None if row is None else self._whole(row)

    def applied(self, sale: SaleId) -> Sequence[Applied]:
        """The offers that gave something."""
        rows = _APPLIED.all(self._connection, {"p_sale": sale})
        return [Applied(row.offer, row.version, row.voucher, row.voucher, row.amount, row.points, {}) for row in rows]

    def add_return(self, done: SaleReturn) -> None:
        """The database itself refuses a line of which more comes back than was sold."""
        run = self._connection.execute
        row = {
            "id": done.id,
            "sale": done.sale,
            "operation": done.operation,
            "at": done.at,
            "source": done.source,
            "reason": done.reason,
            "money": done.back.money,
            "points_returned": done.points_returned,
            "points_due": done.back.due,
            "points_taken": done.points_taken,
            "shortfall": done.shortfall,
        }
        run(insert(returns), row)
        lines = [
            {"return": done.id, "line": one.line, "milli": one.milli, "money": one.money,
             "points_paid": one.points_paid, "earned": one.earned}
            for one in done.back.lines
        ]  # fmt: skip
        run(insert(return_lines), lines)
        run(_BACK, [{"p_sale": done.sale, "p_line": one.line, "p_milli": one.milli} for one in done.back.lines])
        if done.back.whole:
            _WHOLE.run(self._connection, {"p_sale": done.sale})

    def returns(self, sale: SaleId) -> Sequence[SaleReturn]:
        """In the order in which they came."""
        found = []
        for row in self._connection.execute(_RETURNS, {"p_sale": sale}).all():
            lines = self._connection.execute(_RETURN_LINES, {"p_return": row.id})
            back = tuple(BackLine(one.line, one.milli, one.money, one.points_paid, one.earned) for one in lines)
            told = Back(back, row.money, row.points_returned, 0, row.points_due, whole=False)
            operation = OperationId(row.operation) if row.operation else None
            found.append(
                SaleReturn(
                    ReturnId(row.id), sale, operation, row.at, row.source, row.reason, told, row.points_returned,
                    row.points_taken, row.shortfall,
                )
            )  # fmt: skip
        return found

    def selves(self, customer: CustomerId) -> Sequence[CustomerId]:
        """The customer first."""
        return [CustomerId(row.id) for row in _SELVES.all(self._connection, {"customer": customer})]

    def has_bought(self, selves: Sequence[CustomerId]) -> bool:
        """By the index of a customer's sales."""
        if self._connection.execute(_BOUGHT, {"p_people": list(selves)}).scalar():
            return True
        return has_history(self._connection, selves, hashes_of(self._connection, self._outside, selves))

    def of(self, selves: Sequence[CustomerId], limit: int) -> Sequence[Sale]:
        """Newest first."""
        rows = self._connection.execute(_OF.limit(limit), {"p_people": list(selves)}).all()
        return [self._whole(row) for row in rows]

    def offline_points(self, selves: Sequence[CustomerId], since: datetime, until: datetime) -> int:
        """In a day."""
        values = {"p_people": list(selves), "p_since": since, "p_until": until}
        return int(self._connection.execute(_OFFLINE, values).scalar_one())

    def outage_points(self, source: str, at: datetime) -> int:
        """Between the till's last online sale before the instant and its first one after."""
        run, values = self._connection.execute, {"p_source": source, "p_at": at}
        before, after = run(_BEFORE, values).scalar(), run(_AFTER, values).scalar()
        chosen = _OUTAGE
        if before is not None:
            chosen = chosen.where(sales.c.sold_at > before)
        if after is not None:
            chosen = chosen.where(sales.c.sold_at < after)
        return int(run(chosen, {"p_source": source}).scalar_one())

    def shift(self, source: str, since: datetime) -> Shift:
        """Two sums over the source's own rows."""
        values = {"p_source": source, "p_since": since}
        sold = self._connection.execute(_SHIFT, values).one()
        back = self._connection.execute(_SHIFT_BACK, values).one()
        return Shift(sold.count_, int(sold.total), int(sold.spent), int(sold.earned), back.count_, int(back.money))

    def use_code(self, card: CardId, code: str, sale: SaleId, at: datetime) -> bool:
        """The unique key decides."""
        row = {"card": card, "code": code, "sale": sale, "at": at}
        return _USE_CODE.value(self._connection, row) is not None

    def _whole(self, row: Row[Any]) -> Sale:
        lines = _LINES.all(self._connection, {"p_sale": row.id})
        return Sale(
            SaleId(row.id),
            Receipt(StoreId(row.store), row.till, row.receipt, row.business_date),
            CustomerId(row.customer) if row.customer else None,
            OperationId(row.operation) if row.operation else None,
            row.sold_at,
            row.received_at,
            row.source,
            row.digest,
            row.points_spent,
            bool(row.offline),
            tuple(_line_of_row(line) for line in lines),
            row.answer,
            bool(row.returned),
        )


def _row_of_sale(sale: Sale) -> dict[str, Any]:
    return {
        "id": sale.id,
        "operation": sale.operation,
        "customer": sale.customer,
        "store": sale.receipt.store,
        "till": sale.receipt.till,
        "receipt": sale.receipt.number,
        "business_date": sale.receipt.day,
        "sold_at": sale.sold_at,
        "received_at": sale.received_at,
        "source": sale.source,
        "digest": sale.digest,
        "answer": sale.answer,
        "amount": sum(line.amount for line in sale.lines),
        "discount": sum(line.discount for line in sale.lines),
        "points_spent": sale.points_spent,
        "points_paid": sum(line.points_paid for line in sale.lines),
        "total": sale.total,
        "earned": sale.earned,
        "offline": sale.offline,
        "returned": sale.returned,
    }


def _row_of_line(line: SoldLine) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "category": line.category,
        "brand": line.brand,
        "no_points": line.no_points,
        "milli": line.milli,
        "unit_price": line.unit_price,
        "amount": line.amount,
        "discount": line.discount,
        "points_paid": line.points_paid,
        "total": line.total,
        "earned": line.earned,
        "returned_milli": line.returned,
    }


def _line_of_row(row: Row[Any]) -> SoldLine:
    return SoldLine(
        row.sku,
        row.name,
        row.category,
        row.brand,
        bool(row.no_points),
        row.milli,
        row.unit_price,
        row.amount,
        row.discount,
        row.points_paid,
        row.total,
        row.earned,
        row.returned_milli,
    )
