"""people, cards, the talk"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Instant
from migrations.growing import only_grows

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("use", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("origin", sa.String(length=256), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_codes"),
    )
    op.create_index("ix_codes_origin_sent_at", "codes", ["origin", "sent_at"], unique=False)
    op.create_index("ix_codes_phone_sent_at", "codes", ["phone", "sent_at"], unique=False)
    op.create_index("ix_codes_sent_at", "codes", ["sent_at"], unique=False)
    op.create_index("ix_codes_use_subject_sent_at", "codes", ["use", "subject", "sent_at"], unique=False)

    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("phone_verified_at", Instant(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), server_default="", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=True),
        sa.Column("spend_lock", sa.Text(), server_default="", nullable=False),
        sa.Column("merged_into", sa.String(length=36), nullable=True),
        sa.Column("forgotten_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["customers.id"], name="fk_customers_merged_into"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.UniqueConstraint("phone", name="uq_customers_phone"),
    )
    op.create_table(
        "dialogs",
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_dialogs"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("customer", sa.String(length=36), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_customer", "events", ["customer"], unique=False)
    op.create_index("ix_events_name_at", "events", ["name", "at"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("bot", sa.String(length=64), nullable=False),
        sa.Column("user_key", sa.String(length=128), nullable=False),
        sa.Column("event_key", sa.String(length=200), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="new", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "bot", "event_key", name="uq_inbox_channel_bot_event_key"),
    )
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["channel", "bot", "user_key", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )

    op.create_table(
        "media",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.String(length=256), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_media"),
    )
    op.create_index("ix_media_digest", "media", ["digest"], unique=False)
    op.create_index("ix_media_owner", "media", ["owner"], unique=False)

    op.create_table(
        "memories",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("bot", sa.String(length=64), nullable=False),
        sa.Column("user_key", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "bot", "user_key", "key", name="pk_memories"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("bot", sa.String(length=64), nullable=False),
        sa.Column("user_key", sa.String(length=128), nullable=False),
        sa.Column("letter", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("state", sa.String(length=12), server_default="new", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_event", "outbox", ["event"], unique=False)
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index("ix_outbox_user", "outbox", ["channel", "bot", "user_key", "id"], unique=False)

    op.create_table(
        "products",
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("brand", sa.Text(), server_default="", nullable=False),
        sa.Column("price", sa.Integer(), server_default="0", nullable=False),
        sa.Column("no_points", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("image", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("sku", name="pk_products"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("one_time", sa.Boolean(), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff_login"),
    )
    op.create_table(
        "stores",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("street", sa.Text(), server_default="", nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("store_group", sa.Text(), server_default="", nullable=False),
        sa.Column("hours", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stores"),
    )
    op.create_table(
        "suppressed",
        sa.Column("phone_hash", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("phone_hash", name="pk_suppressed"),
    )
    op.create_table(
        "till_misses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("till", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_till_misses"),
    )
    op.create_index("ix_till_misses_till_at", "till_misses", ["till", "at"], unique=False)

    op.create_table(
        "tries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("item", sa.String(length=128), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tries"),
    )
    op.create_index("ix_tries_kind_subject_at", "tries", ["kind", "subject", "at"], unique=False)

    op.create_table(
        "addresses",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("bot", sa.String(length=64), nullable=False),
        sa.Column("user_key", sa.String(length=128), nullable=False),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("chosen_language", sa.Boolean(), nullable=False),
        sa.Column("customer", sa.String(length=36), nullable=True),
        sa.Column("profile_name", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("subscribed", sa.Boolean(), nullable=False),
        sa.Column("subscribed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name="fk_addresses_customer"),
        sa.PrimaryKeyConstraint("channel", "bot", "user_key", name="pk_addresses"),
    )
    op.create_index("ix_addresses_customer", "addresses", ["customer"], unique=False)

    op.create_table(
        "cards",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("symbology", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("replaced_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name="fk_cards_customer"),
        sa.ForeignKeyConstraint(["replaced_by"], ["cards.id"], name="fk_cards_replaced_by"),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
    )
    op.create_index("ix_cards_customer", "cards", ["customer"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name="fk_consents_customer"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_customer", "consents", ["customer"], unique=False)

    op.create_table(
        "merges",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("survivor", sa.String(length=36), nullable=False),
        sa.Column("absorbed", sa.String(length=36), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("card", sa.String(length=36), nullable=False),
        sa.Column("agreed_before", sa.JSON(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["absorbed"], ["customers.id"], name="fk_merges_absorbed"),
        sa.ForeignKeyConstraint(["survivor"], ["customers.id"], name="fk_merges_survivor"),
        sa.PrimaryKeyConstraint("id", name="pk_merges"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=36), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_sessions_staff"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_staff", "sessions", ["staff"], unique=False)

    op.create_table(
        "tills",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["store"], ["stores.id"], name="fk_tills_store"),
        sa.PrimaryKeyConstraint("id", name="pk_tills"),
    )
    op.create_table(
        "card_numbers",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("card", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name="fk_card_numbers_card"),
        sa.PrimaryKeyConstraint("number", name="pk_card_numbers"),
    )
    op.create_index("ix_card_numbers_card", "card_numbers", ["card"], unique=False)

    op.create_table(
        "plastics",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("symbology", sa.String(length=8), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("points_expire_on", sa.Date(), nullable=True),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("card", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name="fk_plastics_card"),
        sa.PrimaryKeyConstraint("number", name="pk_plastics"),
    )
    op.create_index("ix_plastics_card", "plastics", ["card"], unique=False)
    op.create_index("ix_plastics_phone", "plastics", ["phone"], unique=False)

    op.create_table(
        "spoken_codes",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("card", sa.String(length=36), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name="fk_spoken_codes_card"),
        sa.PrimaryKeyConstraint("code", name="pk_spoken_codes"),
    )
    op.create_index("ix_spoken_codes_card", "spoken_codes", ["card"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "create function refuse_change() returns trigger language plpgsql as "
            "$$ begin raise exception 'this table only grows'; end $$"
        )
    only_grows("consents")


def downgrade() -> None:
    op.drop_index("ix_spoken_codes_card", table_name="spoken_codes")

    op.drop_table("spoken_codes")
    op.drop_index("ix_plastics_phone", table_name="plastics")
    op.drop_index("ix_plastics_card", table_name="plastics")

    op.drop_table("plastics")
    op.drop_index("ix_card_numbers_card", table_name="card_numbers")

    op.drop_table("card_numbers")
    op.drop_table("tills")
    op.drop_index("ix_sessions_staff", table_name="sessions")

    op.drop_table("sessions")
    op.drop_table("merges")
    op.drop_index("ix_consents_customer", table_name="consents")

    op.drop_table("consents")
    op.drop_index("ix_cards_customer", table_name="cards")

    op.drop_table("cards")
    op.drop_index("ix_addresses_customer", table_name="addresses")

    op.drop_table("addresses")
    op.drop_index("ix_tries_kind_subject_at", table_name="tries")

    op.drop_table("tries")
    op.drop_index("ix_till_misses_till_at", table_name="till_misses")

    op.drop_table("till_misses")
    op.drop_table("suppressed")
    op.drop_table("stores")
    op.drop_table("staff")
    op.drop_table("products")
    op.drop_index("ix_outbox_user", table_name="outbox")
    op.drop_index("ix_outbox_unsent", table_name="outbox")
    op.drop_index("ix_outbox_event", table_name="outbox")

    op.drop_table("outbox")
    op.drop_table("memories")
    op.drop_index("ix_media_owner", table_name="media")
    op.drop_index("ix_media_digest", table_name="media")

    op.drop_table("media")
    op.drop_index("ix_inbox_waiting", table_name="inbox")

    op.drop_table("inbox")
    op.drop_index("ix_events_name_at", table_name="events")
    op.drop_index("ix_events_customer", table_name="events")

    op.drop_table("events")
    op.drop_table("dialogs")
    op.drop_table("customers")
    op.drop_table("counters")
    op.drop_index("ix_codes_use_subject_sent_at", table_name="codes")
    op.drop_index("ix_codes_sent_at", table_name="codes")
    op.drop_index("ix_codes_phone_sent_at", table_name="codes")
    op.drop_index("ix_codes_origin_sent_at", table_name="codes")

    op.drop_table("codes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function refuse_change()")
