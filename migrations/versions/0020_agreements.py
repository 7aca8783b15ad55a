"""the newest word of each person on each purpose is kept beside the ledger of consents; states of cards, points that
expire and former selves are counted in indexes alone"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Id, Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
_ACTIVE: dict[str, Any] = {"sqlite_where": sa.text("active > 0"), "postgresql_where": sa.text("active > 0")}
_MERGED: dict[str, Any] = {
    "sqlite_where": sa.text("merged_into is not null"),
    "postgresql_where": sa.text("merged_into is not null"),
}
_KEEP = """
insert into agreements (customer, purpose, given, at, consent)
values (new.customer, new.purpose, new.given, new.at, new.id)
on conflict (customer, purpose) do update set given = excluded.given, at = excluded.at, consent = excluded.consent
where (excluded.at, excluded.consent) > (agreements.at, agreements.consent)"""


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("consent", Id, nullable=False),
        sa.PrimaryKeyConstraint("customer", "purpose", name="pk_agreements"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "insert into agreements (customer, purpose, given, at, consent) select customer, purpose, given, at, id from ("
        "select customer, purpose, given, at, id, row_number() over (partition by customer, purpose "
        "order by at desc, id desc) as place from consents) as said where place = 1"
    )
    op.create_index("ix_agreements_given", "agreements", ["purpose", "given", "customer"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"create function keep_agreement() returns trigger language plpgsql as $$ begin {_KEEP}; "
                   "return null; end $$")  # fmt: skip
        op.execute(
            "create trigger consents_agreed after insert on consents for each row execute function keep_agreement()"
        )
    else:
        op.execute(f"create trigger consents_agreed after insert on consents begin {_KEEP}; end")
    op.drop_index("ix_cards_customer", table_name="cards")
    op.create_index("ix_cards_customer", "cards", ["customer", "state"])
    op.drop_index("ix_lots_over", table_name="lots")
    op.create_index("ix_lots_over", "lots", ["expires_at", "active", "customer"], **_ACTIVE)
    op.drop_index("ix_customers_merged_into", table_name="customers")
    op.create_index("ix_customers_merged_into", "customers", ["merged_into", "id"], **_MERGED)


def downgrade() -> None:
    op.drop_index("ix_customers_merged_into", table_name="customers")
    op.create_index("ix_customers_merged_into", "customers", ["merged_into"], **_MERGED)
    op.drop_index("ix_lots_over", table_name="lots")
    op.create_index("ix_lots_over", "lots", ["expires_at"], **_ACTIVE)
    op.drop_index("ix_cards_customer", table_name="cards")
    op.create_index("ix_cards_customer", "cards", ["customer"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop trigger consents_agreed on consents")
        op.execute("drop function keep_agreement()")
    else:
        op.execute("drop trigger consents_agreed")
    op.drop_table("agreements")
