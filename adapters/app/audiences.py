"""Audiences of campaigns through the house: the day, the questionnaire and the lake's word that a segment needs, the
numbers before launch, and the freezing of a run.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from adapters.app.owners import Do, former_owners
from adapters.app.settings import Settings
from adapters.db.audience import Launch, audience
from adapters.db.engines import Engine
from adapters.db.freezing import count_audience, freeze
from adapters.db.rehearsing import set_stage
from adapters.db.segmentsql import Scene
from adapters.db.standing import CHANNELS
from adapters.db.work import DbWork
from core.audit.model import HOUSE
from core.campaigns.launching import VOUCHERS, must_have_vouchers, pause
from core.campaigns.model import Campaign, Once, Run
from core.campaigns.numbers import Group, Numbers, figures_of, numbers_of
from core.campaigns.timing import instant, loud_from
from core.programme.model import Programme
from core.segments.model import Bought, Node, leaves
from core.shared.refusals import Conflict, Unknown

INSTANT = 1_000.0
"""Messages a second of a channel that only puts them where they are read."""


def holdout_salt(settings: Settings) -> str:
    """What the standing holdout is drawn with; the house's own, the same for every campaign."""
    return hmac.digest(settings.key("hashes"), b"campaign holdout", hashlib.sha256).hex()


def rates_of(programme: Programme) -> Mapping[str, float]:
    """Messages of campaigns a second, by channel."""
    told = {"telegram": float(programme.telegram_per_second), "viber": float(programme.viber_per_second)}
    return {name: told.get(name, INSTANT) for name in CHANNELS}


def scene_of(settings: Settings, do: Do, tree: Node, now: datetime) -> Scene:
    """What the segment is tested against now; the lake is asked only where the segment is about purchases."""
    programme, questionnaire, dialect = do(
        lambda work: (work.programme, work.questionnaires.newest(), work.connection.dialect.name)
    )
    zone = programme.timezone
    today = now.astimezone(zone).date()
    bought = [leaf for leaf in leaves(tree) if isinstance(leaf, Bought)]
    told = _lake_says(settings, do, bought, today) if bought else {}
    return Scene(
        today, lambda day: instant(day, time(), zone), questionnaire, programme.gate_questions, dialect, told,
        programme.club_questions,
    )  # fmt: skip


def _lake_says(settings: Settings, do: Do, bought: Sequence[Bought], today: Any) -> Mapping[Bought, Sequence[str]]:
    from adapters.analytics.buyers import unlike  # engines take a second to load
    from adapters.analytics.ports import Moved
    from adapters.app.catalogue import catalogue_of

    source, products = Moved(Path(settings.lake), former_owners(do)), catalogue_of(do)
    stores = {leaf: do(partial(_stores_of, leaf=leaf)) for leaf in bought}
    return {leaf: unlike(source, products, leaf, today, stores=stores[leaf]) for leaf in bought}


def _stores_of(work: DbWork, leaf: Bought) -> Sequence[str]:
    return work.segments.stores_of(leaf)


class Audiences:
    """Numbers before launch and frozen runs; slow, so for a thread. `do` is for short works of the house's own."""

    def __init__(self, settings: Settings, do: Do) -> None:
        self._settings, self._do = settings, do

    def numbers(self, campaign: Campaign, now: datetime) -> Numbers:
        """What the campaign comes to if it goes out when its plan says. Raises Unknown (`unknown-segment`)."""
        tree, at = self._aimed(campaign, now)
        launch, programme = self._launch(tree, at)
        groups = count_audience(self._settings.database_url, audience(campaign, tree, launch))
        return self._counted(campaign, groups, at, programme)

    def set_stage(self, there: Engine, campaign: Campaign, now: datetime) -> tuple[Run, Numbers]:
        """Another database has the campaign's next run, frozen, and what sending looks at; with its numbers.

        Raises Unknown (`unknown-segment`).
        """
        tree, at = self._aimed(campaign, now)
        launch, programme = self._launch(tree, at)
        made: list[Numbers] = []

        def figures(groups: Sequence[Group]) -> dict[str, Any]:
            made.append(self._counted(campaign, groups, at, programme))
            return figures_of(made[0])

        return set_stage(self._settings.database_url, there, campaign, tree, launch, at, figures), made[0]

    def _aimed(self, campaign: Campaign, now: datetime) -> tuple[Node, datetime]:
        """For whom, and when it would be due."""
        schedule = campaign.plan.schedule
        at = schedule.at if isinstance(schedule, Once) and schedule.at is not None and schedule.at > now else now
        tree = campaign.audience or self._do(lambda work: work.kept_segments.tree(campaign.plan.segment))
        if tree is None:
            raise Unknown("unknown-segment", name=campaign.plan.segment)
        return tree, at

    def freeze(self, run: Run, now: datetime) -> Numbers | None:
        """The run has its people; None: it had them, or may not: then the campaign is paused and says why."""
        campaign = self._do(lambda work: work.campaigns.get(run.campaign))
        assert campaign is not None
        assert campaign.audience is not None, "a campaign that runs was approved"
        launch, programme = self._launch(campaign.audience, now)
        made: list[Numbers] = []

        def figures(groups: Sequence[Group]) -> dict[str, Any]:
            made.append(self._counted(campaign, groups, now, programme, run.deliver_by))
            if campaign.plan.voucher_offer is not None:
                self._do(partial(_enough, campaign=campaign, recipients=made[0].recipients))
            return figures_of(made[0])

        try:
            chosen = audience(campaign, campaign.audience, launch)
            fresh = freeze(self._settings.database_url, run, chosen, figures, now)
        except Conflict as conflict:
            if conflict.code != "vouchers-short":
                raise
            self._do(partial(_halt, campaign=campaign.id))
            return None
        return made[0] if fresh else None

    def _launch(self, tree: Node, at: datetime) -> tuple[Launch, Programme]:
        rules: Programme = self._do(lambda work: work.programme)
        zone = rules.timezone
        salt = holdout_salt(self._settings)
        scene = scene_of(self._settings, self._do, tree, at)
        first = loud_from(at, zone)
        return Launch(
            scene, first, zone, salt, rules.global_holdout_percent, rules.promotions_in_7_days,
            rules.viber_message_price,
        ), rules  # fmt: skip

    def _counted(
        self, campaign: Campaign, groups: Sequence[Group], at: datetime, rules: Programme, by: datetime | None = None
    ) -> Numbers:
        until = by or at + campaign.plan.lifetime
        return numbers_of(groups, campaign.plan, at, until, rates_of(rules), rules.timezone)


def _enough(work: DbWork, campaign: Campaign, recipients: int) -> None:
    must_have_vouchers(work, campaign, recipients)


def _halt(work: DbWork, campaign: str) -> None:
    with suppress(Conflict):  # somebody else has stopped it meanwhile
        pause(work, campaign=campaign, actor=HOUSE, why=VOUCHERS)
