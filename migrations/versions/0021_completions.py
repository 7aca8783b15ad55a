"""who has completed the questionnaire is kept, triggers note who changed since; whoever is gone is told by an index"""

import sqlalchemy as sa
from alembic import op

from adapters.db.types import Id

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
_NOTE = "insert into questionnaire_changes (customer)"
_TOLD = "new.birthday is not null or new.sex <> '' or new.city <> '' or new.email <> ''"
_KEPT = ("birthday", "sex", "city", "email", "merged_into")
_PEOPLE = f"""{_NOTE} select one.id from (
select new.id as id union select new.merged_into union select old.merged_into) as one where one.id is not null"""
_BOTH = f"{_NOTE} select new.customer union select old.customer"


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _forgotten(*columns: str) -> None:
    """The index of who was forgotten: with what it is asked for, nobody's row is read."""
    op.drop_index("ix_customers_forgotten", table_name="customers")
    which = sa.text("forgotten_at is not null")
    op.create_index("ix_customers_forgotten", "customers", [*columns], sqlite_where=which, postgresql_where=which)


def upgrade() -> None:
    _forgotten("id", "forgotten_at", "merged_into")
    op.drop_index("ix_consents_against_profiling", table_name="consents")
    op.create_table(
        "questionnaire_completions",
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("customer", name="pk_questionnaire_completions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "questionnaire_changes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("customer", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire_changes"),
    )
    op.create_table(
        "questionnaire_judged",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire_judged"),
    )
    if _postgresql():
        differs = " or ".join(f"old.{name} is distinct from new.{name}" for name in _KEPT)
        for name, said in (
            ("note_answer", f"if tg_op = 'INSERT' then {_NOTE} values (new.customer); "
                            f"elsif tg_op = 'DELETE' then {_NOTE} values (old.customer); else {_BOTH}; end if;"),
            ("note_customer", f"{_NOTE} values (new.id);"),
            ("note_change", f"{_PEOPLE};"),
        ):  # fmt: skip
            op.execute(f"create function {name}() returns trigger language plpgsql as $$ begin {said} return null; "
                       "end $$")  # fmt: skip
        op.execute("create trigger answers_noted after insert or update or delete on answers for each row "
                   "execute function note_answer()")  # fmt: skip
        op.execute(f"create trigger customers_noted after insert on customers for each row when ({_TOLD}) "
                   "execute function note_customer()")  # fmt: skip
        op.execute(f"create trigger customers_renoted after update on customers for each row when ({differs}) "
                   "execute function note_change()")  # fmt: skip
        return
    differs = " or ".join(f"old.{name} is not new.{name}" for name in _KEPT)
    op.execute(f"create trigger answers_noted after insert on answers begin {_NOTE} values (new.customer); end")
    op.execute(f"create trigger answers_renoted after update on answers begin {_BOTH}; end")
    op.execute(f"create trigger answers_unnoted after delete on answers begin {_NOTE} values (old.customer); end")
    op.execute(f"create trigger customers_noted after insert on customers when {_TOLD} begin "
               f"{_NOTE} values (new.id); end")  # fmt: skip
    op.execute(f"create trigger customers_renoted after update of {', '.join(_KEPT)} on customers when {differs} "
               f"begin {_PEOPLE}; end")  # fmt: skip


def downgrade() -> None:
    _forgotten("id")
    against = sa.text("purpose = 'profiling' and given is {}".format("false" if _postgresql() else "0"))
    op.create_index(
        "ix_consents_against_profiling", "consents", ["customer"], sqlite_where=against, postgresql_where=against
    )
    postgresql = _postgresql()
    for table, names in (
        ("answers", ("answers_noted",) if postgresql else ("answers_noted", "answers_renoted", "answers_unnoted")),
        ("customers", ("customers_noted", "customers_renoted")),
    ):
        for name in names:
            op.execute(f"drop trigger {name} on {table}" if postgresql else f"drop trigger {name}")
    if postgresql:
        for name in ("note_answer", "note_customer", "note_change"):
            op.execute(f"drop function {name}()")
    for name in ("questionnaire_judged", "questionnaire_changes", "questionnaire_completions"):
        op.drop_table(name)
