"""An import from the file's arrival to its end, and back where going back is honest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.imports.reasons import Reason
from core.shared.refusals import Conflict


class ImportState(StrEnum):
    """How far a file has come."""

    HERE = "here"
    """It is here and was looked at; nothing of it is in the house."""
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """It could not be read, and nothing of it is in the house; or it broke off, and the same again does the rest."""
    UNDOING = "undoing"
    UNDONE = "undone"


_BEGINS = (ImportState.HERE, ImportState.CHECKED, ImportState.FAILED)
MOVES: Mapping[tuple[ImportState, str], ImportState] = {
    **{(state, "check"): ImportState.CHECKING for state in _BEGINS},
    **{(state, "run"): ImportState.RUNNING for state in _BEGINS},
    (ImportState.CHECKING, "checked"): ImportState.CHECKED,
    (ImportState.RUNNING, "done"): ImportState.DONE,
    (ImportState.CHECKING, "fail"): ImportState.FAILED,
    (ImportState.RUNNING, "fail"): ImportState.FAILED,
    (ImportState.DONE, "undo"): ImportState.UNDOING,
    (ImportState.UNDOING, "undone"): ImportState.UNDONE,
    (ImportState.UNDOING, "fail"): ImportState.DONE,
}
"""The only place that knows the moves."""
BUSY = frozenset((ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING))
"""Somebody is at work on it."""
UNDOABLE = frozenset(("products", "plastic", "promo", "vouchers", "sales"))
"""Kinds that can be taken back. Stores and customers may have changed in people's hands since, and consents are a book
that only grows; an offer's former version is put back by its own file."""
UNDO_WITHIN = timedelta(days=30)
"""So long is kept what an import has changed."""
FIRST = 50
"""Rejected lines that are kept with their reasons."""


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was brought. `columns`: the house's name for each column of the file, empty: left out."""

    id: str
    name: str
    digest: str
    size: int
    kind: str
    columns: Mapping[str, str]
    by: str
    at: datetime
    state: ImportState = ImportState.HERE
    good: int = 0
    rejected: int = 0
    first: Sequence[tuple[int, Reason]] = field(default_factory=tuple)
    """The first rejected lines."""
    why: str = ""
    """Why it failed: a code, or a reason as a text."""
    finished_at: datetime | None = None
    undone_by: str = ""
    undone: int = 0
    kept: int = 0
    """Of what it brought, what could not be taken back."""


def moved(one: Import, move: str) -> ImportState:
    """Where the move leads. Raises Conflict (`import-busy`, `import-over`) when the table has no such move."""
    found = MOVES.get((one.state, move))
    if found is None:
        raise Conflict("import-busy" if one.state in BUSY else "import-over")
    return found
