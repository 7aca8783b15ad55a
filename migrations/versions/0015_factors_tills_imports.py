"""second factors and their recovery codes; last login; two keys of a till; imports and what each has changed"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Id, Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_factors",
        sa.Column("staff", sa.String(length=36), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("since", Instant(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_staff_factors_staff"),
        sa.PrimaryKeyConstraint("staff", name="pk_staff_factors"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("staff", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_recovery_codes_staff"),
        sa.PrimaryKeyConstraint("staff", "digest", name="pk_recovery_codes"),
    )
    op.add_column("staff", sa.Column("last_login_at", Instant(), nullable=True))
    op.add_column("sessions", sa.Column("factored", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("tills", sa.Column("next_hash", sa.String(length=64), nullable=True))
    op.add_column("tills", sa.Column("next_at", Instant(), nullable=True))
    op.create_table(
        "till_sightings",
        sa.Column("till", sa.String(length=32), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("next_seen_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("till", name="pk_till_sightings"),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rejected", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("first", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, server_default=""),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("undone", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("kept", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_digest", "imports", ["digest"])
    op.create_table(
        "import_changes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("import", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["import"], ["imports.id"], name="fk_import_changes_import"),
        sa.PrimaryKeyConstraint("id", name="pk_import_changes"),
    )
    op.create_index("ix_import_changes_import", "import_changes", ["import", "id"])


def downgrade() -> None:
    op.drop_table("import_changes")
    op.drop_table("imports")
    op.drop_table("till_sightings")
    op.drop_column("tills", "next_at")
    op.drop_column("tills", "next_hash")
    op.drop_column("sessions", "factored")
    op.drop_column("staff", "last_login_at")
    op.drop_table("recovery_codes")
    op.drop_table("staff_factors")
