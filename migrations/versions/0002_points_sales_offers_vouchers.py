"""points, sales, offers, vouchers"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Instant
from migrations.growing import only_grows

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GROWS = ("operations", "entries", "operation_members", "seals", "return_lines", "sale_offers", "voucher_moves")


def upgrade() -> None:
    op.create_table(
        "confirmations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("sale", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_confirmations"),
        sa.CheckConstraint("points >= 1", name=op.f("ck_confirmations_points")),
    )
    op.create_index("ix_confirmations_customer", "confirmations", ["customer"], unique=False)
    op.create_table(
        "offer_people",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("offer", sa.String(length=64), nullable=False),
        sa.Column("customer", sa.String(length=36), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_offer_people"),
    )
    op.create_index("ix_offer_people_customer", "offer_people", ["customer"], unique=False)
    op.create_index("ix_offer_people_offer", "offer_people", ["offer"], unique=False)
    op.create_index("ix_offer_people_phone", "offer_people", ["phone_hash"], unique=False)
    op.create_table(
        "offer_uses",
        sa.Column("offer", sa.String(length=64), nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("offer", "customer", name="pk_offer_uses"),
        sa.CheckConstraint("spent >= 0", name=op.f("ck_offer_uses_spent")),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_offer_uses_uses")),
    )
    op.create_table(
        "offers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_offers"),
    )
    op.create_index(
        "ix_offers_current",
        "offers",
        ["id"],
        unique=True,
        sqlite_where=sa.text("current"),
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "once_keys",
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_once_keys"),
    )
    op.create_table(
        "operations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("business_at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("corrects", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["corrects"], ["operations.id"], name="fk_operations_corrects"),
        sa.PrimaryKeyConstraint("id", name="pk_operations"),
        sa.UniqueConstraint("source", "key", name="uq_operations_source_key"),
    )
    op.create_index("ix_operations_corrects", "operations", ["corrects"], unique=False)
    op.create_table(
        "purses",
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("active", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("debt", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("customer", name="pk_purses"),
        sa.CheckConstraint("active >= 0", name=op.f("ck_purses_active")),
        sa.CheckConstraint("debt >= 0", name=op.f("ck_purses_debt")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_purses_held")),
        sa.CheckConstraint("pending >= 0", name=op.f("ck_purses_pending")),
    )
    op.create_index(
        "ix_purses_due",
        "purses",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_table(
        "quiet_customers",
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("customer", name="pk_quiet_customers"),
    )
    op.create_table(
        "used_codes",
        sa.Column("card", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("sale", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("card", "code", name="pk_used_codes"),
    )
    op.create_index("ix_used_codes_at", "used_codes", ["at"], unique=False)
    op.create_table(
        "vouchers",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("offer", sa.String(length=64), nullable=False),
        sa.Column("customer", sa.String(length=36), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("reserved_by", sa.String(length=36), nullable=True),
        sa.Column("reserved_until", Instant(), nullable=True),
        sa.Column("sale", sa.String(length=36), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("reminded", sa.Boolean(), server_default="0", nullable=False),
        sa.CheckConstraint("(state = 'redeemed') = (sale is not null)", name="ck_vouchers_redeemed"),
        sa.CheckConstraint("(state = 'reserved') = (reserved_by is not null)", name="ck_vouchers_reserved"),
        sa.PrimaryKeyConstraint("code", name="pk_vouchers"),
        sa.CheckConstraint("(state = 'redeemed') = (sale is not null)", name=op.f("ck_vouchers_redeemed")),
        sa.CheckConstraint("(state = 'reserved') = (reserved_by is not null)", name=op.f("ck_vouchers_reserved")),
    )
    op.create_index("ix_vouchers_customer", "vouchers", ["customer"], unique=False)
    op.create_index("ix_vouchers_offer", "vouchers", ["offer"], unique=False)
    op.create_index("ix_vouchers_phone_hash", "vouchers", ["phone_hash"], unique=False)
    op.create_index("ix_vouchers_sale", "vouchers", ["sale"], unique=False)
    op.create_table(
        "entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("operation", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=12), nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=True),
        sa.Column("lot", sa.String(length=36), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(account in ('active', 'pending', 'held')) = (customer is not null)", name="ck_entries_owner"
        ),
        sa.ForeignKeyConstraint(["operation"], ["operations.id"], name="fk_entries_operation"),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.CheckConstraint(
            "(account in ('active', 'pending', 'held')) = (customer is not null)", name=op.f("ck_entries_owner")
        ),
    )
    op.create_index(
        "ix_entries_customer",
        "entries",
        ["customer"],
        unique=False,
        sqlite_where=sa.text("customer is not null"),
        postgresql_where=sa.text("customer is not null"),
    )
    op.create_index("ix_entries_lot", "entries", ["lot"], unique=False)
    op.create_index("ix_entries_operation", "entries", ["operation"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=36), nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["operation"], ["operations.id"], name="fk_holds_operation"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        sa.CheckConstraint("points > 0", name=op.f("ck_holds_points")),
    )
    op.create_index("ix_holds_customer", "holds", ["customer"], unique=False)
    op.create_index(
        "ix_holds_open",
        "holds",
        ["until"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "lots",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=36), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("activates_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("pending + active + held <= earned", name="ck_lots_within"),
        sa.ForeignKeyConstraint(["operation"], ["operations.id"], name="fk_lots_operation"),
        sa.PrimaryKeyConstraint("number", name="pk_lots"),
        sa.UniqueConstraint("id", name="uq_lots_id"),
        sa.CheckConstraint("active >= 0", name=op.f("ck_lots_active")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_lots_held")),
        sa.CheckConstraint("pending >= 0", name=op.f("ck_lots_pending")),
        sa.CheckConstraint("pending + active + held <= earned", name=op.f("ck_lots_within")),
    )
    op.create_index(
        "ix_lots_living",
        "lots",
        ["customer", "expires_at"],
        unique=False,
        sqlite_where=sa.text("pending + active + held > 0"),
        postgresql_where=sa.text("pending + active + held > 0"),
    )
    op.create_index("ix_lots_operation", "lots", ["operation"], unique=False)
    op.create_index(
        "ix_lots_over",
        "lots",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("active > 0"),
        postgresql_where=sa.text("active > 0"),
    )
    op.create_index(
        "ix_lots_ripe",
        "lots",
        ["activates_at"],
        unique=False,
        sqlite_where=sa.text("pending > 0"),
        postgresql_where=sa.text("pending > 0"),
    )
    op.create_table(
        "operation_members",
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(length=36), nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("debt", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["operation"], ["operations.id"], name="fk_operation_members_operation"),
        sa.PrimaryKeyConstraint("customer", "number", name="pk_operation_members"),
    )
    op.create_index("ix_operation_members_operation", "operation_members", ["operation"], unique=False)
    op.create_table(
        "sales",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=36), nullable=True),
        sa.Column("customer", sa.String(length=64), nullable=True),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("till", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("sold_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("points_spent", sa.BigInteger(), nullable=False),
        sa.Column("points_paid", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["operation"], ["operations.id"], name="fk_sales_operation"),
        sa.PrimaryKeyConstraint("id", name="pk_sales"),
        sa.UniqueConstraint("operation", name="uq_sales_operation"),
        sa.UniqueConstraint(
            "store", "till", "receipt", "business_date", name="uq_sales_store_till_receipt_business_date"
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_sales_amount")),
        sa.CheckConstraint("discount >= 0", name=op.f("ck_sales_discount")),
        sa.CheckConstraint("earned >= 0", name=op.f("ck_sales_earned")),
        sa.CheckConstraint("points_paid >= 0", name=op.f("ck_sales_points_paid")),
        sa.CheckConstraint("points_spent >= 0", name=op.f("ck_sales_points_spent")),
        sa.CheckConstraint("total >= 0", name=op.f("ck_sales_total")),
    )
    op.create_index("ix_sales_customer", "sales", ["customer", "sold_at"], unique=False)
    op.create_index("ix_sales_received", "sales", ["received_at"], unique=False)
    op.create_index("ix_sales_till", "sales", ["source", "sold_at"], unique=False)
    op.create_table(
        "seals",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("operation", sa.String(length=36), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["operation"], ["operations.id"], name="fk_seals_operation"),
        sa.PrimaryKeyConstraint("number", name="pk_seals"),
        sa.UniqueConstraint("operation", name="uq_seals_operation"),
    )
    op.create_table(
        "voucher_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("move", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("target", sa.String(length=10), nullable=False),
        sa.Column("cause", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["vouchers.code"], name="fk_voucher_moves_code"),
        sa.PrimaryKeyConstraint("id", name="pk_voucher_moves"),
    )
    op.create_index("ix_voucher_moves_code", "voucher_moves", ["code"], unique=False)
    op.create_table(
        "returns",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sale", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=36), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("money", sa.BigInteger(), nullable=False),
        sa.Column("points_returned", sa.BigInteger(), nullable=False),
        sa.Column("points_due", sa.BigInteger(), nullable=False),
        sa.Column("points_taken", sa.BigInteger(), nullable=False),
        sa.Column("shortfall", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["operation"], ["operations.id"], name="fk_returns_operation"),
        sa.ForeignKeyConstraint(["sale"], ["sales.id"], name="fk_returns_sale"),
        sa.PrimaryKeyConstraint("id", name="pk_returns"),
        sa.UniqueConstraint("operation", name="uq_returns_operation"),
        sa.CheckConstraint("money >= 0", name=op.f("ck_returns_money")),
        sa.CheckConstraint("points_due >= 0", name=op.f("ck_returns_points_due")),
        sa.CheckConstraint("points_returned >= 0", name=op.f("ck_returns_points_returned")),
        sa.CheckConstraint("points_taken >= 0", name=op.f("ck_returns_points_taken")),
        sa.CheckConstraint("shortfall >= 0", name=op.f("ck_returns_shortfall")),
    )
    op.create_index("ix_returns_sale", "returns", ["sale"], unique=False)
    op.create_table(
        "sale_lines",
        sa.Column("sale", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("no_points", sa.Boolean(), nullable=False),
        sa.Column("milli", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("points_paid", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("returned_milli", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("returned_milli <= milli", name="ck_sale_lines_returned"),
        sa.ForeignKeyConstraint(["sale"], ["sales.id"], name="fk_sale_lines_sale"),
        sa.PrimaryKeyConstraint("sale", "line", name="pk_sale_lines"),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_sale_lines_amount")),
        sa.CheckConstraint("discount >= 0", name=op.f("ck_sale_lines_discount")),
        sa.CheckConstraint("earned >= 0", name=op.f("ck_sale_lines_earned")),
        sa.CheckConstraint("milli >= 1", name=op.f("ck_sale_lines_milli")),
        sa.CheckConstraint("points_paid >= 0", name=op.f("ck_sale_lines_points_paid")),
        sa.CheckConstraint("returned_milli <= milli", name=op.f("ck_sale_lines_returned")),
        sa.CheckConstraint("returned_milli >= 0", name=op.f("ck_sale_lines_returned_milli")),
        sa.CheckConstraint("total >= 0", name=op.f("ck_sale_lines_total")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_sale_lines_unit_price")),
    )
    op.create_table(
        "sale_offers",
        sa.Column("sale", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("offer", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("voucher", sa.String(length=32), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sale"], ["sales.id"], name="fk_sale_offers_sale"),
        sa.PrimaryKeyConstraint("sale", "place", name="pk_sale_offers"),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_sale_offers_amount")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_sale_offers_points")),
    )
    op.create_index("ix_sale_offers_offer", "sale_offers", ["offer"], unique=False)
    op.create_table(
        "return_lines",
        sa.Column("return", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("milli", sa.BigInteger(), nullable=False),
        sa.Column("money", sa.BigInteger(), nullable=False),
        sa.Column("points_paid", sa.BigInteger(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["return"], ["returns.id"], name="fk_return_lines_return"),
        sa.PrimaryKeyConstraint("return", "line", name="pk_return_lines"),
        sa.CheckConstraint("earned >= 0", name=op.f("ck_return_lines_earned")),
        sa.CheckConstraint("milli >= 1", name=op.f("ck_return_lines_milli")),
        sa.CheckConstraint("money >= 0", name=op.f("ck_return_lines_money")),
        sa.CheckConstraint("points_paid >= 0", name=op.f("ck_return_lines_points_paid")),
    )
    for table in GROWS:
        only_grows(table)


def downgrade() -> None:
    op.drop_table("return_lines")
    op.drop_index("ix_sale_offers_offer", table_name="sale_offers")
    op.drop_table("sale_offers")
    op.drop_table("sale_lines")
    op.drop_index("ix_returns_sale", table_name="returns")
    op.drop_table("returns")
    op.drop_index("ix_voucher_moves_code", table_name="voucher_moves")
    op.drop_table("voucher_moves")
    op.drop_table("seals")
    op.drop_index("ix_sales_till", table_name="sales")
    op.drop_index("ix_sales_received", table_name="sales")
    op.drop_index("ix_sales_customer", table_name="sales")
    op.drop_table("sales")
    op.drop_index("ix_operation_members_operation", table_name="operation_members")
    op.drop_table("operation_members")
    op.drop_index(
        "ix_lots_ripe", table_name="lots", sqlite_where=sa.text("pending > 0"), postgresql_where=sa.text("pending > 0")
    )
    op.drop_index(
        "ix_lots_over", table_name="lots", sqlite_where=sa.text("active > 0"), postgresql_where=sa.text("active > 0")
    )
    op.drop_index("ix_lots_operation", table_name="lots")
    op.drop_index(
        "ix_lots_living",
        table_name="lots",
        sqlite_where=sa.text("pending + active + held > 0"),
        postgresql_where=sa.text("pending + active + held > 0"),
    )
    op.drop_table("lots")
    op.drop_index(
        "ix_holds_open",
        table_name="holds",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_holds_customer", table_name="holds")
    op.drop_table("holds")
    op.drop_index("ix_entries_operation", table_name="entries")
    op.drop_index("ix_entries_lot", table_name="entries")
    op.drop_index(
        "ix_entries_customer",
        table_name="entries",
        sqlite_where=sa.text("customer is not null"),
        postgresql_where=sa.text("customer is not null"),
    )
    op.drop_table("entries")
    op.drop_index("ix_vouchers_sale", table_name="vouchers")
    op.drop_index("ix_vouchers_phone_hash", table_name="vouchers")
    op.drop_index("ix_vouchers_offer", table_name="vouchers")
    op.drop_index("ix_vouchers_customer", table_name="vouchers")
    op.drop_table("vouchers")
    op.drop_index("ix_used_codes_at", table_name="used_codes")
    op.drop_table("used_codes")
    op.drop_table("quiet_customers")
    op.drop_index(
        "ix_purses_due",
        table_name="purses",
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )
    op.drop_table("purses")
    op.drop_index("ix_operations_corrects", table_name="operations")
    op.drop_table("operations")
    op.drop_table("once_keys")
    op.drop_index(
        "ix_offers_current", table_name="offers", sqlite_where=sa.text("current"), postgresql_where=sa.text("current")
    )
    op.drop_table("offers")
    op.drop_table("offer_uses")
    op.drop_index("ix_offer_people_phone", table_name="offer_people")
    op.drop_index("ix_offer_people_offer", table_name="offer_people")
    op.drop_index("ix_offer_people_customer", table_name="offer_people")
    op.drop_table("offer_people")
    op.drop_index("ix_confirmations_customer", table_name="confirmations")
    op.drop_table("confirmations")
