"""Lists of the console, declared once: columns, filters, sorting, pages and the file for a spreadsheet.

A room says what its columns are and where a page of rows comes from; the list shows it, narrows it while somebody types
and writes all of it, chunk by chunk, into a file. Template: `_list.html`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from adapters.console.csvfile import MARK, lines_of
from core.shared.listing import MOST_PAGES, Asked, Slice

R = TypeVar("R")
_CHUNK = 5_000
_LONGEST = 128


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column: its key, the word of its heading, what a row says in it, for a person and for a file.

    `link`: where the cell leads. `state`: the cell is a state, `good`, `wait`, `bad` or empty, told by word and colour.
    """

    key: str
    word: str
    told: Callable[[R], Any]
    plain: Callable[[R], Any] | None = None
    """For the file, where it is told otherwise than to a person: a number, an ISO instant."""
    sorts: bool = True
    number: bool = False
    link: Callable[[R], str] | None = None
    state: Callable[[R], str] | None = None
    part: Callable[[R], str] | None = None
    """A path that says what stands in the cell, once the page is there; without a script a link to it."""
    wraps: Literal["", "words", "prose"] = ""
    """Whether a row may say so much that it takes several lines: a name of some words, or a sentence."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Something that narrows the list; with options it is chosen, else typed."""

    key: str
    word: str
    options: Sequence[tuple[str, str]] | None = None
    """Value and name of each; None: anything is typed."""
    kind: str = "search"
    """What is typed, as HTML calls it: `search`, `date`."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A list at a path. `name`: of its file; `empty`: the word that teaches where there is nothing yet."""

    path: str
    name: str
    columns: Sequence[Column[R]]
    filters: Sequence[Filter] = ()
    empty: str = "console.list-empty"

    def asked(self, request: web.Request) -> Asked:
        """What the request wants to see; what makes no sense is passed over."""
        query = request.query
        filters = {one.key: query.get(one.key, "").strip()[:_LONGEST] for one in self.filters}
        filters = {key: value for key, value in filters.items() if value and value.isprintable()}
        page = query.get("page", "1")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
        sorts = {one.key for one in self.columns if one.sorts}
        sort = query.get("sort", "")
        return Asked(filters, sort if sort in sorts else "", query.get("down") == "1", min(max(1, number), MOST_PAGES))

    def shown(self, asked: Asked, found: Slice[R]) -> dict[str, Any]:
        """What the template needs."""
        pages = max(1, -(-found.total // asked.size))
        return {
            "path": self.path,
            "empty": self.empty,
            "columns": [
                {
                    "word": one.word,
                    "number": one.number,
                    "sorts": one.sorts,
                    "order": ("descending" if asked.down else "ascending") if asked.sort == one.key else "",
                    "href": self._href(replace(asked, sort=one.key, down=_turned(asked, one.key), page=1)),
                }
                for one in self.columns
            ],
            "rows": [[_shown(one, row) for one in self.columns] for row in found.rows],
            "filters": [
                {
                    "key": one.key,
                    "word": one.word,
                    "options": one.options,
                    "kind": one.kind,
                    "value": asked.filters.get(one.key, ""),
                }
                for one in self.filters
            ],
            "narrowed": bool(asked.filters),
            "sort": asked.sort,
            "down": asked.down,
            "total": found.total,
            "page": min(asked.page, pages),
            "pages": pages,
            "before": self._href(replace(asked, page=asked.page - 1)) if asked.page > 1 else "",
            "after": self._href(replace(asked, page=asked.page + 1)) if asked.page < pages else "",
            "file": self._href(replace(asked, page=1), file="csv"),
        }

    async def file(
        self, request: web.Request, asked: Asked, heads: Sequence[str], rows: Callable[[Asked], Awaitable[Slice[R]]]
    ) -> web.StreamResponse:
        """Every row of the list as it is narrowed and sorted, written while it is read."""
        response = web.StreamResponse(
            headers={"Content-Disposition": f'attachment; filename="kartka-{self.name}.csv"'},
        )
        response.content_type, response.charset = "text/csv", "utf-8"
        await response.prepare(request)
        await response.write((MARK + lines_of([heads])).encode())
        page, seen = 1, 0
        while True:
            found = await rows(replace(asked, page=page, size=_CHUNK))
            told = [[(one.plain or one.told)(row) for one in self.columns] for row in found.rows]
            await response.write(lines_of(told).encode())
            seen += len(found.rows)
            if len(found.rows) < _CHUNK or seen >= found.total:
                break
            page += 1
        await response.write_eof()
        return response

    def _href(self, asked: Asked, **more: str) -> str:
        query: dict[str, str] = dict(asked.filters)
        if asked.sort:
            query["sort"] = asked.sort
            if asked.down:
                query["down"] = "1"
        if asked.page > 1:
            query["page"] = str(asked.page)
        query.update(more)
        return f"{self.path}?{urlencode(query)}" if query else self.path


def wants_file(request: web.Request) -> bool:
    """True when the list is asked for as a file."""
    return request.query.get("file") == "csv"


def _turned(asked: Asked, key: str) -> bool:
    return asked.sort == key and not asked.down


def _shown(column: Column[R], row: R) -> Mapping[str, Any]:
    return {
        "told": column.told(row),
        "kind": "number" if column.number else column.wraps,
        "link": column.link(row) if column.link is not None else "",
        "state": column.state(row) if column.state is not None else None,
        "part": column.part(row) if column.part is not None else "",
    }
