"""What most would write to freeze a campaign's people: one INSERT ... SELECT, and objects of an ORM in pages."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, String, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from core.campaigns.arms import CONTROL, lot_of

_PAGE = 10_000
_CAP = 2
_LOT = {
    "sqlite": "lot({salt}, {id})",
    "postgresql": "(cast(cast('x' || encode(substring(sha256(convert_to({salt} || ':' || {id}, 'UTF8')), 1, 6), 'hex')"
    " as bit(48)) as bigint) * 10000 >> 48)",
}
_CODE = {"sqlite": "hex(randomblob(8))", "postgresql": "md5(random()::text || random()::text)"}
_AGREED = (
    "coalesce((select s.given from consents s where s.customer = c.id and s.purpose = 'marketing' order by s.at desc, "
    "s.id desc limit 1), 1 = 0)"
)
_CHANNEL = "(select min(a.channel) from addresses a where a.customer = c.id and a.subscribed)"
_CAPPED = (
    "c.id in (select p.customer from campaign_people p join campaign_runs r on r.id = p.run join campaigns g on "
    "g.id = r.campaign where g.kind = 'promotion' and (p.outcome in ('sent', 'unknown') or p.outcome is null) "
    f"group by p.customer having count(*) >= {_CAP})"
)
_INTO = "insert into bench_indexed (serial, customer, arm, outcome, reason, channel, code) "
_STANDS = (
    "select row_number() over (order by id), id, case when house < :held or own < :control then 'control' else 'A' "
    "end, case when not agreed then 'no_consent' when channel is null then 'unreachable' when capped then 'capped' "
    "when house < :held or own < :control then 'control' end, case when house < :held then 'holdout' else '' end, "
    "channel, {code} from ("
)


def _statements(known: str, base: str) -> dict[str, str]:
    found = {}
    for dialect, lot in _LOT.items():
        lots = f"{lot.format(salt=':house', id='c.id')} as house, {lot.format(salt=':own', id='c.id')} as own"
        stands = _STANDS.format(code=_CODE[dialect])
        found[dialect] = f"{_INTO}{stands}select c.id, {known}, {lots} from {base}) told"
        if dialect == "postgresql":
            found[dialect] = found[dialect].replace(":house ||", "cast(:house as text) ||")
            found[dialect] = found[dialect].replace(":own ||", "cast(:own as text) ||")
    return found


INDEXED = _statements(
    f"{_AGREED} as agreed, {_CHANNEL} as channel, {_CAPPED} as capped",
    "customers c where c.merged_into is null and c.forgotten_at is null",
)
MATCHED = _statements("1 = 1 as agreed, 'telegram' as channel, 1 = 0 as capped", "bench_matched c")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Both salts, and the lots below which somebody is held out or in the control group."""

    house: str
    own: str
    held: int
    control: int

    @property
    def told(self) -> dict[str, Any]:
        """As parameters."""
        return {"house": self.house, "own": self.own, "held": self.held, "control": self.control}

    def teach(self, connection: Connection) -> None:
        """SQLite knows no hash."""
        driver: Any = connection.connection.dbapi_connection
        if connection.dialect.name == "sqlite":
            driver.create_function("lot", 2, _lot, deterministic=True)

    def arm(self, customer: str) -> tuple[str, str]:
        """The arm and why."""
        if lot_of(self.house, customer) < self.held:
            return CONTROL, "holdout"
        return (CONTROL if lot_of(self.own, customer) < self.control else "A"), ""


def _lot(salt: str, customer: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt}:{customer}".encode()).digest()[:6], "big") * 10_000 >> 48


class _Base(DeclarativeBase):
    pass


class _Customer(_Base):
    __tablename__ = "customers"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    language: Mapped[str]
    name: Mapped[str]
    merged_into: Mapped[str | None]
    forgotten_at: Mapped[str | None]


class _Consent(_Base):
    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str]
    purpose: Mapped[str]
    given: Mapped[bool]
    at: Mapped[str]


class _Address(_Base):
    __tablename__ = "addresses"
    channel: Mapped[str] = mapped_column(primary_key=True)
    bot: Mapped[str] = mapped_column(primary_key=True)
    user_key: Mapped[str] = mapped_column(primary_key=True)
    customer: Mapped[str | None]
    subscribed: Mapped[bool]


class _Sent(_Base):
    __tablename__ = "campaign_people"
    run: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str]
    outcome: Mapped[str | None]


class _Person(_Base):
    __tablename__ = "bench_orm"
    serial: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(String(36), index=True)
    arm: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str]
    channel: Mapped[str | None] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(unique=True)
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    at: Mapped[datetime | None]


def orm(owner: Engine, drawn: Drawn, many: int, *, matched: bool = False) -> None:
    """The first `many` people in pages of objects; `matched`: nothing is looked up of them."""
    table: Any = _Person.__table__
    table.drop(owner, checkfirst=True)
    table.create(owner)
    with Session(owner) as session:
        last = ""
        for at in range(0, many, _PAGE):
            chosen = select(_Customer).where(_Customer.id > last).order_by(_Customer.id)
            living = chosen.where(_Customer.merged_into.is_(None), _Customer.forgotten_at.is_(None))
            people = session.scalars(living.limit(min(_PAGE, many - at))).all()
            last = people[-1].id
            known = _Known({}, {}, {}) if matched else _look_up(session, people[0].id, last)
            for number, one in enumerate(people, at + 1):
                session.add(_written(drawn, number, one.id, known, matched=matched))
            session.flush()
            session.expunge_all()
        session.commit()


@dataclass(frozen=True, slots=True)
class _Known:
    given: dict[str, bool]
    channels: dict[str, str]
    contacts: dict[str, int]


def _look_up(session: Session, first: str, last: str) -> _Known:
    said = select(_Consent).where(_Consent.customer.between(first, last), _Consent.purpose == "marketing")
    given = {one.customer: one.given for one in session.scalars(said.order_by(_Consent.at, _Consent.id))}
    places = select(_Address).where(_Address.customer.between(first, last), _Address.subscribed)
    channels = {str(one.customer): one.channel for one in session.scalars(places.order_by(_Address.channel.desc()))}
    sent = select(_Sent.customer, func.count().label("contacts")).where(
        _Sent.customer.between(first, last), _Sent.outcome == "sent"
    )
    contacts = {one.customer: one.contacts for one in session.execute(sent.group_by(_Sent.customer))}
    return _Known(given, channels, contacts)


def _written(drawn: Drawn, serial: int, customer: str, known: _Known, *, matched: bool) -> _Person:
    arm, reason = drawn.arm(customer)
    channel = "telegram" if matched else known.channels.get(customer)
    outcome = CONTROL if arm == CONTROL else None
    if not matched and not known.given.get(customer):
        outcome = "no_consent"
    elif channel is None:
        outcome = "unreachable"
    elif known.contacts.get(customer, 0) >= _CAP:
        outcome = "capped"
    return _Person(
        serial=serial, customer=customer, arm=arm, outcome=outcome, reason=reason, channel=channel,
        code=secrets.token_hex(8),
    )  # fmt: skip
