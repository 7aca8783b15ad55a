"""Segments through the house: the database and the lake together say how many, who and why."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence, Set
from contextlib import asynccontextmanager, suppress
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from adapters.app.lakebuyers import Goods, LakeBuyers
from adapters.console.ports import Audience
from adapters.db.outside import Outside
from adapters.db.segmentlists import SegmentLists
from adapters.db.segmentviews import SegmentReads, Unlike
from core.campaigns.arms import WHOLE, lot_of
from core.cards.lookup import keys_of
from core.segments.fitting import Asked, Thing, must_fit, named
from core.segments.model import Bought, Every, Node, leaves
from core.segments.views import Choices, Kept, Member, Page, Reach, Size, Why
from core.shared.listing import Asked as Listed
from core.shared.listing import Slice
from core.shared.refusals import Conflict, Unknown
from core.shared.values import Language, Phone

AT_ONCE = 2
"""Questions that the database is asked together: each may take half a second of a core."""
REMEMBERED_SECONDS = 300
"""How long the counts of a list stand."""
HEADER = "phone_e164_sha256,phone_digits_sha256\n"


class Segmenting:
    """Satisfies `adapters.console.ports.SegmentViews`."""

    def __init__(
        self, reads: SegmentReads, lists: SegmentLists, buyers: LakeBuyers, outside: Outside, holdout: str
    ) -> None:
        """`holdout`: what the standing holdout is drawn with."""
        self._holdout = holdout
        self._reads, self._lists, self._buyers, self._outside = reads, lists, buyers, outside
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._counted: dict[Node, tuple[float, Size]] = {}

    async def kept(self, *, archived: bool = False) -> Sequence[Kept]:
        """By name."""
        return await self._lists.kept(archived=archived)

    async def one(self, segment: str) -> Kept | None:
        """Also one that was put away."""
        return await self._lists.one(segment)

    async def choices(self, language: Language) -> Choices:
        """From the catalogue, the stores, the questionnaire, the campaigns and what people have."""
        return await self._lists.choices(language)

    async def count(self, tree: Node) -> Reach:
        """As of now."""
        unlike = await self._unlike(tree)
        async with self._turns:
            return await self._reads.count(tree, unlike)

    async def size(self, tree: Node) -> Size:
        """As of now or a few minutes ago."""
        now = time.monotonic()
        self._counted = {one: kept for one, kept in self._counted.items() if now - kept[0] < REMEMBERED_SECONDS}
        if tree not in self._counted:
            unlike = await self._unlike(tree)
            async with self._turns:
                self._counted[tree] = (now, await self._reads.size(tree, unlike))
        return self._counted[tree][1]

    async def members(self, tree: Node, asked: Listed, after: str | None = None) -> Page:
        """A page of them."""
        unlike = await self._unlike(tree)
        async with self._turns:
            return await self._reads.members(tree, unlike, asked, after)

    @asynccontextmanager
    async def everybody(self, tree: Node, asked: Listed) -> AsyncIterator["Everybody"]:
        """Their ids are written down first, so that the database waits for nobody's line."""
        unlike = await self._unlike(tree)
        with TemporaryFile("w+") as file:
            people = 0
            async with self._turns:
                async for some in self._reads.everybody(tree, unlike, asked):
                    await asyncio.to_thread(file.writelines, [f"{one}\n" for one in some])
                    people += len(some)
            file.seek(0)
            yield Everybody(self._reads, file, people)

    async def why(self, tree: Node, typed: str) -> Why:
        """By a card's number, a phone or a customer's id. Raises Unknown (`unknown-customer`)."""
        customer = await self._whose(typed)
        await self._must_fit(tree)
        unlike: dict[Bought, Collection[str]] = {}
        amounts: dict[Bought, int] = {}
        for leaf in _purchases(tree):
            amount = await self._buyers.amount(leaf, await self._goods(leaf), self._reads.today, customer)
            amounts[leaf] = amount
            unlike[leaf] = [customer] if leaf.passes(amount) != leaf.passes(0) else []
        async with self._turns:
            found = await self._reads.why(tree, unlike, amounts, customer)
        if found is None:
            raise Unknown("unknown-customer")
        return found

    async def of_one(self, trees: Mapping[str, Node], people: Sequence[str]) -> Set[str]:
        """Of what each tree asks of purchases, the lake is asked about this person alone."""
        asked, gone = await self._lists.asked(), await self._lists.missing(named(Every(tuple(trees.values()))))
        fitting = {key: tree for key, tree in trees.items() if _fits(tree, asked, gone)}
        unlike: dict[Bought, Collection[str]] = {}
        for leaf in _purchases(Every(tuple(fitting.values()))):
            amount = await self._buyers.amount(leaf, await self._goods(leaf), self._reads.today, people[0])
            unlike[leaf] = people[:1] if leaf.passes(amount) != leaf.passes(0) else []
        return await self._reads.of_one(fitting, unlike, people)

    @asynccontextmanager
    async def audience(self, tree: Node) -> AsyncIterator[Audience]:
        """Hashes of the phones of those who agreed, as a file that is gone afterwards; without the standing holdout,
        which gets no promotion anywhere.

        It is whole before a byte of it is sent: the database waits for nobody's line.
        """
        unlike = await self._unlike(tree)
        below = self._outside.programme.global_holdout_percent * WHOLE // 100
        with TemporaryFile("w+b") as file:
            file.write(HEADER.encode())
            people = 0
            async with self._turns:
                async for some in self._reads.phones(tree, unlike, lambda who: lot_of(self._holdout, who) < below):
                    await asyncio.to_thread(_write, file, some)
                    people += len(some)
            file.seek(0)
            yield Audience(people, file)

    async def close(self) -> None:
        """The lake's engine is gone."""
        await self._buyers.close()

    async def _whose(self, typed: str) -> str:
        numbers: tuple[str, ...] = ()
        phone: Phone | None = None
        with suppress(Unknown):
            keys = keys_of(typed)
            numbers, phone = keys.numbers, self._outside.phones.read(keys.phone) if keys.phone else None
        found = await self._reads.whose([typed.strip(), *numbers], phone.e164 if phone is not None else None)
        if found is None:
            raise Unknown("unknown-customer")
        return found

    async def _unlike(self, tree: Node) -> Unlike:
        """Everything that the tree names is there, and the lake's word on each of its purchases."""
        await self._must_fit(tree)
        today = self._reads.today
        return {leaf: await self._buyers.unlike(leaf, await self._goods(leaf), today) for leaf in _purchases(tree)}

    async def _goods(self, leaf: Bought) -> Goods:
        return Goods(tuple(await self._lists.goods(leaf)), tuple(await self._lists.stores_of(leaf)))

    async def _must_fit(self, tree: Node) -> None:
        gone: Mapping[Thing, Collection[str]] = await self._lists.missing(named(tree))
        must_fit(tree, await self._lists.asked(), lambda thing, names: set(names) & set(gone[thing]))


class Everybody:
    """Satisfies `adapters.console.ports.Everybody`: people by ids that were written down, a line for each."""

    def __init__(self, reads: SegmentReads, ids: IO[str], people: int) -> None:
        self._reads, self._ids, self._people = reads, ids, people

    async def rows(self, asked: Listed) -> Slice[Member]:
        """As many again as are gone."""
        found: list[Member] = []
        while some := [one.rstrip("\n") for one in islice(self._ids, asked.size - len(found))]:
            found += await self._reads.told(some)
        return Slice(found, self._people)


def _fits(tree: Node, asked: Asked, gone: Mapping[Thing, Collection[str]]) -> bool:
    try:
        must_fit(tree, asked, lambda thing, names: set(names) & set(gone.get(thing, ())))
    except Conflict:
        return False
    return True


def _purchases(tree: Node) -> list[Bought]:
    return list(dict.fromkeys(one for one in leaves(tree) if isinstance(one, Bought)))


def _write(file: IO[bytes], some: Sequence[str]) -> None:
    """Both spellings that platforms of advertisements hash: with the plus, and digits alone."""
    for phone in some:
        hashes = (hashlib.sha256(text.encode()).hexdigest() for text in (phone, phone.removeprefix("+")))
        file.write(f"{','.join(hashes)}\n".encode())
