"""Batches of vouchers as rows: codes are made and voided many at once."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, literal, select, update

from adapters.db.prepared import Prepared
from adapters.db.saletables import voucher_batches, voucher_moves, vouchers
from adapters.db.sql import add, fill, one
from adapters.db.types import Instant, among
from core.vouchers.model import Batch, VoucherState

_of = voucher_batches.c
_FIND = select(voucher_batches).where(_of.id == bindparam("p_id"))
_LOCKED = _FIND.with_for_update()
_TAKEN = Prepared(
    {dialect: select(vouchers.c.code).where(named) for dialect, named in among(vouchers.c.code, "p_codes").items()}
)
_STAMP = Instant()


class BatchRows:
    """Satisfies `core.vouchers.batchports.Batches`."""

    def __init__(self, connection: Connection, *, locks: bool) -> None:
        self._connection, self._locks = connection, locks

    def get(self, batch: str, *, lock: bool = False) -> Batch | None:
        """By id."""
        row = one(self._connection, _LOCKED if lock and self._locks else _FIND, {"p_id": batch})
        return None if row is None else batch_of_row(row)

    def add(self, batch: Batch) -> None:
        """One more."""
        row = {
            "id": batch.id, "offer": batch.offer, "codes": batch.count, "made": batch.made,
            "valid_from": batch.valid_from, "valid_until": batch.valid_until, "made_at": batch.made_at,
            "made_by": batch.made_by, "voided_at": batch.voided_at, "voided_by": batch.voided_by,
        }  # fmt: skip
        add(self._connection, voucher_batches, row)

    def void(self, batch: Batch) -> None:
        """By id."""
        marked = {"voided_at": batch.voided_at, "voided_by": batch.voided_by}
        self._connection.execute(update(voucher_batches).where(_of.id == batch.id).values(**marked))

    def fill(self, batch: Batch, codes: Set[str], at: datetime) -> int:
        """A code that somebody else adds at this very moment breaks the work, which is then done anew with others."""
        taken = {row.code for row in _TAKEN.all(self._connection, {"p_codes": sorted(codes)})}
        fresh = sorted(codes - taken)
        many = len(fresh)
        columns: dict[str, Sequence[Any]] = {
            "code": fresh,
            "offer": [batch.offer] * many,
            "state": [VoucherState.ISSUED.value] * many,
            "valid_from": [batch.valid_from] * many,
            "valid_until": [batch.valid_until] * many,
            "changed_at": [_STAMP.process_bind_param(at, self._connection.dialect)] * many,
            "batch": [batch.id] * many,
        }
        fill(self._connection, vouchers, columns)
        self._connection.execute(update(voucher_batches).where(_of.id == batch.id).values(made=_of.made + many))
        return many

    def void_some(self, batch: Batch, actor: str, at: datetime, limit: int) -> int:
        """Moves are written for the codes that are taken, then these are void."""
        run, issued, void = self._connection.execute, VoucherState.ISSUED.value, VoucherState.VOID.value
        chosen = (
            select(vouchers.c.code)
            .where(vouchers.c.batch == batch.id, vouchers.c.state == issued)
            .order_by(vouchers.c.code)
            .limit(limit)
        )
        codes = list(run(chosen.with_for_update() if self._locks else chosen).scalars())
        if not codes:
            return 0
        mine = among(vouchers.c.code, "p_codes")[self._connection.dialect.name]
        still = (mine, vouchers.c.batch == batch.id, vouchers.c.state == issued)
        told = select(
            vouchers.c.code, literal("void"), literal(issued), literal(void), literal(actor[:36]),
            literal(at, Instant),
        ).where(*still)  # fmt: skip
        run(insert(voucher_moves).from_select(["code", "move", "source", "target", "cause", "at"], told),
            {"p_codes": codes})  # fmt: skip
        return run(update(vouchers).where(*still).values(state=void, changed_at=at), {"p_codes": codes}).rowcount


def batch_of_row(row: Row[Any]) -> Batch:
    """A row of `voucher_batches` as the core knows it."""
    return Batch(
        row.id, row.offer, row.codes, row.made, row.valid_from, row.valid_until, row.made_at, row.made_by,
        row.voided_at, row.voided_by,
    )  # fmt: skip
