"""What the pages of imports show: the list, a file's columns beside its first rows, how it went in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from adapters.console.door import Door
from adapters.console.importwords import failure, teller
from adapters.console.lists import Column, Filter, Listing
from adapters.console.telling import Teller
from bot.words import say
from core.imports.guessing import KINDS, lacking
from core.imports.model import BUSY, UNDOABLE, Import, ImportState

_PATH = "/console/imports"
_LOOKS = {
    ImportState.HERE: "wait", ImportState.CHECKING: "wait", ImportState.CHECKED: "wait", ImportState.RUNNING: "wait",
    ImportState.DONE: "good", ImportState.FAILED: "bad", ImportState.UNDOING: "wait", ImportState.UNDONE: "",
}  # fmt: skip
_WHY = {"broke-off": "imports.broke-off", "database-away": "imports.database-away"}


def listing(door: Door, request: web.Request) -> Listing[Import]:
    """The list of files."""

    def told(key: str) -> str:
        return door.told(request, say(key))

    tell = Teller(door, request)
    return Listing(
        _PATH,
        "imports",
        (
            Column("at", "imports.at", lambda one: tell.at(one.at), lambda one: one.at.isoformat()),
            Column("name", "imports.file", lambda one: one.name, link=lambda one: f"{_PATH}/{one.id}"),
            Column("kind", "imports.kind", lambda one: told(f"imports.{one.kind or 'unknown'}"), lambda one: one.kind),
            Column("state", "console.state", lambda one: told(f"imports.{one.state.value}"), sorts=False,
                   state=lambda one: _LOOKS[one.state]),
            Column("good", "imports.good", lambda one: one.good, number=True),
            Column("rejected", "imports.rejected", lambda one: one.rejected, number=True),
            Column("by", "imports.by", lambda one: one.by),
        ),
        (
            Filter("kind", "imports.kind", [(kind, told(f"imports.{kind}")) for kind in KINDS]),
            Filter("state", "console.state", [(one.value, told(f"imports.{one.value}")) for one in ImportState]),
            Filter("by", "imports.by"),
        ),
        "imports.empty",
    )  # fmt: skip


def import_page(
    door: Door, request: web.Request, one: Import, same: Import | None, sample: Sequence[Mapping[str, str]], so_far: int
) -> dict[str, Any]:
    """Everything on a file's page."""

    def told(key: str, **data: str | int) -> str:
        return door.told(request, say(key, **data))

    tell, why = Teller(door, request), teller(door.texts, door.language(request))
    lacks = lacking(one.kind, one.columns) if one.kind in KINDS else []
    before = None
    if same is not None:
        before = told("imports.same", by=same.by, at=tell.at(same.at))
    columns = [
        {"at": at, "name": name, "chosen": chosen, "cells": [row.get(name, "")[:40] for row in sample]}
        for at, (name, chosen) in enumerate(one.columns.items())
    ]
    return {
        "one": one,
        "state": (told(f"imports.{one.state.value}"), _LOOKS[one.state]),
        "kinds": [(kind, told(f"imports.{kind}")) for kind in KINDS],
        "known": [(name, told(f"column.{name.replace('_', '-')}")) for name in KINDS.get(one.kind, ((), ()))[0]],
        "needed": set(KINDS.get(one.kind, ((), ()))[1]),
        "lacks": ", ".join(told(f"column.{name.replace('_', '-')}") for name in lacks),
        "columns": columns,
        "rows": range(len(sample)),
        "busy": one.state in BUSY,
        "open": one.state in (ImportState.HERE, ImportState.CHECKED, ImportState.FAILED),
        "so_far": so_far,
        "same": before,
        "why": told(_WHY[one.why]) if one.why in _WHY else failure(why, one.why) or one.why,
        "first": [(line, why(reason)) for line, reason in one.first],
        "undoable": one.state is ImportState.DONE and one.kind in UNDOABLE,
        "undo_says": told(f"imports.undo-{one.kind if one.kind in UNDOABLE else 'never'}"),
        "size": _size(one.size),
        "at": tell.at(one.at),
    }


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} kB"
