"""The tables of sales, returns, offers and vouchers: what stood on a receipt, what came back, what may be used up."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

from adapters.db.ledgertables import KEY, OWNER
from adapters.db.tables import metadata
from adapters.db.types import Id, Instant


def _whole(name: str, *, least: int | None = 0, default: str | None = None) -> Column[int]:
    """A whole number, points or minor units, of at least so much."""
    check = [] if least is None else [CheckConstraint(f"{name} >= {least}", name=name)]
    return Column(name, BigInteger, *check, nullable=False, server_default=default)


sales = Table(
    "sales",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("operation", String(36), ForeignKey("operations.id"), unique=True),
    Column("customer", String(OWNER)),
    Column("store", String(64), nullable=False),
    Column("till", String(64), nullable=False),
    Column("receipt", String(64), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("sold_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("source", String(KEY), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("answer", Text, nullable=False, server_default=""),
    _whole("amount"),
    _whole("discount"),
    _whole("points_spent"),
    _whole("points_paid"),
    _whole("total"),
    _whole("earned"),
    Column("offline", Boolean, nullable=False),
    Column("returned", Boolean, nullable=False, server_default="0"),
    Unique("store", "till", "receipt", "business_date"),
    Index("ix_sales_customer", "customer", "sold_at"),
    Index("ix_sales_received", "received_at"),
    Index("ix_sales_till", "source", "sold_at"),
)
sale_lines = Table(
    "sale_lines",
    metadata,
    Column("sale", String(36), ForeignKey("sales.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("sku", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("no_points", Boolean, nullable=False),
    _whole("milli", least=1),
    _whole("unit_price"),
    _whole("amount"),
    _whole("discount"),
    _whole("points_paid"),
    _whole("total"),
    _whole("earned"),
    _whole("returned_milli", default="0"),
    CheckConstraint("returned_milli <= milli", name="returned"),
)
sale_offers = Table(
    "sale_offers",
    metadata,
    Column("sale", String(36), ForeignKey("sales.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("offer", String(64), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("voucher", String(32)),
    _whole("amount"),
    _whole("points"),
)
returns = Table(
    "returns",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("sale", String(36), ForeignKey("sales.id"), nullable=False, index=True),
    Column("operation", String(36), ForeignKey("operations.id"), unique=True),
    Column("at", Instant, nullable=False),
    Column("source", String(KEY), nullable=False),
    Column("reason", Text, nullable=False),
    _whole("money"),
    _whole("points_returned"),
    _whole("points_due"),
    _whole("points_taken"),
    _whole("shortfall"),
)
return_lines = Table(
    "return_lines",
    metadata,
    Column("return", String(36), ForeignKey("returns.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    _whole("milli", least=1),
    _whole("money"),
    _whole("points_paid"),
    _whole("earned"),
)
used_codes = Table(
    "used_codes",
    metadata,
    Column("card", String(36), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("sale", String(36), nullable=False),
    Column("at", Instant, nullable=False, index=True),
)
confirmations = Table(
    "confirmations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("customer", String(OWNER), nullable=False, index=True),
    Column("source", String(KEY), nullable=False),
    _whole("points", least=1),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("state", String(10), nullable=False),
    Column("decided_at", Instant),
    Column("sale", String(36)),
)
offers = Table(
    "offers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", JSON, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_offers_current", "id", unique=True, sqlite_where=text("current"), postgresql_where=text("current")),
)
offer_people = Table(
    "offer_people",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("offer", String(64), nullable=False),
    Column("customer", String(36)),
    Column("phone_hash", String(64)),
    Column("rank", Integer, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False, server_default=""),
    Index("ix_offer_people_customer", "customer"),
    Index("ix_offer_people_phone", "phone_hash"),
    Index("ix_offer_people_offer", "offer"),
)
offer_uses = Table(
    "offer_uses",
    metadata,
    Column("offer", String(64), primary_key=True),
    Column("customer", String(OWNER), primary_key=True),
    _whole("uses"),
    _whole("spent"),
)
"""How often an offer applied in sales that are not wholly returned, and what it cost; customer `` = all of them."""
_UNUSED = "state = 'issued' and valid_until is not null"
vouchers = Table(
    "vouchers",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("offer", String(64), nullable=False),
    Column("customer", String(36), index=True),
    Column("phone_hash", String(64), index=True),
    Column("state", String(10), nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("reserved_by", String(36)),
    Column("reserved_until", Instant),
    Column("sale", String(36), index=True),
    Column("changed_at", Instant, nullable=False),
    Column("reminded", Boolean, nullable=False, server_default="0"),
    CheckConstraint("(state = 'redeemed') = (sale is not null)", name="redeemed"),
    CheckConstraint("(state = 'reserved') = (reserved_by is not null)", name="reserved"),
    Column("batch", String(36)),
    Index("ix_vouchers_offer", "offer", "state", "code"),
    Index("ix_vouchers_batch", "batch", "state", "code"),
    Index("ix_vouchers_ending", "valid_until", "offer", sqlite_where=text(_UNUSED), postgresql_where=text(_UNUSED)),
)
voucher_batches = Table(
    "voucher_batches",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("offer", String(64), nullable=False, index=True),
    Column("codes", Integer, nullable=False),
    Column("made", Integer, nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("voided_at", Instant),
    Column("voided_by", String(64), nullable=False, server_default=""),
    CheckConstraint("made >= 0 and made <= codes", name="made"),
)
voucher_moves = Table(
    "voucher_moves",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("code", String(32), ForeignKey("vouchers.code"), nullable=False, index=True),
    Column("move", String(12), nullable=False),
    Column("source", String(10), nullable=False),
    Column("target", String(10), nullable=False),
    Column("cause", String(36), nullable=False),
    Column("at", Instant, nullable=False),
)
quiet_customers = Table(
    "quiet_customers",
    metadata,
    Column("customer", String(36), primary_key=True),
)
"""Who wants to hear nothing of their sales."""
GROWS = ("return_lines", "sale_offers", "voucher_moves")
"""Nobody changes or removes a line of these."""
