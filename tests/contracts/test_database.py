"""The database keeps its promises: migrations, backups, checks, lanes, one registration among many."""

import asyncio
import os
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.db import keep, schema
from adapters.db.engines import AlreadyServed, is_sqlite, serve_alone
from adapters.db.granting import grant
from adapters.db.letters import pack, unpack
from adapters.db.tables import metadata
from bot.conversation import handle
from bot.dialog import Dialog
from bot.messages import Answer, Ask, Button, Incoming, Say, SharedPhone, Started
from bot.ports import RawEvent, Retry, Sent, Unreachable, Unsure
from bot.words import Verbatim, Words
from core.customers.actions import meet
from core.shared.refusals import Refusal
from core.shared.values import Address, Language, Phone
from tests.contracts.test_talk import OLENA, register
from tests.support.world import World, open_lanes

HERE = Address("web", "house", "x")


def test_models_and_migrations_agree(world: World) -> None:
    with world.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_down_and_up_again_leaves_an_empty_house(empty_url: str) -> None:
    schema.upgrade(empty_url)
    assert schema.is_current(empty_url)
    schema.downgrade(empty_url, "base")
    assert schema.current(empty_url) is None
    schema.upgrade(empty_url)
    assert schema.is_current(empty_url)


def test_a_backup_brings_everything_back(world: World, tmp_path: Path) -> None:
    register(world.person())
    keep.backup(world.url, tmp_path / "copy")
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    register(world.person("later"), Phone("+380501112233"))
    world.close()
    keep.restore(world.url, tmp_path / "copy")
    if not is_sqlite(world.url):
        grant(world.url, world.served)
    assert world.do(lambda work: work.customers.by_phone(OLENA)) == customer
    assert world.do(lambda work: work.customers.by_phone(Phone("+380501112233"))) is None
    assert keep.check(world.url) == []
    with pytest.raises(keep.CannotKeep, match="exists already"):
        keep.backup(world.url, tmp_path / "copy")


def test_a_damaged_or_foreign_file_is_not_restored(world: World, tmp_path: Path) -> None:
    register(world.person())
    (tmp_path / "bad").write_bytes(b"not a database" * 100)
    world.close()
    with pytest.raises(keep.CannotKeep):
        keep.restore(world.url, tmp_path / "bad")
    with pytest.raises(keep.CannotKeep, match="no such file"):
        keep.restore(world.url, tmp_path / "none")
    assert world.do(lambda work: work.customers.by_phone(OLENA)) is not None


def test_a_restore_waits_for_nobody_who_still_uses_the_database(world: World, tmp_path: Path) -> None:
    keep.backup(world.url, tmp_path / "copy")
    register(world.person())
    if is_sqlite(world.url):
        lock = serve_alone(Path(str(world.engine.url.database)))
        with pytest.raises(keep.CannotKeep, match="stop `kartka serve`"):
            keep.restore(world.url, tmp_path / "copy")
        os.close(lock)
    else:
        with world.engine.connect() as user:
            user.execute(text("select 1"))
            with pytest.raises(keep.CannotKeep, match="stop `kartka serve`"):
                keep.restore(world.url, tmp_path / "copy")
    assert world.do(lambda work: work.customers.by_phone(OLENA)) is not None


def test_a_database_damaged_beyond_reading_is_set_aside_and_restored(small_world: World, tmp_path: Path) -> None:
    register(small_world.person())
    keep.backup(small_world.url, tmp_path / "copy")
    small_world.close()
    path = Path(str(small_world.engine.url.database))
    path.write_bytes(b"the disk was full of ashes" * 400)
    keep.restore(small_world.url, tmp_path / "copy")
    assert keep.check(small_world.url) == []
    assert small_world.do(lambda work: work.customers.by_phone(OLENA)) is not None
    assert path.with_name(path.name + ".damaged").exists()


def test_a_backup_is_one_private_file_also_while_somebody_writes(world: World, tmp_path: Path) -> None:
    register(world.person())
    with world.engine.connect() as other, other.begin():
        other.execute(text("update customers set name = 'half'"))
        keep.backup(world.url, tmp_path / "copies" / "copy")
    (made,) = (tmp_path / "copies").iterdir()
    assert made.stat().st_mode & 0o077 == 0


def test_what_is_not_there_is_not_checked_or_saved(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(keep.CannotKeep, match="kartka db upgrade"):
        keep.check(empty_url)
    if is_sqlite(empty_url):
        with pytest.raises(keep.CannotKeep, match="does not exist"):
            keep.backup(empty_url, tmp_path / "copy")
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("delete from card_numbers", "without exactly one current number"),
        ("update cards set number = '123'", "does not show"),
        ("update inbox set state = 'odd'", "no known state"),
        ("update customers set forgotten_at = created_at", "forgotten customer"),
    ],
)
def test_the_check_finds_what_must_never_be(world: World, damage: str, found: str) -> None:
    register(world.person())
    world.do(lambda work: work.inbox.add(RawEvent(HERE, "k", {}), work.now))
    assert keep.check(world.url) == []
    with world.engine.begin() as connection:
        connection.execute(text(damage))
    assert found in "\n".join(keep.check(world.url))


def test_consents_can_only_be_added(world: World) -> None:
    register(world.person())
    for statement in ("update consents set given = true", "delete from consents"):
        with pytest.raises(DBAPIError, match="only grows"), world.owner.begin() as connection:
            connection.execute(text(statement))


def test_one_file_is_served_by_one_process(tmp_path: Path) -> None:
    lock = serve_alone(tmp_path / "k.db")
    assert lock > 0
    with pytest.raises(AlreadyServed):
        serve_alone(tmp_path / "k.db")


async def test_many_registrations_of_one_phone_at_once_make_one_customer_with_one_card(world: World) -> None:
    async with open_lanes(world) as (lanes, _):

        def story(work: Any, user: str) -> None:
            address = Address("telegram", "bot", user)
            for said in (Started(), SharedPhone(OLENA, own=True)):
                handle(work, Incoming(address, said, "uk", "Олена"), world.clock.now)

        people = [f"u{number}" for number in range(32)]
        await asyncio.gather(*(lanes.do(user, lambda work, user=user: story(work, user)) for user in people))
    customer = world.do(lambda work: work.customers.by_phone(OLENA))
    assert customer is not None
    assert len(world.do(lambda work: work.addresses.of(customer.id))) == 32
    with world.engine.connect() as connection:
        assert connection.execute(text("select count(*) from customers")).scalar() == 1


async def test_a_refusal_in_a_batch_disturbs_nobody_and_everybody_is_answered(world: World) -> None:
    async with open_lanes(world) as (lanes, _):

        def job(work: Any, number: int) -> int:
            work.tries.note("batch", "s", str(number), work.now)
            if number % 3 == 0:
                raise Refusal("third")
            if number % 7 == 0:
                raise ZeroDivisionError
            return number

        jobs = [lanes.do("same", lambda work, number=number: job(work, number)) for number in range(100)]
        answers = await asyncio.gather(*jobs, return_exceptions=True)
    kept = [answer for answer in answers if isinstance(answer, int)]
    assert kept == [number for number in range(100) if number % 3 and number % 7]
    assert world.do(lambda work: work.tries.distinct("batch", "s", world.clock.now.replace(year=2000))) == len(kept)


async def test_events_of_a_person_are_handled_in_order_and_once(world: World) -> None:
    async with open_lanes(world) as (lanes, mailroom):
        for number in range(3):
            event = RawEvent(HERE, f"k{number}", {"number": number})
            first = await lanes.do(HERE.key, lambda work, event=event: work.inbox.add(event, work.now))
            again = await lanes.do(HERE.key, lambda work, event=event: work.inbox.add(event, work.now))
            assert (first[1], again) == (True, (first[0], False))
        assert await mailroom.people_waiting(10) == [HERE]
        seen = []
        while (pending := await lanes.do(HERE.key, lambda work: work.inbox.next_of(HERE))) is not None:
            seen.append(pending.event.body["number"])
            await lanes.do(HERE.key, lambda work, pending=pending: work.inbox.done(pending.id))
        assert seen == [0, 1, 2]
        assert await mailroom.people_waiting(10) == []


async def test_letters_have_one_outcome_and_leases_keep_two_senders_apart(world: World) -> None:
    answer = Answer([Say(Words("menu.text"))], ())
    target = world.person("7").address
    world.do(lambda work: meet(work, address=target))
    async with open_lanes(world) as (lanes, mailroom):

        def add(work: Any) -> Any:
            return work.outbox.add(None, target, answer, Language.UK, None)[0]

        async def unsent() -> int:
            return len(await mailroom.letters_unsent(10, world.clock.now))

        letters = [await lanes.do("x", add) for _ in range(4)]
        assert await unsent() == 0
        world.clock.forward(seconds=46)
        assert await unsent() == 4
        assert await unsent() == 0
        for letter, outcome in zip(letters, (Sent("9"), Unreachable("blocked"), Retry(5), Unsure("?")), strict=True):
            await lanes.do("x", lambda work, i=letter.id, o=outcome: work.outbox.settle(i, o, world.clock.now))
        world.clock.forward(seconds=6)
        again = await mailroom.letters_unsent(10, world.clock.now)
        assert [letter.id for letter in again] == [letters[2].id, letters[3].id]
        await lanes.do("x", lambda work: work.outbox.settle(letters[3].id, Unsure("?"), world.clock.now))
        world.clock.forward(seconds=60)
        assert [one.id for one in await mailroom.letters_unsent(10, world.clock.now)] == [letters[2].id]
    with world.engine.connect() as connection:
        states = connection.execute(text("select state from outbox order by id")).scalars().all()
    assert states == ["sent", "unreachable", "new", "unknown"]


TEXTS = st.recursive(
    st.builds(Verbatim, st.text(max_size=20)),
    lambda inner: st.builds(
        Words,
        st.text(max_size=10),
        st.dictionaries(
            st.text(max_size=5),
            st.one_of(inner, st.text(max_size=5), st.integers(), st.datetimes(timezones=st.just(UTC))),
        ),
    ),
)


@given(st.builds(Ask, TEXTS, st.none() | TEXTS, st.lists(st.builds(Button, TEXTS), max_size=3).map(tuple)))
def test_a_reply_comes_back_from_json_as_it_went(ask: Ask) -> None:
    import json

    assert unpack(json.loads(json.dumps(pack(ask)))) == ask


def test_a_dialog_with_another_set_aside_comes_back() -> None:
    dialog = Dialog("language", "language", {}, 4, paused=Dialog("name", "name", {"profile": "О"}, 3))
    assert unpack(pack(dialog)) == dialog
