"""the newest word on a purpose, and the channels of a person, are read from indexes alone"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
_WIDER = {
    "consents": ["customer", "purpose", "at", "id", "given"],
    "addresses": ["customer", "channel", "subscribed"],
}


def upgrade() -> None:
    for table, columns in _WIDER.items():
        op.drop_index(f"ix_{table}_customer", table_name=table)
        op.create_index(f"ix_{table}_customer", table, columns)


def downgrade() -> None:
    for table in _WIDER:
        op.drop_index(f"ix_{table}_customer", table_name=table)
        op.create_index(f"ix_{table}_customer", table, ["customer"])
