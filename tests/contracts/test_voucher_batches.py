"""Batches of vouchers on both databases: codes made a chunk at a time, cut off and gone on with, voided together."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from adapters.db import keep as keeping
from adapters.db.engines import read_engine
from adapters.db.voucherviews import VoucherReads
from core.offers.editing import end, keep
from core.shared.listing import Asked
from core.shared.refusals import Refusal
from core.vouchers.actions import redeem
from core.vouchers.batches import MOST, batch_of, fill_some, start, void_batch, void_some
from core.vouchers.codes import is_ours, printed
from core.vouchers.model import Batch
from core.vouchers.views import Stands
from tests.support.world import World

GIFT: dict[str, Any] = {"id": "gift", "audience": "voucher", "benefit": {"kind": "amount_off", "amount": 100}}
TODAY = date(2026, 11, 26)

REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"count": 0}, "batch-count"), ({"count": MOST + 1}, "batch-count"), ({"offer": "nothing"}, "unknown-offer"),
    ({"offer": "open"}, "batch-offer"), ({"offer": "old"}, "batch-over"), ({"last": date(2026, 11, 25)}, "batch-days"),
    ({"first": date(2027, 1, 1)}, "batch-days"),
)  # fmt: skip


@pytest.fixture
def house(world: World) -> World:
    for data in (GIFT, {**GIFT, "id": "open", "audience": "public"}, {**GIFT, "id": "old"}):
        world.do(lambda work, data=data: keep(work, data=data, phones=work.phones.read))
    world.do(lambda work: end(work, offer="old", seen=1, today=TODAY))
    return world


def begun(world: World, count: int = 12, **more: Any) -> Batch:
    given: dict[str, Any] = {"offer": "gift", "count": count, "first": None, "last": date(2026, 12, 31)}
    return world.do(lambda work: start(work, **{**given, **more}, actor="anna"))


def refused(world: World, job: Callable[[Any], Any]) -> str:
    with pytest.raises(Refusal) as refusal:
        world.do(job)
    return refusal.value.code


def test_codes_are_made_in_chunks_and_what_was_cut_off_is_gone_on_with(house: World) -> None:
    batch = begun(house)
    assert house.do(lambda work: fill_some(work, batch=batch.id, limit=5)).left == 7
    assert house.do(lambda work: batch_of(work, batch.id)).made == 5
    while house.do(lambda work: fill_some(work, batch=batch.id, limit=5)).left:
        continue
    assert house.do(lambda work: fill_some(work, batch=batch.id)).left == 0
    with house.engine.connect() as connection:
        rows = connection.execute(text("select code, offer, state, valid_until, customer from vouchers")).all()
    assert len({row.code for row in rows}) == 12
    assert all(is_ours(row.code) for row in rows)
    assert {(row.offer, row.state, str(row.valid_until), row.customer) for row in rows} == {
        ("gift", "issued", "2026-12-31", None)
    }
    assert keeping.check(house.url) == []
    second = begun(house, 4)
    some = {*sorted(row.code for row in rows)[:2], "AAAA1", "AAAA2"}
    assert house.do(lambda work: work.batches.fill(second, some, work.now)) == 2, "what somebody has is left out"
    assert house.do(lambda work: fill_some(work, batch=second.id)).left == 0
    with house.engine.connect() as connection:
        assert connection.execute(text("select count(*) from vouchers")).scalar_one() == 16
    given: dict[str, Any] = {"offer": "gift", "count": 1, "first": None, "last": date(2026, 12, 31), "actor": "anna"}
    for wrong, code in REFUSED:
        assert refused(house, lambda work, wrong=wrong: start(work, **{**given, **wrong})) == code


async def test_a_voided_batch_keeps_what_was_redeemed_and_makes_no_more(house: World) -> None:
    batch, other = begun(house, 6), begun(house, 2)
    house.do(lambda work: fill_some(work, batch=batch.id, limit=5))
    house.do(lambda work: fill_some(work, batch=other.id))
    reading = read_engine(house.url)
    views = VoucherReads(reading, house.programme.timezone, house.clock)
    listed = await views.vouchers(Asked({"batch": batch.id}))
    used = listed.rows[0].voucher
    house.do(lambda work: redeem(work, work.vouchers.find([used.code], (), lock=True)[used.code], sale="s", hold=None))
    assert refused(house, lambda work: void_some(work, batch=batch.id, actor="anna")) == "batch-lives"
    house.do(lambda work: void_batch(work, batch=batch.id, actor="anna"))
    voided = [house.do(lambda work: void_some(work, batch=batch.id, actor="anna", limit=3)) for _ in range(3)]
    assert voided == [3, 1, 0]
    assert refused(house, lambda work: fill_some(work, batch=batch.id)) == "batch-void"
    assert refused(house, lambda work: fill_some(work, batch="nothing")) == "unknown-batch"
    page = await views.batch(batch.id)
    assert page is not None
    assert (dict(page.figures.by_state), page.figures.percent) == ({"redeemed": 1, "void": 4}, 20)
    all_of_them = await views.batches(Asked())
    assert {one.batch.id: one.figures.total for one in all_of_them.rows} == {batch.id: 5, other.id: 2}
    unfinished = begun(house, 9)
    for filters, ids in (({"state": "void"}, {batch.id}), ({"state": "ready"}, {other.id}), ({"state": "x"}, set()),
                         ({"state": "unfinished"}, {unfinished.id}), ({"by": batch.made_by[:2], "offer": "gift"},
                         {batch.id, other.id, unfinished.id}), ({"by": "%"}, set())):  # fmt: skip
        assert {one.batch.id for one in (await views.batches(Asked(filters))).rows} == ids, filters
    for stands in Stands:
        assert {one.stands for one in (await views.batches(Asked({"state": stands.value}))).rows} == {stands}
    by_size = await views.batches(Asked(sort="count", down=True, size=1))
    assert ([one.batch.id for one in by_size.rows], by_size.total) == ([unfinished.id], 3)
    assert dict((await views.figures())["gift"].by_state) == {"issued": 2, "redeemed": 1, "void": 4}
    found = await views.vouchers(Asked({"code": printed(used.code).lower()}))
    assert [row.voucher.code for row in found.rows] == [used.code]
    assert (await views.vouchers(Asked({"state": "void"}))).total == 4
    gone = (await views.vouchers(Asked({"batch": batch.id, "state": "void"}))).rows[0].voucher.code
    told = await views.voucher(gone)
    assert told is not None
    assert [(one.move, one.cause) for one in told.moves] == [("void", "anna")]
    codes = [(row.code, row.state) for row in await views.codes(batch.id)]
    assert (len(codes), codes.count((used.code, "redeemed"))) == (5, 1)
    assert await views.voucher("NOTHING") is None
    await reading.dispose()


async def test_whoever_looks_sees_a_voucher_expired_from_the_day_after_its_last(house: World) -> None:
    made = begun(house, 3, last=TODAY)
    house.do(lambda work: fill_some(work, batch=made.id))
    reading = read_engine(house.url)
    views = VoucherReads(reading, house.programme.timezone, house.clock)
    for state, other in (("issued", "expired"), ("expired", "issued")):
        rows = (await views.vouchers(Asked({"state": state}))).rows
        assert {row.voucher.state.value for row in rows} == {state}
        assert (len(rows), (await views.vouchers(Asked({"state": other}))).total) == (3, 0)
        page, [row] = await views.batch(made.id), (await views.batches(Asked())).rows
        assert page is not None
        told = [page.figures.by_state, row.figures.by_state, (await views.figures())["gift"].by_state]
        assert [{name: many for name, many in one.items() if many} for one in told] == [{state: 3}] * 3
        assert {one.state for one in await views.codes(made.id)} == {state}
        seen = await views.voucher(rows[0].voucher.code)
        assert seen is not None
        assert seen.row.voucher.state.value == state
        house.clock.forward(days=1)
    await reading.dispose()
