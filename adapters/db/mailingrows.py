"""What a message of a run, and a tap on its buttons, need to know of one person: rows and back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from adapters.db.campaigncounts import Tally
from adapters.db.campaignrows import campaign_of
from adapters.db.campaigntables import campaign_people, campaign_runs, campaigns
from adapters.db.prepared import Prepared
from adapters.db.profiletables import customer_features
from adapters.db.tables import stores
from core.campaigns.model import Link, Outcome
from core.shared.values import CustomerId

_of = campaign_people.c
_SERIAL = Prepared(
    select(_of.serial).where(_of.customer == bindparam("p_customer"), _of.run == bindparam("p_run")).limit(1)
)
_WHOSE = (
    select(_of.arm, campaigns)
    .join(campaign_runs, campaign_runs.c.id == _of.run)
    .join(campaigns, campaigns.c.id == campaign_runs.c.campaign)
)
_TAPPED = Prepared(
    update(campaign_people)
    .where(_of.run == bindparam("p_run"), _of.serial == bindparam("p_serial"), _of.tapped_at.is_(None))
    .values(tapped_at=bindparam("p_at"))
    .returning(_of.arm, _of.channel, _of.outcome, _of.reason)
)
_CAME = Prepared(
    update(campaign_people)
    .where(_of.run == bindparam("p_run"), _of.serial == bindparam("p_serial"))
    .values(outcome=Outcome.SENT.value, reason="")
)
_STORE = Prepared(
    select(stores.c.name)
    .join(customer_features, customer_features.c.top_store == stores.c.id)
    .where(customer_features.c.owner == bindparam("p_customer"))
)


class MailingRows:
    """Satisfies `core.campaigns.tapports.Mailings`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def serial(self, run: int, customer: CustomerId) -> int | None:
        """The person's number in the run."""
        found: int | None = _SERIAL.value(self._connection, {"p_run": run, "p_customer": customer})
        return found

    def links(self, run: int, serial: int) -> Sequence[Link] | None:
        """The buttons of the person's arm."""
        row = self._connection.execute(_WHOSE.where(_of.run == run, _of.serial == serial)).one_or_none()
        content = campaign_of(row).plan.contents.get(row.arm) if row is not None else None
        return content.links if content is not None else None

    def tapped(self, run: int, serial: int, at: datetime) -> None:
        """The first tap counts; what was not known to have come is known to have been sent."""
        key = {"p_run": run, "p_serial": serial}
        row = _TAPPED.one(self._connection, {**key, "p_at": at})
        if row is None:
            return
        tally, channel = Tally(run), row.channel or ""
        tally.mark(row.arm, channel, "tapped")
        if row.outcome == Outcome.UNKNOWN.value:
            _CAME.run(self._connection, key)
            tally.turn(row.arm, channel, (row.outcome, row.reason), (Outcome.SENT.value, ""))
        tally.write(self._connection, at)

    def usual_store(self, customer: CustomerId) -> str:
        """By what the customer table of the newest plan says."""
        found: str | None = _STORE.value(self._connection, {"p_customer": customer})
        return found or ""
