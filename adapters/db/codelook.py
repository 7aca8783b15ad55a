"""What a code at the till can mean: one statement, with the points of whoever it finds."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, column, text

from adapters.db.prepared import Prepared
from core.cards.balance import Stored
from core.cards.lookup import Found, Holder, Keys
from core.cards.model import Card, CardState, NumberKind, Plastic
from core.shared.values import CardId, CustomerId

_CARD = (
    "c.id as card, c.customer, c.number, c.symbology, c.state, c.secret, c.issued_at, c.replaced_by, "
    "p.name as owner, p.spend_lock, c.customer as purse"
)
_NO_TIME = "cast(null as timestamp with time zone)"
FOUND = (
    # Everything that a code can mean; each part is a probe of a unique index.
    f"select 'number' as how, n.number as found, n.kind as kind, {_NO_TIME} as until, {_CARD} from card_numbers n "
    "join cards c on c.id = n.card join customers p on p.id = c.customer where n.number in (:number, :stem) "
    f"union all select 'spoken', s.code, 'current', s.until, {_CARD} from spoken_codes s "
    "join cards c on c.id = s.card join customers p on p.id = c.customer where s.code = :spoken "
    f"union all select 'phone', p.phone, 'current', {_NO_TIME}, {_CARD} from customers p "
    "join cards c on c.customer = coalesce(p.merged_into, p.id) join card_numbers n on n.card = c.id "
    "and n.number = c.number and n.kind = 'current' where p.phone = :phone and p.phone_verified_at is not null "
    f"union all select 'plastic', l.number, '', {_NO_TIME}, null, null, l.number, l.symbology, "
    f"case when l.blocked then 'blocked' else 'prepared' end, null, {_NO_TIME}, null, '', '', 'plastic:' || l.number "
    "from plastics l where l.number = :number and l.card is null"
)
_LIVING = "from lots {0} where {0}.customer = f.purse and {0}.pending + {0}.active + {0}.held > 0"
_USABLE = _LIVING + " and {0}.active + {0}.held > 0"
_SOONEST = f"(select min(m.expires_at) {_USABLE.format('m')})"
_EXPIRING = f"(select sum(n.active + n.held) {_USABLE.format('n')} and n.expires_at = {_SOONEST})"
COLUMNS = (
    "f.how, f.found, f.kind, f.until, f.card, f.customer, f.number, f.symbology, f.state, f.secret, f.issued_at, "
    "f.replaced_by, f.owner, f.spend_lock, w.active, w.pending, w.held, w.debt, w.due_at, "
    f"{_SOONEST}, {_EXPIRING}"
)
"""What `Code` is made of, out of `FOUND` as f and the purse as w; the next expiry by the index of living lots."""
POINTS = "left join purses w on w.customer = f.purse"


class Code(NamedTuple):
    """What the code may mean: a card and its owner, or plastic that nobody has restored."""

    how: str
    found: str
    kind: str
    until: Any
    card: str
    customer: str
    number: str
    symbology: str
    state: str
    secret: bytes
    issued_at: Any
    replaced_by: str | None
    owner: str
    spend_lock: str
    active: int | None
    pending: int | None
    held: int | None
    debt: int | None
    due_at: Any
    expires_at: Any
    expiring: int | None


_STATEMENT = Prepared(
    text(f"select {COLUMNS} from ({FOUND}) f {POINTS}").columns(*(column(name) for name in Code._fields))
)


def found_in(connection: Connection, keys: Keys) -> Found:
    """What the keys find, read in a transaction that is under way."""
    sqlite = connection.dialect.name == "sqlite"
    rows = _STATEMENT.all(connection, bound(keys))
    return found([Code(*row) for row in rows], _text_instant if sqlite else _true_instant)


def _text_instant(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _true_instant(value: Any) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def bound(keys: Keys | None) -> dict[str, str]:
    if keys is None:
        return {"number": "", "stem": "", "spoken": "", "phone": ""}
    return {"number": keys.numbers[0], "stem": keys.numbers[-1], "spoken": keys.spoken, "phone": keys.phone}


def found(codes: Sequence[Code], instant: Callable[[Any], datetime | None]) -> Found:
    plastic = next((code for code in codes if code.how == "plastic"), None)
    record = (
        Plastic(plastic.number, plastic.symbology, blocked=plastic.state == CardState.BLOCKED.value)
        if plastic is not None
        else None
    )
    stored = _stored(plastic, instant) if plastic is not None else Stored()
    return Found([_holder(code, instant) for code in codes if code.how != "plastic"], record, stored)


def _holder(code: Code, instant: Callable[[Any], datetime | None]) -> Holder:
    issued_at = instant(code.issued_at)
    assert issued_at is not None, "a card has its birth"
    card = Card(
        CardId(code.card), CustomerId(code.customer), code.number, code.symbology, CardState(code.state),
        bytes(code.secret), issued_at, CardId(code.replaced_by) if code.replaced_by else None,
    )  # fmt: skip
    return Holder(
        code.found, code.how, NumberKind(code.kind), card, code.owner, code.spend_lock, instant(code.until),
        _stored(code, instant),
    )  # fmt: skip


def _stored(code: Code, instant: Callable[[Any], datetime | None]) -> Stored:
    """The purse as it stands; an empty one where nobody has earned yet."""
    if code.active is None:
        return Stored()
    at = instant(code.expires_at)
    expiry = (at, int(code.expiring)) if at is not None and code.expiring else None
    return Stored(code.active, code.pending or 0, code.held or 0, code.debt or 0, expiry, instant(code.due_at))
