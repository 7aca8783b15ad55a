"""Bodies and answers of the operations about imports."""

from collections.abc import Callable
from datetime import datetime

from adapters.console.importwords import failure
from adapters.http.api import Answer, Body
from core.imports.model import Import
from core.imports.reasons import Reason


class ImportChoice(Body):
    """What the file is: its kind, and the house's name for each of its columns (left out: not taken)."""

    kind: str
    columns: dict[str, str]


class RunBody(Body):
    """`again`: also when the very same file is in the house already."""

    again: bool = False


class RejectOut(Answer):
    """A rejected line and why: `code` of the `column`, and the same in words."""

    line: int
    column: str
    code: str
    reason: str


class ImportOut(Answer):
    """A file that was brought. `first`: the first rejected lines; `why`: why it failed; `rows_so_far`: while it is at
    work; `undone` and `kept`: what taking it back came to."""

    id: str
    name: str
    digest: str
    size: int
    kind: str
    columns: dict[str, str]
    state: str
    by: str
    at: datetime
    good: int
    rejected: int
    first: list[RejectOut]
    why: str
    rows_so_far: int
    finished_at: datetime | None
    undone_by: str
    undone: int
    kept: int


class ImportsOut(Answer):
    """A page of them."""

    rows: list[ImportOut]
    total: int


def import_out(one: Import, told: Callable[[Reason], str], so_far: int = 0) -> ImportOut:
    """As the operations tell it, reasons in the reader's language."""
    return ImportOut(
        id=one.id, name=one.name, digest=one.digest, size=one.size, kind=one.kind, columns=dict(one.columns),
        state=one.state.value, by=one.by, at=one.at, good=one.good, rejected=one.rejected,
        first=[RejectOut(line=line, column=why.column, code=why.code, reason=told(why)) for line, why in one.first],
        why=failure(told, one.why) or one.why, rows_so_far=so_far,
        finished_at=one.finished_at, undone_by=one.undone_by, undone=one.undone, kept=one.kept,
    )  # fmt: skip
