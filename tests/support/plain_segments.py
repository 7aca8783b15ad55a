"""People made up for segments, as dicts, and a segment answered by dicts and loops: what SQL has to agree with."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.segments.fields import FIELDS, Contact, Dimension, Kind, Measure, Op
from core.segments.model import Answered, Bought, Contacted, Either, Every, FieldTest, Node, Not
from tests.support.segments import CAMPAIGNS, GROUPS, QUESTIONS, TEXTS, THINGS

TODAY = date(2027, 2, 26)
KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2027, 2, 26, 9, 30, tzinfo=UTC)
DUE = {"c1": NOW - timedelta(days=40), "c2": NOW - timedelta(days=3)}
"""When each campaign's run was due."""
_NUMBERS = ("receipts", "days", "receipts_28d", "receipts_90d", "receipts_365d", "categories", "brands", "stores",
            "hour", "returns", "cluster")  # fmt: skip
_MONEY = ("money", "money_28d", "money_90d", "money_365d")
_REAL = ("items_per_receipt", "gap_median")
_SHARES = ("discount_share", "promo_share", "return_share", "leaving")
Person = dict[str, Any]


def made_people(seed: int, many: int = 40) -> list[Person]:
    """Living, merged and forgotten ones, some with nothing at all; the same for the same seed."""
    chance = random.Random(seed)
    people = [_person(chance, seed, at) for at in range(many)]
    for one in people[many * 4 // 5 :]:
        if chance.random() < 0.5:
            merged = [other for other in people if other["merged_into"]]
            one["merged_into"] = chance.choice([*people[: many // 4], *merged, *merged])["id"]
        else:
            one["forgotten_at"] = NOW
    return people


def _person(chance: random.Random, seed: int, at: int) -> Person:
    def maybe(value: Any, share: float = 0.6) -> Any:
        return value if chance.random() < share else None

    def ago(days: int) -> datetime:
        return NOW - timedelta(days=chance.randrange(days), minutes=chance.randrange(2_000))

    birthdays = [date(1904, 2, 29), date(1904, 3, 3), date(1980, 2, 29), date(1999, 12, 31), TODAY.replace(year=1987),
                 date(1961, chance.randrange(1, 13), chance.randrange(1, 29))]  # fmt: skip
    return {
        "id": f"{seed:08x}-0000-7000-8000-{at:012x}",
        "created_at": ago(500), "language": chance.choice(["uk", "en", "ru"]),
        "city": chance.choice(["", *TEXTS["city"]]), "sex": chance.choice(["", "f", "m"]),
        "source": maybe(chance.choice(TEXTS["source"])), "birthday": maybe(chance.choice(birthdays)),
        "last_seen_at": maybe(ago(300)), "phone": f"+38067{seed:03d}{at:04d}", "phone_verified_at": maybe(NOW),
        "merged_into": None, "forgotten_at": None,
        "consents": [(chance.choice(["marketing", "profiling", "terms"]), chance.random() < 0.6, ago(3))
                     for _ in range(chance.randrange(4))],
        "addresses": [(channel, chance.random() < 0.6) for channel in TEXTS["channel"] if chance.random() < 0.4],
        "cards": [chance.choice(["issued", "active", "blocked", "replaced"])
                  for _ in range(chance.choice([0, 1, 1, 2]))],
        "plastic": chance.choice(["", "", "restored", "waiting"]),
        "purse": maybe((chance.randrange(300), chance.randrange(300))),
        "lots": [(chance.randrange(1, 150), maybe(NOW + timedelta(days=chance.randrange(-2, 60))))
                 for _ in range(chance.randrange(3))],
        "answers": {key: ",".join(chance.sample(options, chance.randrange(1, len(options)))) if options else "text, 5%"
                    for key, options in QUESTIONS.items() if chance.random() < 0.6},
        "said_at": ago(300), "sold": chance.random() < 0.3, "known": chance.random() < 0.3,
        "features": _features(chance) if chance.random() < 0.7 else None,
        "lines": [_line(chance) for _ in range(chance.choice([0, 0, 3, 12]))],
        "contacts": {campaign: _contact(chance, maybe, ago) for campaign in CAMPAIGNS if chance.random() < 0.5},
    }  # fmt: skip


def _contact(chance: random.Random, maybe: Any, ago: Any) -> dict[str, Any]:
    """One person of a run; a row of the control group may not say when it was settled."""
    outcome = chance.choice(["sent", "sent", "control", "failed", None])
    told = {"seen_at": maybe(ago(30)), "tapped_at": maybe(ago(10))} if outcome == "sent" else {}
    return {"outcome": outcome, "at": maybe(ago(100)), **told}


def _features(chance: random.Random) -> dict[str, Any]:
    bought = chance.random() < 0.85
    made: dict[str, Any] = {name: chance.choice([0, 1, 2, chance.randrange(400)]) for name in _NUMBERS}
    made |= {name: chance.randrange(50_000) for name in _MONEY}
    made |= {name: chance.choice([None, chance.random() * 90]) for name in _REAL}
    made |= {name: chance.choice([None, 0.0, 0.25, 0.5, 1.0, chance.random()]) for name in _SHARES}
    last = TODAY - timedelta(days=chance.randrange(400))
    first = last - timedelta(days=chance.randrange(400))
    made |= {"basket_mean": chance.random() * 40_000, "tenure_days": 1, "recency_days": 1, "gap_mean": None,
             "gap_sd": None, "first_day": first if bought else None, "last_day": last if bought else None,
             "hour": made["hour"] % 24, "cluster": made["cluster"] % 12 if bought else None,
             "top_category": chance.choice(["", *TEXTS["top_category"]]),
             "top_store": chance.choice(TEXTS["top_store"]), "weekday": chance.choice([None, *range(1, 8)]),
             "single_category": chance.random() < 0.3,
             "active_12m": bought and chance.random() < 0.8,
             "lifecycle": chance.choice(["new", "regular", "lapsing", "lost"]) if bought else "registered"}  # fmt: skip
    made |= {name: chance.choice([None, *range(1, 6)]) for name in ("r", "f", "m")}
    return made | {name: chance.choice([None, 1, 2, 3]) for name in ("basket_third", "items_third")}


def _line(chance: random.Random) -> dict[str, Any]:
    days_ago = chance.choice([0, 1, 29, 30, 31, 89, 90, chance.randrange(500)])
    day = TODAY - timedelta(days=days_ago)
    at = chance.randrange(3)
    return {"day": day, "receipt": f"{day:%j}-{chance.randrange(2)}", "sku": THINGS[Dimension.SKU][at],
            "category": THINGS[Dimension.CATEGORY][at], "brand": THINGS[Dimension.BRAND][at % 2],
            "store": chance.choice(THINGS[Dimension.STORE]), "money": chance.randrange(1, 5_000)}  # fmt: skip


def living(people: list[Person]) -> list[Person]:
    """Those whom a segment can have."""
    return [one for one in people if one["merged_into"] is None and one["forgotten_at"] is None]


def holds(node: Node, person: Person, people: list[Person]) -> bool:
    """Whether the tree is true of the person."""
    match node:
        case Every(of):
            return all(holds(one, person, people) for one in of)
        case Either(of):
            return any(holds(one, person, people) for one in of)
        case Not(inner):
            return not holds(inner, person, people)
        case Answered(question, among):
            said = _said(person, people).get(question)
            return said is not None and (not among or bool(set(among) & set(said.split(","))))
        case Bought():
            return node.passes(amount(node, person))
        case Contacted():
            return any(_contacted(node, one) for one in selves(person, people))
        case FieldTest():
            return _passes(node, person, people)


def _contacted(test: Contacted, person: Person) -> bool:
    return bool(_contacts(test, person))


def _contacts(test: Contacted, person: Person) -> list[date]:
    """The days on which it happened."""
    found = []
    for campaign, row in person["contacts"].items():
        told = {
            Contact.SENT: row["outcome"] == "sent" and (row["at"] or DUE[campaign]),
            Contact.CONTROL: row["outcome"] == "control" and (row["at"] or DUE[campaign]),
            Contact.SEEN: row.get("seen_at"),
            Contact.TAPPED: row.get("tapped_at"),
        }[test.contact]
        days = (TODAY - told.astimezone(KYIV).date()).days if told else 0
        if told and test.campaign in (None, campaign) and (test.days is None or days < test.days):
            found.append(told.astimezone(KYIV).date())
    return found


def value_of(asked: str | Contacted, person: Person, people: list[Person]) -> Any:
    """What the person has in a field, has answered (`answer.<question>`), or when something last became of them."""
    if isinstance(asked, Contacted):
        return max((day for one in selves(person, people) for day in _contacts(asked, one)), default=None)
    if asked.startswith("answer."):
        said = _said(person, people).get(asked.removeprefix("answer."), "")
        return [one for one in said.split(",") if one]
    return _value(asked, person, people)


def selves(person: Person, people: list[Person]) -> list[Person]:
    """The person, and whoever was merged into them or into one of those."""
    absorbed = [other for other in people if other["merged_into"] == person["id"]]
    return [person, *(one for other in absorbed for one in selves(other, people))]


def amount(leaf: Bought, person: Person) -> int:
    """By the person's lines, each on its receipt of its day and store."""
    since = date.min if leaf.days is None else TODAY - timedelta(days=leaf.days - 1)

    def named(line: dict[str, Any]) -> bool:
        told = {"weekday": str(line["day"].isoweekday()), "store_group": GROUPS[line["store"]], **line}
        known = leaf.dimension is Dimension.ANYTHING or told[leaf.dimension.value] in leaf.among
        return known and since <= line["day"] <= TODAY

    lines = [line for line in person["lines"] if named(line)]
    receipts = {(line["day"], line["store"], line["receipt"]) for line in lines}
    return len(receipts) if leaf.measure is Measure.TIMES else sum(line["money"] for line in lines)


def _said(person: Person, people: list[Person]) -> dict[str, str]:
    found: dict[str, str] = {}
    own, *former = selves(person, people)
    for one in [own, *sorted(former, key=lambda one: one["said_at"], reverse=True)]:
        found |= {question: value for question, value in one["answers"].items() if question not in found}
    return found


def _newest(person: Person, purpose: str) -> bool | None:
    said = [(at, place, given) for place, (what, given, at) in enumerate(person["consents"]) if what == purpose]
    return max(said)[2] if said else None


def _passes(test: FieldTest, person: Person, people: list[Person]) -> bool:
    value = _value(test.field, person, people)
    match test.op:
        case Op.KNOWN:
            return value not in (None, "", [])
        case Op.YES:
            return bool(value)
        case Op.ONE_OF:
            return any(str(one) in test.among for one in (value if isinstance(value, list) else [value]))
        case Op.WITHIN:
            return value is not None and (TODAY - value).days <= test.number
        case Op.LONGER_AGO:
            return value is not None and (TODAY - value).days > test.number
        case Op.COMING:
            return value is not None and any(
                _is_birthday(value, TODAY + timedelta(days=at)) for at in range(test.number + 1)
            )
        case _:
            if value is None:
                return False
            bound = test.number / 100 if FIELDS[test.field].kind is Kind.PERCENT else test.number
            return bool(value >= bound if test.op is Op.AT_LEAST else value <= bound)


def _is_birthday(born: date, day: date) -> bool:
    if (born.month, born.day) == (2, 29) and (day.month, day.day) == (2, 28):
        return (day + timedelta(days=1)).month == 3
    return (born.month, born.day) == (day.month, day.day)


def _value(field: str, person: Person, people: list[Person]) -> Any:
    features = person["features"] or {}
    match field:
        case "language" | "city" | "sex" | "source" | "birthday":
            return person[field]
        case "age":
            born = person["birthday"]
            if born is None or born.year == 1904:
                return None
            return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))
        case "club":
            return [one for one in _said(person, people).get("interests", "").split(",") if one]
        case "joined":
            return person["created_at"].astimezone(KYIV).date()
        case "seen":
            return person["last_seen_at"] and person["last_seen_at"].astimezone(KYIV).date()
        case "phone_proven":
            return person["phone_verified_at"] is not None
        case "marketing":
            return bool(_newest(person, "marketing"))
        case "profiling":
            return _newest(person, "profiling") is not False
        case "reachable":
            return any(subscribed for _, subscribed in person["addresses"])
        case "blocked_bot":
            return bool(person["addresses"]) and not any(subscribed for _, subscribed in person["addresses"])
        case "channel":
            return [channel for channel, subscribed in person["addresses"] if subscribed]
        case "card":
            return person["cards"]
        case "plastic":
            return "" if person["plastic"] == "waiting" and not person["phone_verified_at"] else person["plastic"]
        case "points_active" | "points_pending":
            return (person["purse"] or (0, 0))[field == "points_pending"]
        case "points_expiring_30d":
            last = TODAY + timedelta(days=30)
            return sum(n for n, end in person["lots"] if end is not None and end.astimezone(KYIV).date() <= last)
        case "questionnaire_complete":
            return "kids" in _said(person, people)
        case "lifecycle" if person["features"] is None:
            withdrawn = _newest(person, "profiling") is False
            return None if person["sold"] or person["known"] or withdrawn else "registered"
    return features.get(field)
