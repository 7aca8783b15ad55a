"""Imports: a file is dragged in, its kind and columns guessed and put right; it is tried, put in the house, undone."""

import asyncio
from collections.abc import Callable
from itertools import islice

from aiohttp import web

from adapters.console.csvfile import MARK, lines_of
from adapters.console.door import API, Door
from adapters.console.importmodels import ImportChoice, ImportOut, ImportsOut, RunBody, import_out
from adapters.console.importports import ImportDesk
from adapters.console.importshown import import_page, listing
from adapters.console.importwords import failure, teller
from adapters.http.api import Endpoint
from adapters.http.problems import Problem, problem_of
from adapters.http.sessions import SESSION
from core.imports.actions import begin, bring, choose
from core.imports.guessing import KINDS, columns_for
from core.imports.model import BUSY, Import, ImportState
from core.imports.reasons import Reason
from core.shared.refusals import Invalid, Refusal
from core.vouchers.codes import printed

BRINGS_FILES = ("owner", "marketer")
PATH = "/console/imports"
_ID = "{id:[0-9a-f-]{36}}"
_LINES = 1_000
_BEGUN = {404: ["unknown-import"], 409: ["import-busy", "import-over"], 422: ["lacks-columns", "bad-kind"]}


class ImportPages:
    """`/console/imports` and the page of each file."""

    def __init__(self, door: Door, desk: ImportDesk) -> None:
        self._door, self._desk = door, desk
        door.page(PATH, self.page, BRINGS_FILES)
        door.page(f"{PATH}/{_ID}", self.one, BRINGS_FILES)
        door.action(f"{PATH}/{_ID}", self.act, BRINGS_FILES)
        door.page(f"{PATH}/{_ID}/rejects", self.rejects, BRINGS_FILES)
        door.page(f"{PATH}/{_ID}/codes", self.codes, BRINGS_FILES)
        query = {one: {"type": "string"} for one in ("kind", "state", "by")} | {"page": {"type": "integer"}}
        gone = {404: ["unknown-import"]}
        for one in (
            Endpoint("POST", f"{API}/imports", "A file is brought: its bytes are the body", self.take, answer=ImportOut,
                     status=201, raw="application/octet-stream", query={"name": {"type": "string"}},
                     problems={409: ["disk-full"], 413: ["file-too-large"], 422: ["file-empty", "file-unreadable"]}),
            Endpoint("GET", f"{API}/imports", "Files that were brought", self.rows, answer=ImportsOut, query=query),
            Endpoint("GET", f"{API}/imports/{{id}}", "How far a file is", self.get, answer=ImportOut, problems=gone),
            Endpoint("PUT", f"{API}/imports/{{id}}", "Its kind and columns", self.chosen, ImportChoice, ImportOut,
                     problems={**gone, 409: ["import-busy", "import-over"], 422: ["bad-kind", "bad-columns"]}),
            Endpoint("POST", f"{API}/imports/{{id}}/check", "It is tried out; nothing changes", self.check,
                     answer=ImportOut, status=202, problems=_BEGUN),
            Endpoint("POST", f"{API}/imports/{{id}}/run", "It is put in the house", self.run, RunBody, ImportOut, 202,
                     {**_BEGUN, 409: ["import-busy", "import-over", "imported-already"]}),
            Endpoint("POST", f"{API}/imports/{{id}}/undo", "What it brought is taken back", self.undo, answer=ImportOut,
                     status=202, problems={**gone, 409: ["import-busy", "import-over", "not-undoable"]}),
            Endpoint("GET", f"{API}/imports/{{id}}/rejects", "Rejected lines as CSV", self.rejected, problems=gone),
            Endpoint("GET", f"{API}/imports/{{id}}/codes", "Vouchers that it made, as CSV", self.made, problems=gone),
        ):  # fmt: skip
            door.endpoint(one, BRINGS_FILES)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Where a file is dropped, and what was brought before."""
        return await self._door.listed(
            request, listing(self._door, request), self._desk.rows, "imports.html", most=self._desk.most
        )

    async def one(self, request: web.Request, error: str = "", status: int = 200) -> web.StreamResponse:
        """A file: what it is, how far it is, what became of it."""
        found = await self._found(request)
        same = await self._desk.same(found) if found.state not in (ImportState.DONE, ImportState.UNDONE) else None
        sample = await self._desk.sample(found.id) if found.state not in BUSY else []
        data = import_page(self._door, request, found, same, sample, self._desk.progress(found.id))
        has_rejects = self._desk.rejects(found.id) is not None and found.rejected > 0
        return self._door.show(request, "import.html", status, error=error, has_rejects=has_rejects, **data)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """What the form's button says is done; the choice of kind and columns is saved by every one of them."""
        form, id = await request.post(), request.match_info["id"]
        found = await self._found(request)
        do = str(form.get("do", ""))
        try:
            if "kind" in form:
                kind = str(form["kind"])
                names = list(found.columns)
                columns = {name: str(form.get(f"column-{at}", "")) for at, name in enumerate(names)}
                if kind != found.kind and kind in KINDS:
                    columns = columns_for(kind, names)  # another kind has other columns: they are guessed anew
                if (kind, columns) != (found.kind, dict(found.columns)):
                    await self._chosen(request, id, kind, columns)
            match do:
                case "check" | "run" | "undo":
                    await self._begin(request, id, do, again=form.get("again") == "yes")
                case "choose":
                    pass
                case _:
                    raise web.HTTPBadRequest
        except Refusal as refusal:
            return await self.one(request, self._door.sorry(request, refusal), 409)
        raise web.HTTPSeeOther(f"{PATH}/{id}")

    async def take(self, request: web.Request, given: None) -> ImportOut:
        """The bytes go to the disk as they come; a refusal is in the reader's language, since a page shows it."""
        del given
        name = request.query.get("name", "")[:200] or "file.csv"
        try:
            taken = await self._desk.take(name, request.content_length, request.content.iter_any())
        except Refusal as refusal:
            why = failure(self._teller(request), str(refusal.data.get("why", "")))
            unreadable = self._door.told_key(request, "sorry.file-unreadable", why=why or "")
            status = 413 if refusal.code == "file-too-large" else problem_of(refusal).status
            raise Problem(status, refusal.code, unreadable if why else self._door.sorry(request, refusal)) from None
        by = request[SESSION].login
        made = await self._door.change(
            request, "import.upload",
            lambda work: bring(
                work, id=taken.id, name=taken.name, digest=taken.digest, size=taken.size, guess=taken.guess, by=by
            ),
        )  # fmt: skip
        return self._out(request, made)

    async def rows(self, request: web.Request, given: None) -> ImportsOut:
        """The list as JSON."""
        del given
        found = await self._desk.rows(listing(self._door, request).asked(request))
        return ImportsOut(rows=[self._out(request, one) for one in found.rows], total=found.total)

    async def get(self, request: web.Request, given: None) -> ImportOut:
        """One of them."""
        del given
        found = await self._found(request)
        return self._out(request, found, self._desk.progress(found.id))

    async def chosen(self, request: web.Request, given: ImportChoice) -> ImportOut:
        """As the form."""
        return self._out(
            request, await self._chosen(request, (await self._found(request)).id, given.kind, given.columns)
        )

    async def check(self, request: web.Request, given: None) -> ImportOut:
        """As the form."""
        del given
        return self._out(request, await self._begin(request, (await self._found(request)).id, "check"))

    async def run(self, request: web.Request, given: RunBody) -> ImportOut:
        """As the form."""
        return self._out(request, await self._begin(request, (await self._found(request)).id, "run", again=given.again))

    async def undo(self, request: web.Request, given: None) -> ImportOut:
        """As the form."""
        del given
        return self._out(request, await self._begin(request, (await self._found(request)).id, "undo"))

    async def rejected(self, request: web.Request, given: None) -> web.StreamResponse:
        """As the page's link."""
        del given
        return await self.rejects(request)

    async def made(self, request: web.Request, given: None) -> web.StreamResponse:
        """As the page's link."""
        del given
        return await self.codes(request)

    async def rejects(self, request: web.Request) -> web.StreamResponse:
        """The rejected lines with their reasons, as a spreadsheet reads them."""
        found = await self._found(request)
        rejects = self._desk.rejects(found.id)
        if rejects is None:
            raise Problem(404, "unknown-import", "There is no list of rejected lines.")
        await self._door.note(request, "import.rejects", found.id)
        response, told = web.StreamResponse(headers=_as_file(f"rejects-{found.kind}")), self._teller(request)
        await response.prepare(request)
        heads = [self._door.told_key(request, "imports.line"), self._door.told_key(request, "imports.reason")]
        await response.write((MARK + lines_of([heads])).encode())
        while some := await asyncio.to_thread(lambda: list(islice(rejects, _LINES))):
            await response.write(lines_of([(line, told(reason)) for line, reason in some]).encode())
        await response.write_eof()
        return response

    async def codes(self, request: web.Request) -> web.StreamResponse:
        """The vouchers that the import has made."""
        found = await self._found(request)
        if found.kind != "vouchers" or found.state is not ImportState.DONE:
            raise Problem(404, "unknown-import", "There are no codes of this import.")
        await self._door.note(request, "import.codes", found.id)
        response = web.StreamResponse(headers=_as_file("vouchers"))
        await response.prepare(request)
        await response.write((MARK + lines_of([("code", "offer", "printed")])).encode())
        async for code, offer in self._desk.codes(found.id):
            await response.write(lines_of([(code, offer, printed(code))]).encode())
        await response.write_eof()
        return response

    def _teller(self, request: web.Request) -> Callable[[Reason], str]:
        return teller(self._door.texts, self._door.language(request))

    def _out(self, request: web.Request, one: Import, so_far: int = 0) -> ImportOut:
        return import_out(one, self._teller(request), so_far)

    async def _chosen(self, request: web.Request, id: str, kind: str, columns: dict[str, str]) -> Import:
        return await self._door.change(
            request, "import.choose", lambda work: choose(work, id=id, kind=kind, columns=columns)
        )

    async def _begin(self, request: web.Request, id: str, what: str, *, again: bool = False) -> Import:
        if what not in ("check", "run", "undo"):
            raise Invalid("do", "bad-kind")
        made = await self._door.change(
            request, f"import.{what}", lambda work: begin(work, id=id, move=what, again=again)
        )  # fmt: skip
        self._desk.begin(id, what, request[SESSION].login)
        return made

    async def _found(self, request: web.Request) -> Import:
        found = await self._desk.get(request.match_info["id"])
        if found is None:
            raise Problem(404, "unknown-import", "There is no such import.")
        return found


def _as_file(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="kartka-{name}.csv"',
        "Content-Type": "text/csv; charset=utf-8",
    }
