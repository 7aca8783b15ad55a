"""The rooms of the console, each made with what it needs from the house."""

from collections.abc import Sequence

from aiohttp import web

from adapters.app.audiences import holdout_salt
from adapters.app.goods import goods_of
from adapters.app.house import House
from adapters.app.importdesk import ImportDesk
from adapters.app.rehearsecommands import Rehearsals
from adapters.app.settingsdesk import SettingsDesk
from adapters.console.audit import AuditPages
from adapters.console.campaignroom import CampaignRoom
from adapters.console.customeracts import CustomerActs
from adapters.console.customerdesk import CustomerDesk
from adapters.console.customermerge import MergePages
from adapters.console.customernumbers import CustomerNumbers
from adapters.console.customers import CustomerPages
from adapters.console.customersegments import CustomerSegments
from adapters.console.door import Door
from adapters.console.goods import add_goods
from adapters.console.home import HomePages
from adapters.console.imports import ImportPages
from adapters.console.pages import Room
from adapters.console.rehearsal import RehearsalPages
from adapters.console.results import ResultPages
from adapters.console.segmentapi import SegmentApi
from adapters.console.segmenteditor import SegmentEditor
from adapters.console.segmentmembers import MemberPages
from adapters.console.segmentroom import SegmentRoom
from adapters.console.segments import SegmentPages
from adapters.console.settings import SettingPages
from adapters.console.shops import ShopPages
from adapters.console.situationapi import SituationApi
from adapters.console.situations import SituationPages
from adapters.console.staff import StaffPages
from adapters.console.tills import TillPages
from adapters.console.week import WeekPages
from adapters.console.weekapi import WeekApi
from adapters.db.importviews import ImportReads
from adapters.db.resultviews import ResultReads
from adapters.db.shopviews import ShopReads
from adapters.db.staffviews import StaffReads


def rooms_of(house: House, app: web.Application) -> Sequence[Room]:
    """Every room; the order is nobody's business, since the rail has its own."""
    shops = ShopReads(house.reading, house.outside.clock)
    campaigns = CampaignRoom(
        house.lanes, house.campaign_views, house.launches, house.campaign_desk, house.campaign_desk, house.desk
    )

    imports = ImportDesk(
        house.settings, house.lanes, ImportReads(house.reading), house.outside.clock, house.outside.new_id
    )
    app.on_cleanup.append(imports.close)

    def customers(door: Door) -> None:
        salt = holdout_salt(house.settings)
        desk = CustomerDesk(door, house.customer_views, house.reads, house.phones, salt)
        CustomerNumbers(desk, house.home_views)
        for pages in (CustomerPages, CustomerActs, MergePages):
            pages(desk)
        CustomerSegments(desk, SegmentRoom(door, house.segments))

    def segments(door: Door) -> None:
        room = SegmentRoom(door, house.segments)
        SegmentPages(room)
        MemberPages(room)
        SegmentEditor(room)
        SegmentApi(room)

    return (
        lambda door: HomePages(door, house.home_views, house.week_views, house.reads),
        customers,
        segments,
        lambda door: add_goods(door, goods_of(house)),
        lambda door: WeekApi(door, house.week_views, WeekPages(door, house.week_views)),
        lambda door: SituationPages(door, house.console_views),
        lambda door: SituationApi(door, house.console_views),
        lambda door: campaigns.open(door, app),
        lambda door: RehearsalPages(door, house.campaign_views, Rehearsals(house.settings)),
        lambda door: ResultPages(door, ResultReads(house.reading), shops),
        lambda door: TillPages(door, shops),
        lambda door: ShopPages(door, shops),
        lambda door: StaffPages(door, StaffReads(house.reading)),
        lambda door: ImportPages(door, imports),
        lambda door: SettingPages(door, SettingsDesk(house.settings, house.programme)),
        lambda door: AuditPages(door, house.console_views),
    )
