"""An import of the console at work, in a process of its own: a till does not wait for somebody's file.

`kartka import-upload ID check|run|undo`: a file is read to its end before anything of it is in the house, then goes in
by pieces, so that a sale waits for one of them at most. Killed in between, the same again does the rest.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.app.commands import Do, doing, looking
from adapters.app.house import outside_of
from adapters.app.importfolders import PROGRESS, file_in, folder_of, held, keep_rejects
from adapters.app.settings import Settings, read_programme
from adapters.db.engines import DatabaseError
from adapters.db.lanes import Busy
from adapters.db.work import DbWork
from adapters.imports.files import BadFile
from adapters.imports.ports import Shelves
from adapters.imports.rights import Made, import_offers, import_vouchers
from adapters.imports.rows import KINDS, ReadPhone
from adapters.imports.run import Report, import_file, import_in_pieces
from adapters.texts.catalogue import Catalogue
from core.audit.model import Actor
from core.imports.actions import ended, failed, taken_back
from core.imports.model import Import
from core.imports.reasons import as_text
from core.shared.refusals import Refusal
from core.vouchers.actions import void
from core.vouchers.model import VoucherState

_TURN = 0.02
"""Seconds between two pieces: who waits for an embedded database's only pen gets it."""
BROKE_OFF = "broke-off"
"""Why an import has failed whose process is gone."""


def work_on(settings: Settings, id: str, what: str, by: str) -> bool:
    """The import is checked, put in the house or taken back; False when it could not be, and it says why."""
    folder = folder_of(settings, id)
    with held(folder) as alone, doing(settings) as do:
        if not alone:
            return False
        one: Import = do(lambda work: work.imports.get(id))
        member = do(lambda work: work.staff.by_login(by))
        actor = Actor(by, member.role if member is not None else "")
        try:
            if what == "undo":
                _take_back(settings, do, one, actor)
            else:
                _bring_in(settings, do, one, folder, actor, dry=what == "check")
        except (BadFile, Refusal, OSError, Busy, DatabaseError) as error:
            why = _told(error)
            do(lambda work: failed(work, id=id, why=why))
            return False
    if what == "run" and (file := file_in(folder)) is not None:
        file.unlink()  # people's names and phones do not lie about
    return True


def _bring_in(settings: Settings, do: Do, one: Import, folder: Path, actor: Actor, *, dry: bool) -> None:
    file = file_in(folder)
    if file is None:
        raise BadFile(one.name, "gone")
    phones = outside_of(settings, read_programme(settings), Catalogue()).phones.read
    move = "checked" if dry else "done"

    def progress(rows: int) -> None:
        (folder / PROGRESS).write_text(str(rows))

    def end(work: DbWork, report: Report) -> None:
        keep_rejects(folder, report.rejected)
        ended(work, id=one.id, move=move, good=report.good, rejected=report.rejected, actor=actor)

    if one.kind == "sales":
        from adapters.app.histories import import_sales, lake_of  # Parquet's library takes half a second to load

        report = import_sales(
            file, lake=lake_of(settings), do=do, phones=phones, dry_run=dry, earn=False, progress=progress,
            columns=one.columns,
        )  # fmt: skip
        do(lambda work: end(work, report))
        return
    if one.kind in KINDS:
        kind = KINDS[one.kind]
        with looking(settings) as look:
            tried = import_file(
                file, kind, phones=phones, now=datetime.now(UTC), progress=progress, columns=one.columns
            )  # fmt: skip
            report = look(lambda work: tried(work.looking_shelves))
        if not dry:
            report = import_in_pieces(
                file, kind, do=lambda put: _piece(do, one.id, put), phones=phones, now=datetime.now(UTC),
                progress=progress, columns=one.columns,
            )  # fmt: skip
        do(lambda work: end(work, report))
        return
    job = _right(file, one, phones)

    def tried_out(work: DbWork) -> None:
        report = job(work)
        if dry:
            raise _Dry(report)
        end(work, report)

    try:
        do(tried_out)
    except _Dry as tried_only:
        found = tried_only.report
        do(lambda work: end(work, found))


def _piece(do: Do, id: str, put: Callable[[Shelves], None]) -> None:
    """Some rows are on the shelves and remembered; then everybody else has a turn."""
    do(lambda work: put(work.noted_shelves(id)))
    time.sleep(_TURN)


class _Dry(Exception):
    """Carries the report out of a work that is undone."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def _right(file: Path, one: Import, phones: ReadPhone) -> Callable[[DbWork], Report]:
    if one.kind == "offers":
        return import_offers(file, phones=phones)
    made: list[Made] = []
    right = import_vouchers(file, phones=phones, made=made, columns=one.columns)

    def vouchers(work: DbWork) -> Report:
        report = right(work)
        work.imports.changed(one.id, [(each.code, None, {"offer": each.offer}) for each in made if each.fresh])
        return report

    return vouchers


def _take_back(settings: Settings, do: Do, one: Import, actor: Actor) -> None:
    if one.kind == "sales":
        from adapters.app.histories import lake_of
        from adapters.lake.lake import Merged

        try:
            lines = lake_of(settings).take_back(one.digest[:16])
        except Merged:
            raise BadFile(one.name, "merged") from None
        do(lambda work: taken_back(work, id=one.id, undone=lines, kept=0, actor=actor))
        return

    def back(work: DbWork) -> tuple[int, int, bool]:
        some = work.imports.next_changes(one.id)
        match one.kind:
            case "products":
                undone, kept = work.imports.restore_products(some)
            case "promo":
                undone, kept = work.imports.restore_promo(some)
            case "plastic":
                undone, kept = work.imports.remove_plastics(some)
            case _:
                undone, kept = _void_unspent(work, [row.key for row in some], actor.login)
        return undone, kept, bool(some)

    undone = kept = 0
    more = True
    while more:
        back_now, stays, more = do(back)
        undone, kept = undone + back_now, kept + stays
        time.sleep(_TURN)
    do(lambda work: taken_back(work, id=one.id, undone=undone, kept=kept, actor=actor))


def _void_unspent(work: DbWork, codes: Sequence[str], actor: str) -> tuple[int, int]:
    undone = 0
    found = work.vouchers.find(codes, (), lock=True)
    for voucher in found.values():
        if voucher.state is VoucherState.ISSUED:
            void(work, voucher, actor=actor)
            undone += 1
    return undone, len(codes) - undone


def _told(error: Any) -> str:
    if isinstance(error, BadFile):
        return as_text(error.reason)
    if isinstance(error, Refusal):
        return error.code
    if isinstance(error, Busy | DatabaseError):
        return "database-away"
    return " ".join(str(error).split())[:500] or type(error).__name__
