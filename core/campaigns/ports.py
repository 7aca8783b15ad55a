"""What the verbs about campaigns need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.audit.ports import AuditWork
from core.campaigns.model import Campaign, Run, State
from core.segments.model import Node
from core.vouchers.ports import VoucherWork


class Campaigns(Protocol):
    """Campaigns and the times they went out."""

    def get(self, campaign: str, *, lock: bool = False) -> Campaign | None:
        """The campaign as it stands; `lock`: nobody else moves it before this work is over."""
        ...

    def add(self, campaign: Campaign) -> None: ...

    def save(self, campaign: Campaign) -> None: ...

    def remove(self, campaign: str) -> None:
        """A draft that nobody wants is gone."""
        ...

    def runs(self, campaign: str) -> Sequence[Run]:
        """Its runs, the first one first."""
        ...

    def ids(self, state: State) -> Sequence[str]:
        """The campaigns in the state, the oldest first."""
        ...

    def add_run(self, campaign: str, due_at: datetime, deliver_by: datetime, window_until: datetime) -> Run:
        """The campaign's next run, whose people are still to be chosen."""
        ...

    def unfrozen(self) -> Sequence[Run]:
        """Runs of running campaigns whose people are still to be chosen, the oldest first."""
        ...

    def open_vouchers(self, offer: str) -> int:
        """How many vouchers of the offer can still be used."""
        ...


class KeptSegments(Protocol):
    """Segments as campaigns need them."""

    def tree(self, segment: str) -> Node | None:
        """The tree of `ready:<key>` or of a kept segment; None when there is none."""
        ...


class CampaignWork(VoucherWork, Protocol):
    """Work that reaches campaigns."""

    @property
    def campaigns(self) -> Campaigns: ...

    @property
    def kept_segments(self) -> KeptSegments: ...


class LaunchWork(CampaignWork, AuditWork, Protocol):
    """Work that lets campaigns go out."""
