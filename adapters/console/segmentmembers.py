"""The people of a segment as a list: by channel, consent and language, with a file of all of them."""

from aiohttp import web

from adapters.console.customerdesk import PATH as CUSTOMERS
from adapters.console.lists import Column, Filter, Listing, wants_file
from adapters.console.segmentroom import CHANGES, ONE, PATH, SegmentRoom
from adapters.console.telling import CHANNELS, NOTHING, Teller
from core.segments.views import Member
from core.shared.listing import Asked, Slice
from core.shared.values import Language

FILTERS = ("channel", "agreed", "language")


class MemberPages:
    """`/console/segments/{segment}/members`."""

    def __init__(self, room: SegmentRoom) -> None:
        self._room, self._door = room, room.door
        self._door.page(f"{ONE}/members", self.page, CHANGES)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """As of now, by id."""
        segment = request.match_info["segment"]
        kept, _ = await self._room.found(segment)
        tree, views = await self._room.usable(segment), self._room.views
        title, back = self._room.name_of(request, segment, kept), f"{PATH}/{segment}"
        listing = _listing(segment, Teller(self._door, request))

        async def rows(asked: Asked) -> Slice[Member]:
            page = await views.members(tree, asked)
            return Slice(page.members, page.total or 0)

        if not wants_file(request):
            return await self._door.listed(request, listing, rows, "segment_members.html", title=title, back=back)
        async with views.everybody(tree, listing.asked(request)) as everybody:
            return await self._door.listed(request, listing, everybody.rows, "segment_members.html")


def _listing(segment: str, tell: Teller) -> Listing[Member]:
    def channels(one: Member) -> str:
        return ", ".join(tell.channel(name) for name in one.channels) or NOTHING

    def agreed(one: Member) -> str:
        return tell.say("segments.has-yes" if one.marketing else "segments.has-no")

    columns: tuple[Column[Member], ...] = (
        Column("name", "segments.person", lambda one: one.name or tell.say("segments.no-name"), lambda one: one.name,
               sorts=False, link=lambda one: f"{CUSTOMERS}/{one.customer}"),
        Column("phone", "segments.phone-end", lambda one: f"…{one.phone}" if one.phone else NOTHING,
               lambda one: one.phone, sorts=False),
        Column("channels", "segments.channels", channels, lambda one: ", ".join(one.channels), sorts=False),
        Column("agreed", "segments.agreed", agreed, sorts=False),
        Column("language", "client.language", lambda one: tell.say(f"language.{one.language}"),
               lambda one: one.language, sorts=False),
        Column("joined", "segments.joined-on", lambda one: tell.day(one.joined), lambda one: one.joined.isoformat()),
        Column("last", "segments.last-on", lambda one: tell.day(one.last_bought),
               lambda one: one.last_bought.isoformat() if one.last_bought else ""),
    )  # fmt: skip
    yes_or_no = [("yes", tell.say("segments.has-yes")), ("no", tell.say("segments.has-no"))]
    filters = (
        Filter("channel", "console.channel", [(name, tell.channel(name)) for name in CHANNELS]),
        Filter("agreed", "segments.agreed", yes_or_no),
        Filter("language", "client.language", [(one.value, tell.say(f"language.{one}")) for one in Language]),
    )
    name = f"members-{segment.replace(':', '-')}"
    return Listing(f"{PATH}/{segment}/members", name, columns, filters, "segments.members-none")
