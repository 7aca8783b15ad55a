"""Two roles on PostgreSQL: the owner migrates, the house serves and can change no book (reliability.md promise 10).

Which tables are books is told by the migrations alone: those whose trigger is `refuse_change`. A trigger stops a
mistake; a right that was never given also stops whoever holds the house's password.
"""

from psycopg import sql
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url

from adapters.db.engines import is_sqlite, sync_engine

_BOOKS = text(
    "select c.relname from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_class c on c.oid = t.tgrelid"
    " where p.proname = 'refuse_change' and c.relnamespace = current_schema()::regnamespace order by 1"
)
_CHANGEABLE = text(
    "select c.relname from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_class c on c.oid = t.tgrelid"
    " where p.proname = 'refuse_change' and c.relnamespace = current_schema()::regnamespace"
    " and has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') order by 1"
)


class CannotGrant(Exception):
    """The owner may not do it, or both URLs name one role; the text says what to do."""


def books(connection: Connection) -> list[str]:
    """The tables that only grow, by name; PostgreSQL."""
    return list(connection.scalars(_BOOKS))


def changeable_books(engine: Engine) -> list[str]:
    """The books that the role of this engine could change by itself; none on an embedded database."""
    if engine.dialect.name == "sqlite":
        return []
    with engine.connect() as connection:
        return list(connection.scalars(_CHANGEABLE))


def grant(owner_url: str, served_url: str) -> None:
    """The role of `served_url` exists and has what a server needs: every table, but of books only reading and adding.

    Run again after each migration; what is granted already stays. Raises CannotGrant.
    """
    role, password = make_url(served_url).username, make_url(served_url).password
    if is_sqlite(owner_url) or is_sqlite(served_url):
        raise CannotGrant("KARTKA_DATABASE_OWNER_URL goes with PostgreSQL; an embedded database has no roles")
    if not role or role == make_url(owner_url).username:
        raise CannotGrant("KARTKA_DATABASE_URL must name another role than KARTKA_DATABASE_OWNER_URL")
    engine = sync_engine(owner_url, patient=True)
    try:
        with engine.begin() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            if not connection.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": role}):
                raw.execute(_new_role(raw, role, str(password) if password else None))
            schema = connection.scalar(text("select current_schema()"))
            names = {"role": sql.Identifier(role), "schema": sql.Identifier(str(schema))}
            for line in (
                "grant usage on schema {schema} to {role}",
                "grant select, insert, update, delete on all tables in schema {schema} to {role}",
                "grant usage, select on all sequences in schema {schema} to {role}",
            ):
                raw.execute(sql.SQL(line).format(**names))
            for book in [*books(connection), "alembic_version"]:
                raw.execute(
                    sql.SQL("revoke update, delete, truncate on {book} from {role}, public").format(
                        book=sql.Identifier(book), **names
                    )
                )
            if connection.scalar(text("select pg_has_role(:role, current_user, 'member')"), {"role": role}):
                raise CannotGrant(f"the role {role} is a member of the owner; revoke that, or no right can be withheld")
    finally:
        engine.dispose()


def _new_role(raw: object, role: str, password: str | None) -> sql.Composed:
    """The statement that makes the role; the server sees and logs only the password's SCRAM verifier."""
    name = sql.Identifier(role)
    if password is None:
        return sql.SQL("create role {} login").format(name)
    verifier = raw.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")  # type: ignore[attr-defined]  # the driver's connection
    return sql.SQL("create role {} login password {}").format(name, sql.Literal(verifier.decode()))
