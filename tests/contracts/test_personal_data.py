"""Every column is personal or is not: what is personal is exported (or has a reason not to be) and can be forgotten."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Date, Double, Text, select, text

from adapters.chat.channel import WebChannel
from adapters.db import keep
from adapters.db.profiletables import customer_features
from adapters.db.sql import put
from adapters.db.tables import media, memories, metadata
from adapters.delivery.handling import handle_next
from bot.dialog import Dialog
from bot.messages import Answer, Pressed, Say, Typed
from bot.ports import RawEvent, Sent
from bot.words import Verbatim
from core.cards.actions import forget
from core.cards.model import CardState, Plastic
from core.cards.plastic import link_plastic
from core.customers.model import CodeUse, Customer
from core.customers.proof import send_code, subject_of_phone
from core.ledger.merging import merge, unmerge
from core.offers.meeting import Arm, Met
from core.offers.situations import Rule
from core.offers.weekly import Because, Chosen, Did, Pick, PromoItem, picks_text
from core.sales.export import export
from core.shared.refusals import Refusal
from core.shared.values import CustomerId, Language, Phone
from core.surveys.model import Given, Kind
from tests.contracts.test_talk import OLENA, register
from tests.support.world import Person, World

FLAGS = {"owner", "week", "single_category", "active_12m"}
"""Columns of the customer table that say nothing by themselves."""
EXPORTED = {
    "customers": {"name", "phone", "source", "birthday", "sex", "city", "email"},
    "addresses": {"user_key", "profile_name", "source"},
    "plastics": {"phone", "name", "birthday"},
    "answers": {"value"},
    "plan_rows": {"picks"},
    "customer_features": {column.name for column in customer_features.columns} - FLAGS,
    "refused_goods": {"sku"},
    "offer_events": {"sku"},
    "situation_people": {"week"},
}
"""Personal columns that `core.sales.export` shows."""
HELD_BACK = {
    "inbox": ({"user_key", "body"}, "events on their way, blanked as soon as they are handled"),
    "outbox": ({"user_key", "letter"}, "letters on their way: the person has them, or will"),
    "dialogs": ({"key", "state"}, "half a conversation: what it leads to is exported"),
    "campaign_receipts": ({"user_key"}, "what a platform says of a message, for a minute, until the message is marked"),
    "memories": ({"user_key", "value"}, "notes of a channel about its own messages"),
    "media": ({"owner", "content"}, "pictures and files made from what is exported"),
    "codes": ({"subject", "phone", "origin"}, "secrets that live five minutes"),
    "tries": ({"item"}, "counts that limit guessing"),
    "merges": ({"addresses"}, "the shop's record of which addresses were moved"),
}
"""Personal columns that the export leaves out, and why."""
NOT_PERSONAL = {
    "situation_rules": "*",
    "stores": "*", "products": "*", "promo": "*", "plans": "*", "tills": "*", "till_misses": "*", "counters": "*",
    # Counts of a week, and who of the staff switched a ranking.
    "week_reports": "*", "rankings": "*", "kept_figures": "*", "questionnaire_judged": "*",
    # People who work here have logins, not cards; their rows end with the login.
    "staff": "*", "sessions": "*", "audit": "*", "staff_factors": "*", "recovery_codes": "*", "till_sightings": "*",
    # Files of the shop: their name, size and counts; of what they changed, goods, promo items, codes and numbers alone.
    "imports": "*", "import_changes": "*",
    # What is meant and planned names no customer; of a run's people only the pseudonym is kept.
    "segments": "*", "campaigns": "*", "campaign_runs": "*", "campaign_people": "*", "campaign_results": "*",
    "campaign_counts": "*", "campaign_packs": "*", "campaign_rates": "*", "campaign_senders": "*",
    # Pseudonyms: ids and digests that lead to nobody once the rows above are blank.
    "customers": {"id", "merged_into", "created_at", "phone_verified_at", "language", "last_seen_at", "spend_lock",
                  "forgotten_at"},
    "suppressed": "*",
    # The ledger of consents and the facts name a customer by id only: proof and accounting, kept.
    "consents": "*", "agreements": "*", "events": "*",
    # What is asked; which questions a pseudonym was paid for, and who completed it: never what was answered.
    "questionnaires": "*", "question_rewards": "*", "questionnaire_completions": "*", "questionnaire_changes": "*",
    "answers": {"customer", "question", "kind", "version", "at"},
    "plan_rows": {"plan", "owner"},
    "customer_features": FLAGS,
    "refused_goods": {"customer", "at"},
    "offer_events": {"customer", "week", "what", "kind", "at"},
    "situation_people": {"rule", "owner", "arm", "voucher", "at"},
    # The number finds a card that is deleted; the shop's receipts name it, and the accounting stays.
    "cards": "*", "card_numbers": "*", "spoken_codes": "*",
    # The accounting: points, receipts and rights, kept under the pseudonym (domain section 2).
    "once_keys": "*", "operations": "*", "lots": "*", "entries": "*", "operation_members": "*", "purses": "*",
    "holds": "*", "seals": "*", "sales": "*", "sale_lines": "*", "sale_offers": "*", "returns": "*",
    "return_lines": "*", "used_codes": "*", "confirmations": "*", "offers": "*", "offer_people": "*",
    "offer_uses": "*", "vouchers": "*", "voucher_moves": "*", "voucher_batches": "*",
    "quiet_customers": "*", "purchases": "*",
    "plastics": {"number", "symbology", "points", "points_expire_on", "blocked", "card"},
    "addresses": {"channel", "bot", "first_seen_at", "language", "chosen_language", "customer", "level", "subscribed",
                  "subscribed_at"},
    "merges": {"id", "survivor", "absorbed", "actor", "at", "card", "agreed_before", "undone_at"},
    "codes": {"id", "use", "digest", "sent_at", "expires_at", "tries_left", "used"},
    "tries": {"id", "kind", "subject", "at"},
    "memories": {"channel", "bot", "key"},
    "campaign_receipts": {"id", "channel", "bot", "message", "seen", "at", "turn", "due_at"},
    "media": {"name", "mime", "digest", "created_at", "until"},
    "inbox": {"id", "channel", "bot", "event_key", "received_at", "state", "tries", "error"},
    "outbox": {"id", "event", "channel", "bot", "language", "level", "is_last", "created_at", "not_before", "state",
               "tries", "lease_until", "message", "error"},
}  # fmt: skip
"""Columns that say nothing about a person who is not otherwise known."""
PERSONAL = {**EXPORTED, **{table: columns for table, (columns, _) in HELD_BACK.items()}}

OTHER = Phone("+380672222222")
TRACES = (
    "671234567", "672222222", "user-key-4711", "user-key-4712", "user-key-4713", "Канаркіна", "Злита", "Профільна",
    "Пластикова", "Вільна", "ref-canary", "1987-06-05", "1961-02-03", "стать-канарка", "Канаркове", "canary@example",
    "тіло-канарка", "лист-канарка", "діалог-канарка", "пам'ять-канарка", "файл-канарка", "спроба-канарка",
    "відповідь-канарка", "добір-канарка", "відмова-канарка", "товар-канарка", "улюблене-канарка",
    "4711004", "тиж-кан",
)  # fmt: skip


def test_every_column_is_on_one_list() -> None:
    for table in metadata.sorted_tables:
        columns = {column.name for column in table.columns}
        harmless = NOT_PERSONAL.get(table.name, set())
        harmless = columns if harmless == "*" else set(harmless)
        personal = PERSONAL.get(table.name, set())
        assert personal | harmless == columns, f"{table.name}: say of each column whether it is personal"
        assert not personal & harmless, table.name


def values(world: World) -> dict[tuple[str, str], list[str]]:
    """Every value of every column, as text."""
    found: dict[tuple[str, str], list[str]] = {}
    with world.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for column, value in row._mapping.items():
                    found.setdefault((table.name, column), []).append(_text(value))
    return found


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def profile(owner: str) -> dict[str, list[Any]]:
    """A row of the customer table, a trace in every column that can hold one."""
    traces = {Date: date(1987, 6, 5), Text: "улюблене-канарка", BigInteger: 4711004711, Double: 0.4711004711}
    row = {one.name: next((told for kind, told in traces.items() if isinstance(one.type, kind)), None)
           for one in customer_features.columns}  # fmt: skip
    return {name: [value] for name, value in {**row, "owner": owner, "week": "2026-W48", "cluster": 4711004}.items()}


def leave_traces(work: Any, customer: Customer, person: Person) -> None:
    """One trace of the person in every place that can hold one."""
    address, until = person.address, work.now + timedelta(days=1)
    work.customers.save(
        replace(
            customer, name="Канаркіна", source="ref-canary", birthday=date(1987, 6, 5), sex="стать-канарка",
            city="Канаркове", email="canary@example.com",
        )
    )  # fmt: skip
    known = work.addresses.get(address)
    work.addresses.save(replace(known, profile_name="Профільна", source="ref-canary"))
    work.inbox.add(RawEvent(address, "later", {"text": "тіло-канарка"}), work.now)
    work.outbox.add(None, address, Answer([Say(Verbatim("лист-канарка"))], ()), Language.UK, None)
    dialog = Dialog("name", "name", {"profile": "діалог-канарка"})
    work.dialogs.save(address, customer.id, dialog)
    work.dialogs.save(address, None, dialog)
    row = {"channel": address.channel, "bot": address.bot, "user_key": address.user, "key": "pinned"}
    work.receipts.keep(address, "4711", seen=True, at=work.now)
    put(work.connection, memories, [{**row, "value": "пам'ять-канарка"}])
    work.files.keep("файл-канарка".encode(), "application/json", customer.id, until)
    file = {"mime": "image/png", "content": b"", "digest": "", "created_at": work.now, "until": None}
    put(work.connection, media, [{**file, "name": f"picture-{customer.id}", "owner": address.key}])
    work.tries.note("plastic", customer.id, "спроба-канарка", work.now)
    work.answers.put(customer.id, "hobby", Given("відповідь-канарка", Kind.TEXT, 1, work.now))
    pick = Pick("добір-канарка", Because.STORE)
    begun = work.plans.begin("2026-W48", work.now)
    work.plans.add(begun.id, [(customer.id, picks_text([pick]))])
    work.weeks.refuse(customer.id, "відмова-канарка", work.now)
    item = PromoItem("2026-W48", "товар-канарка", 200, 100)
    work.weeks.note(customer.id, [Chosen(pick, item)], Did.SHOWN, work.now)
    phone = customer.phone
    assert phone is not None
    for owner in (customer.id, f"phone:{work.offers.hashed(phone)}"):
        work.situations.add(Met(Rule.BIRTHDAY, owner, "тиж-кан", Arm.CONTROL, None, work.now))
    work.plans.add(begun.id, [(f"phone:{work.offers.hashed(phone)}", picks_text([pick]))])
    work.plans.finish(begun.id, {})
    for owner in (customer.id, f"phone:{work.offers.hashed(phone)}"):
        work.profiles.put(profile(owner), owner[:-1])
    subject = subject_of_phone(address, phone)
    send_code(work, phone=phone, use=CodeUse.PHONE, subject=subject, origin=address.key, language=Language.UK)


def lived_in(world: World) -> tuple[Person, CustomerId, str]:
    """A person with a second self merged into them, plastic both restored and not, and traces everywhere."""
    person, second = register(world.person("user-key-4711")), register(world.person("user-key-4712", "viber"), OTHER)
    world.do(
        lambda work: work.shelves.put_plastics(
            [
                Plastic("11110000", "code128", OLENA, "Пластикова", date(1987, 6, 5), 5),
                Plastic("22220000", "code128", OTHER, "Пластикова", date(1961, 2, 3), 5),
                Plastic("33330000", "code128", OLENA, "Вільна", date(1961, 2, 3), 5),
            ]
        )
    )
    ids = []
    for one, phone, number in ((person, OLENA, "11110000"), (second, OTHER, "22220000")):
        customer = world.do(lambda work, phone=phone: work.customers.by_phone(phone))
        assert customer is not None
        card = world.do(lambda work, customer=customer: work.cards.of(customer.id))
        world.do(lambda work, card=card, number=number: link_plastic(work, card=card, number=number))
        world.do(lambda work, customer=customer, one=one: leave_traces(work, customer, one))
        ids.append(customer.id)
    gone = world.do(lambda work: work.customers.get(ids[1]))
    assert gone is not None
    world.do(lambda work: work.customers.save(replace(gone, name="Злита", birthday=date(1961, 2, 3))))
    record = world.do(lambda work: merge(work, survivor=ids[0], absorbed=ids[1], actor="owner"))
    return person, ids[0], record.id


def test_what_is_personal_is_exported_and_forgotten_everywhere(world: World) -> None:
    _, customer, _ = lived_in(world)
    before = values(world)
    for table, columns in PERSONAL.items():
        for column in columns:
            told = "\n".join(before[table, column])
            assert any(trace in told for trace in TRACES), f"no trace was left in {table}.{column}"
    owner = world.do(lambda work: work.customers.get(customer))
    assert owner is not None
    shown = json.dumps(world.do(lambda work: export(work, customer=owner)), ensure_ascii=False)
    for trace in ("+380671234567", "Канаркіна", "ref-canary", "1987-06-05", "стать-канарка", "Канаркове", "canary@",
                  "user-key-4711", "user-key-4712", "Профільна", "Пластикова", "відповідь-канарка",
                  "добір-канарка", "відмова-канарка", "товар-канарка", "улюблене-канарка", "4711004711", "0.4711004711",
                  "тиж-кан", "+380672222222", "Злита", "1961-02-03", "11110000", "22220000"):  # fmt: skip
        assert trace in shown

    world.do(lambda work: forget(work, customer=owner, channel="telegram"))

    for place, kept in values(world).items():
        for trace in TRACES:
            assert trace not in "\n".join(kept), f"{trace} is still in {place}"
    with world.engine.connect() as connection:
        states = set(connection.execute(text("select state from cards")).scalars())
        hashes = connection.execute(text("select count(*) from suppressed")).scalar()
    assert states == {CardState.DELETED}
    assert hashes == 2
    assert keep.check(world.url) == []


def test_a_merge_taken_back_brings_nobody_back_who_is_forgotten(world: World) -> None:
    _, customer, record = lived_in(world)
    owner = world.do(lambda work: work.customers.get(customer))
    assert owner is not None
    world.do(lambda work: forget(work, customer=owner, channel="telegram"))
    with contextlib.suppress(Refusal):
        world.do(lambda work: unmerge(work, merge=record, actor="owner"))
    found = values(world)
    assert not any(trace in one for told in found.values() for one in told for trace in TRACES)
    assert set(found["cards", "state"]) == {CardState.DELETED.value}


def test_both_phones_of_a_forgotten_person_begin_anew(world: World) -> None:
    _, customer, _ = lived_in(world)
    owner = world.do(lambda work: work.customers.get(customer))
    assert owner is not None
    world.do(lambda work: forget(work, customer=owner, channel="telegram"))
    for user, phone in (("again", OLENA), ("again-too", OTHER)):
        register(world.person(user), phone)
        fresh = world.do(lambda work, phone=phone: work.customers.by_phone(phone))
        assert fresh is not None
        assert fresh.forgotten_at is None
        assert fresh.id != customer


def test_the_farewell_leaves_no_trace_once_it_is_sent(world: World) -> None:
    person = register(world.person("user-key-4713"))
    person.says(Typed("забути мене"))
    person.says(Pressed(person.button("Видалити все").action))
    farewell = world.do(lambda work: work.outbox.add(7, person.address, person.answer, Language.UK, None))
    row = {"channel": "telegram", "bot": "bot", "user_key": "user-key-4713", "key": "keyboard", "value": "1"}
    world.do(lambda work: put(work.connection, memories, [row]))
    for letter in farewell:
        world.do(lambda work, letter=letter: work.outbox.settle(letter.id, Sent("1"), work.now))
    assert not any("user-key-4713" in value for told in values(world).values() for value in told)


def test_a_handled_event_keeps_its_key_and_not_what_was_said(world: World) -> None:
    person = world.person("w" * 40, "web")
    address = replace(person.address, bot="house")
    event = RawEvent(address, "key-1", {"kind": "text", "text": "тіло-канарка"})
    world.do(lambda work: work.inbox.add(event, datetime.now(UTC)))
    assert world.do(lambda work: handle_next(work, WebChannel(), address, {})) is not None
    assert not any("тіло-канарка" in one for one in values(world)["inbox", "body"])
    assert values(world)["inbox", "event_key"] == ["key-1"]
