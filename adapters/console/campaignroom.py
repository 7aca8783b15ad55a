"""The room of campaigns: its list, its pages, its wizard, its progress and its JSON, over one desk."""

from dataclasses import dataclass

from aiohttp import web

from adapters.console.campaignapi import CampaignApi
from adapters.console.campaigndesk import Desk
from adapters.console.campaignedit import CampaignEditing
from adapters.console.campaignlive import CampaignLive
from adapters.console.campaignports import Audience, Courier, DeskHouse, Posters
from adapters.console.campaigns import CampaignPages
from adapters.console.door import Door
from adapters.console.ports import CampaignViews, Launches


@dataclass(frozen=True, slots=True)
class CampaignRoom:
    """What the room needs from the house."""

    house: DeskHouse
    views: CampaignViews
    launches: Launches
    audience: Audience
    posters: Posters
    courier: Courier

    def open(self, door: Door, app: web.Application) -> None:
        """Everything of the room is part of the console."""
        desk = Desk(
            door, house=self.house, views=self.views, launches=self.launches, audience=self.audience,
            posters=self.posters, courier=self.courier,
        )  # fmt: skip
        CampaignPages(door, desk, CampaignLive(door, desk, app))
        CampaignEditing(door, desk)
        CampaignApi(door, desk)
