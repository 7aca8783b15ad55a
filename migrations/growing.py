"""Tables that only grow: what each revision that makes one says of it."""

from alembic import op


def only_grows(table: str) -> None:
    """No line of the table is ever changed or removed, whoever asks; `refuse_change` comes with 0001."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"create trigger {table}_grows before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"create trigger {table}_no_{verb} before {verb} on {table} "
            "begin select raise(abort, 'this table only grows'); end"
        )
