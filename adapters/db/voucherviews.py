"""Reads for the pages of vouchers: a million of them are listed by their indexes and counted by state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, false, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.db.batchrows import batch_of_row
from adapters.db.saletables import voucher_batches, voucher_moves, vouchers
from adapters.db.slices import slice_of
from adapters.db.voucherrows import UNUSED, voucher_of_row
from core.shared.listing import Asked, Slice
from core.vouchers.codes import normalised
from core.vouchers.model import VoucherState
from core.vouchers.views import BatchPage, CodeRow, Figures, Stands, VoucherMove, VoucherPage, VoucherRow

_of = vouchers.c
_ISSUED, _EXPIRED = VoucherState.ISSUED.value, VoucherState.EXPIRED.value
_batch = voucher_batches.c
_whole, _void = _batch.made >= _batch.codes, _batch.voided_at.is_not(None)
_STANDS: Mapping[str, ColumnElement[bool]] = {
    Stands.READY: and_(~_void, _whole),
    Stands.UNFINISHED: and_(~_void, ~_whole),
    Stands.VOID: _void,
}


class VoucherReads:
    """Satisfies `adapters.console.voucherports.VoucherViews`.

    Whoever looks sees a voucher expired once its last day has passed, though a late receipt may still bring it.
    """

    def __init__(self, engine: AsyncEngine, zone: ZoneInfo, clock: Callable[[], datetime]) -> None:
        self._engine, self._zone, self._clock = engine, zone, clock

    @property
    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    async def vouchers(self, asked: Asked) -> Slice[VoucherRow]:
        """By code, which is their primary key."""
        chosen, wanted = select(vouchers), asked.filters
        if "code" in wanted:
            chosen = chosen.where(_of.code == normalised(wanted["code"]))
        today = self._today
        for name in ("offer", "batch"):
            if name in wanted:
                chosen = chosen.where(_of[name] == wanted[name])
        if "state" in wanted:
            chosen = chosen.where(_stands(wanted["state"], today))
        made = partial(_row, today=today)
        async with self._engine.connect() as connection:
            return await slice_of(connection, chosen, asked, sortable={"code": _of.code}, order=(_of.code,), made=made)

    async def voucher(self, code: str) -> VoucherPage | None:
        """The voucher and its moves."""
        moves = select(voucher_moves).where(voucher_moves.c.code == code).order_by(voucher_moves.c.id)
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(vouchers).where(_of.code == code))).one_or_none()
            if row is None:
                return None
            told = [VoucherMove(one.at, one.move, one.cause) for one in await connection.execute(moves)]
        return VoucherPage(_row(row, self._today), told)

    async def figures(self) -> Mapping[str, Figures]:
        """Counted by the index of offers and states."""
        async with self._engine.connect() as connection:
            return dict(sorted((await self._counted(connection, _of.offer)).items()))

    async def batches(self, asked: Asked) -> Slice[BatchPage]:
        """How the vouchers of those on the page stand is counted by the index of batches."""
        chosen, wanted = select(voucher_batches), asked.filters
        if "offer" in wanted:
            chosen = chosen.where(_batch.offer == wanted["offer"])
        if "by" in wanted:
            chosen = chosen.where(_batch.made_by.startswith(wanted["by"], autoescape=True))
        if "state" in wanted:
            chosen = chosen.where(_STANDS.get(wanted["state"], false()))
        sortable = {"made": _batch.made_at, "count": _batch.codes, "by": _batch.made_by}
        async with self._engine.connect() as connection:
            page = await slice_of(
                connection,
                chosen,
                asked,
                sortable=sortable,
                order=(_batch.made_at.desc(), _batch.id),
                made=batch_of_row,
            )
            found = await self._counted(connection, _of.batch, _of.batch.in_([batch.id for batch in page.rows]))
        return Slice([BatchPage(batch, found.get(batch.id, Figures({}))) for batch in page.rows], page.total)

    async def batch(self, batch: str) -> BatchPage | None:
        """One batch."""
        if not batch.isprintable():
            return None
        async with self._engine.connect() as connection:
            chosen = select(voucher_batches).where(voucher_batches.c.id == batch)
            row = (await connection.execute(chosen)).one_or_none()
            if row is None:
                return None
            found = await self._counted(connection, _of.batch, _of.batch == batch)
        return BatchPage(batch_of_row(row), found.get(batch, Figures({})))

    async def codes(self, batch: str) -> Sequence[CodeRow]:
        """As they stand at one moment."""
        chosen, today = select(vouchers).where(_of.batch == batch).order_by(_of.code), self._today
        async with self._engine.connect() as connection:
            seen = [_row(row, today).voucher for row in await connection.execute(chosen)]
        return [CodeRow(one.code, one.valid_until, one.state.value) for one in seen]

    async def _counted(
        self, connection: AsyncConnection, by: ColumnElement[Any], *some: ColumnElement[bool]
    ) -> Mapping[str, Figures]:
        """Those over of late are few: they are counted by the index of last days, and shifted."""
        many = func.count().label("many")
        found: dict[str, dict[str, int]] = {}
        for row in await connection.execute(
            select(by.label("by"), _of.state, many).where(*some).group_by(by, _of.state)
        ):
            found.setdefault(row.by, {})[row.state] = int(row.many)
        over = select(by.label("by"), many).where(UNUSED, _of.valid_until < self._today, *some).group_by(by)
        for row in await connection.execute(over):
            states = found[row.by]
            states[_ISSUED] -= int(row.many)
            states[_EXPIRED] = states.get(_EXPIRED, 0) + int(row.many)
        return {name: Figures(states) for name, states in found.items()}


def _stands(state: str, today: date) -> ColumnElement[bool]:
    over = and_(_of.state == _ISSUED, _of.valid_until.is_not(None), _of.valid_until < today)
    if state == _EXPIRED:
        return or_(_of.state == state, over)
    return and_(_of.state == state, not_(over)) if state == _ISSUED else _of.state == state


def _row(row: Row[Any], today: date) -> VoucherRow:
    voucher = voucher_of_row(row)
    if voucher.state is VoucherState.ISSUED and voucher.over(today):
        voucher = replace(voucher, state=VoucherState.EXPIRED)
    return VoucherRow(voucher, row.batch or "", row.changed_at)
