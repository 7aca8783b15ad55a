"""Verbs about imports: bring a file, choose what it is, begin, end, take back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.audit.model import Actor, Entry
from core.imports.guessing import KINDS, Guess, lacking
from core.imports.model import BUSY, FIRST, UNDO_WITHIN, UNDOABLE, Import, ImportState, moved
from core.imports.ports import ImportWork
from core.imports.reasons import Reason
from core.shared.refusals import Conflict, Invalid, Unknown


def bring(work: ImportWork, *, id: str, name: str, digest: str, size: int, guess: Guess, by: str) -> Import:
    """The file is here; its kind and columns are a guess that somebody can put right."""
    made = Import(id, name[:128], digest, size, guess.kind, guess.columns, by, work.now)
    work.imports.add(made)
    return made


def choose(work: ImportWork, *, id: str, kind: str, columns: Mapping[str, str]) -> Import:
    """The file is of this kind, its columns are these.

    Raises Unknown, Invalid (`bad-kind`, `bad-columns`), Conflict (`import-busy`, `import-over`).
    """
    one = the_import(work, id)
    if one.state in BUSY:
        raise Conflict("import-busy")
    if one.state not in (ImportState.HERE, ImportState.CHECKED, ImportState.FAILED):
        raise Conflict("import-over")
    if kind not in KINDS:
        raise Invalid("kind", "bad-kind")
    chosen = {column: columns.get(column, "") for column in one.columns}
    named = [one for one in chosen.values() if one]
    if len(named) != len(set(named)) or not set(named) <= set(KINDS[kind][0]):
        raise Invalid("columns", "bad-columns")
    kept = replace(one, kind=kind, columns=chosen, state=ImportState.HERE, good=0, rejected=0, first=(), why="")
    work.imports.save(kept)
    return kept


def begin(work: ImportWork, *, id: str, move: str, again: bool = False) -> Import:
    """It is checked (`check`), put in the house (`run`) or taken back (`undo`) from now on.

    Raises Unknown, Conflict (`import-busy`, `import-over`, `imported-already` unless `again`, `not-undoable`,
    `undo-too-late`), Invalid
    (`lacks-columns`, `bad-kind`).
    """
    one = the_import(work, id)
    state = moved(one, move)
    if move == "undo":
        if one.kind not in UNDOABLE:
            raise Conflict("not-undoable", kind=one.kind)
        if work.now - (one.finished_at or one.at) > UNDO_WITHIN:
            raise Conflict("undo-too-late", days=UNDO_WITHIN.days)
    elif one.kind not in KINDS:
        raise Invalid("kind", "bad-kind")
    elif lacks := lacking(one.kind, one.columns):
        raise Invalid("columns", "lacks-columns", lacks=", ".join(lacks))
    if move == "run" and not again and (before := work.imports.same(one.digest)):
        raise Conflict("imported-already", by=before[0].by, name=before[0].name)
    begun = replace(one, state=state, why="")
    work.imports.save(begun)
    return begun


def ended(
    work: ImportWork, *, id: str, move: str, good: int, rejected: Sequence[tuple[int, Reason]], actor: Actor
) -> Import:
    """What became of the file, noted: `checked` or `done`."""
    one = the_import(work, id)
    done = replace(
        one, state=moved(one, move), good=good, rejected=len(rejected), first=tuple(rejected[:FIRST]), why="",
        finished_at=work.now,
    )  # fmt: skip
    work.imports.save(done)
    if move == "done":
        told = {"kind": one.kind, "good": good, "rejected": len(rejected), "digest": one.digest}
        work.audit.note(Entry(work.now, actor, "import.done", id, None, told))
    return done


def failed(work: ImportWork, *, id: str, why: str) -> Import:
    """It could not be done, and why."""
    one = the_import(work, id)
    done = replace(one, state=moved(one, "fail"), why=why[:500], finished_at=work.now)
    work.imports.save(done)
    return done


def taken_back(work: ImportWork, *, id: str, undone: int, kept: int, actor: Actor) -> Import:
    """What it brought is out of the house again, but for what had gone on since; noted."""
    one = the_import(work, id)
    done = replace(one, state=moved(one, "undone"), undone_by=actor.login, undone=undone, kept=kept)
    work.imports.save(done)
    told = {"kind": one.kind, "undone": undone, "kept": kept}
    work.audit.note(Entry(work.now, actor, "import.undone", id, None, told))
    return done


def the_import(work: ImportWork, id: str) -> Import:
    """Raises Unknown (`unknown-import`)."""
    one = work.imports.get(id, lock=True)
    if one is None:
        raise Unknown("unknown-import")
    return one
