"""A house of made people with everything that a segment can ask of them, set by set, on either database.

One in a hundred was merged into somebody, one was forgotten; of a few each fact is there twice, or taken back.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from adapters.db.completions import CompletionRows
from adapters.db.engines import sync_engine
from adapters.db.sql import fill
from adapters.db.tables import customers, products
from adapters.texts.questionnaire import house_questionnaire
from tests.support.world import World

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)


def fill_house(world: World, owners: Sequence[str], goods: Sequence[dict[str, object]] = ()) -> None:
    """These are customers, in the order of their ids, and those are products."""
    many = len(owners)
    patient = sync_engine(world.url, patient=True)
    with patient.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        days = [NOW - timedelta(days=day) for day in range(500)]
        told = [f"{day:%Y-%m-%dT%H:%M:%S.%fZ}" if sqlite else day for day in days]
        born = [None, *(date(1950 + at % 50, 1 + at % 12, 1 + at % 28) for at in range(10_000))]
        columns = {
            "id": owners, "created_at": [told[at % 499] for at in range(many)],
            "language": [("uk", "ru", "en", "uk")[at % 4] for at in range(many)],
            "merged_into": [owners[at - 1] if at % 100 == 98 else None for at in range(many)],
            "forgotten_at": [told[0] if at % 100 == 99 else None for at in range(many)],
        }  # fmt: skip
        own: dict[str, Callable[[int], Any]] = {
            "name": lambda at: f"Олена {at % 5_000}",
            "phone": lambda at: f"+38067{at * 7919 % 10_000_000:07d}",
            "phone_verified_at": lambda at: None if at % 20 == 7 else told[at % 499],
            "last_seen_at": lambda at: told[at % 90],
            "birthday": lambda at: born[at % 3 and at % 10_001],
            "sex": lambda at: ("f", "m", "")[at % 3],
            "city": lambda at: f"c{at % 9}",
            "source": lambda at: f"s{at % 5}",
        }
        for name, of in own.items():
            none = "" if name in {"name", "sex", "city"} else None
            columns[name] = [none if at % 100 == 99 else of(at) for at in range(many)]
        fill(connection, customers, columns)
        if goods:
            connection.execute(insert(products), [{**one, "name": one["sku"]} for one in goods])
        connection.execute(
            text(
                "create temporary table n as select row_number() over (order by id) - 1 as n, id, phone from customers"
            )
        )
        for said in SETS.split(";"):
            said = said.replace("{when}", "'2026-01-01T00:00:00.000000Z'").replace(
                "{blob}", "x''" if sqlite else "''::bytea"
            )
            for name, factor in (("{expires}", "7919"), ("{later}", "104729")):
                said = said.replace(name, EXPIRES[connection.dialect.name].replace("{factor}", factor))
            connection.execute(text(said.replace(":", "\\:")))
        asked, completions = house_questionnaire(), CompletionRows(connection)
        while completions.judge_some(asked, (), 50_000):
            pass
    with patient.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze" if sqlite else "vacuum analyze"))
    patient.dispose()


EXPIRES = {
    "sqlite": "strftime('%Y-%m-%dT22:00:00.000000Z', '2026-11-01', '+' || (n * {factor} % 365) || ' days')",
    "postgresql": "timestamptz '2026-11-01 22:00:00Z' + interval '1 day' * (n * {factor} % 365)",
}
SETS = """
insert into consents (customer, purpose, given, version, language, channel, at)
select id, 'marketing', n * 7919 % 10 < 7, '1', 'uk', 'web', {when} from n;
insert into consents (customer, purpose, given, version, language, channel, at)
select id, 'terms', true, '1', 'uk', 'web', {when} from n;
insert into consents (customer, purpose, given, version, language, channel, at)
select id, 'profiling', n % 20 <> 3, '1', 'uk', 'web', {when} from n where n % 2 = 1;
insert into consents (customer, purpose, given, version, language, channel, at)
select id, 'marketing', false, '1', 'uk', 'web', '2026-02-01T00:00:00.000000Z' from n where n % 50 = 1;
insert into addresses (channel, bot, user_key, first_seen_at, language, chosen_language, customer, subscribed)
select case when n % 3 = 0 then 'viber' else 'telegram' end, 'b', id, {when}, 'uk', false, id, n * 104729 % 10 < 9
from n where n % 10 < 9;
insert into addresses (channel, bot, user_key, first_seen_at, language, chosen_language, customer, subscribed)
select 'web', 'b', id, {when}, 'uk', false, id, true from n where n % 10 = 1;
insert into cards (id, customer, number, symbology, state, secret, issued_at)
select id, id, id, 'ean13', case when n % 7 = 0 then 'issued' when n % 100 = 50 then 'blocked' else 'active' end,
{blob}, {when} from n;
insert into cards (id, customer, number, symbology, state, secret, issued_at)
select 'r' || substr(id, 2), id, 'r' || id, 'ean13', 'replaced', {blob}, {when} from n where n % 20 = 3;
insert into plastics (number, symbology, phone, name, points, blocked, card)
select 'p' || n, 'ean13', phone, '', 0, false, case when n % 10 < 4 then id end from n where n % 10 < 5;
insert into plastics (number, symbology, phone, name, points, blocked, card)
select 'q' || n, 'ean13', '+38050' || n, '', 0, false, null from n;
insert into purses (customer, active, pending, held, debt) select id, n % 500, n % 60, 0, 0 from n;
insert into purses (customer, active, pending, held, debt) select 'plastic:p' || n, n % 50, 0, 0, 0 from n
where n % 10 = 4;
insert into operations (id, kind, source, key, at, business_at) values ('o', 'earn', 't', 'o', {when}, {when});
insert into lots (id, customer, operation, source, earned, issued_at, activates_at, expires_at, pending, active, held)
select 'a' || substr(id, 2), id, 'o', 'sale', 100, {when}, {when}, {expires}, 0,
case when n % 5 = 0 then 0 else n % 100 + 1 end, 0 from n where n % 10 < 7;
insert into lots (id, customer, operation, source, earned, issued_at, activates_at, expires_at, pending, active, held)
select 'b' || substr(id, 2), id, 'o', 'sale', 100, {when}, {when}, {later}, 0, n % 100 + 1, 0 from n where n % 10 < 6;
insert into lots (id, customer, operation, source, earned, issued_at, activates_at, expires_at, pending, active, held)
select 'c' || substr(id, 2), id, 'o', 'sale', 100, {when}, {when}, {expires}, 0, 0, 0 from n where n % 10 < 8;
insert into answers (customer, question, kind, value, version, at)
select id, 'interests', 'choices', case when n % 3 = 0 then 'coffee,bread' else 'household' end, 0, {when} from n
where n % 2 = 0;
insert into answers (customer, question, kind, value, version, at)
select id, 'store', 'store', 's' || (n % 9), 0, {when} from n where n % 5 < 3;
insert into answers (customer, question, kind, value, version, at)
select id, 'family', 'choice', case when n % 4 = 0 then 'children' else 'couple' end, 0, {when} from n where n % 5 < 3;
insert into answers (customer, question, kind, value, version, at)
select id, 'children', 'choices', 'baby,school', 0, {when} from n where n % 5 < 3 and n % 4 = 0;
insert into answers (customer, question, kind, value, version, at)
select id, 'values', 'choice', 'bargain', 0, {when} from n where n % 5 < 2;
insert into campaigns (id, version, state, name, kind, plan, salt, created_by, created_at, changed_by, changed_at)
values ('c', 1, 'finished', 'c', 'promotion', '{}', '', 'x', {when}, 'x', {when});
insert into campaign_runs (campaign, number, due_at, deliver_by, window_until, figures)
values ('c', 1, {when}, {when}, {when}, '{}'), ('c', 2, {when}, {when}, {when}, '{}');
insert into campaign_people (run, serial, customer, arm, trial, outcome, at, cost, tries, reason)
select r.id, n, n.id, 'A', true, case when n % 10 = 0 then 'control' else 'sent' end, {when}, 0, 0, ''
from n, campaign_runs r where n % 3 <> r.number;
insert into purchases (owner, first_at, last_at) select id, {when}, {when} from n where n % 10 < 9;
insert into customer_features (owner, week, first_day, last_day, recency_days, tenure_days, receipts, days, money,
basket_mean, items_per_receipt, gap_median, gap_mean, gap_sd, receipts_28d, receipts_90d, receipts_365d, money_28d,
money_90d, money_365d, categories, brands, stores, top_category, top_store, weekday, hour, discount_share, promo_share,
returns, return_share, single_category, active_12m, lifecycle, r, f, m, basket_third, items_third, cluster, leaving)
select id, '2026-W45', '2025-01-01', '2026-10-01', 31, 600, n % 90, n % 80, n * 37 % 900000, n * 13 % 90000, n % 20,
n % 60, n % 60, n % 9, n % 4, n % 9, n % 40, n % 40000, n % 90000, n % 400000, n % 30, n % 60, n % 4,
'category 0' || (n % 9), 's' || (n % 9), 1 + n % 7, n % 24, (n * 7919 % 1000) / 1000.0, (n * 31 % 1000) / 1000.0,
n % 3, 0, n % 16 = 0, n % 5 < 4,
case n % 4 when 0 then 'new' when 1 then 'lapsing' when 2 then 'lost' else 'regular' end,
1 + n % 5, 1 + n / 5 % 5, 1 + n / 25 % 5, 1 + n * 31 % 3, 1 + n * 17 % 3, n % 12, (n * 53 % 1000) / 1000.0
from n where n % 10 < 9 and n % 100 < 98"""
