"""A plain model of points, written from domain section 4: lists of lots and nothing clever. It knows no database."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

KYIV = ZoneInfo("Europe/Kyiv")
GRACE_DAYS, HOLD_MINUTES = 30, 15


def day(instant: datetime) -> date:
    return instant.astimezone(KYIV).date()


def midnight(of: date) -> datetime:
    return datetime.combine(of, time.min, KYIV)


def year_later(activates: datetime) -> datetime:
    """Twelve months later (clamped), then the midnight that ends that month."""
    begin = day(activates)
    month = date(begin.year + 1, begin.month, 1)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return midnight(following)


@dataclass(eq=False)
class Lot:
    """One earning."""

    owner: str
    number: int
    activates: datetime
    expires: datetime | None
    sale: str = ""
    pending: int = 0
    active: int = 0
    held: int = 0

    @property
    def order(self) -> tuple[bool, datetime, int]:
        return (self.expires is None, self.expires or self.activates, self.number)


@dataclass(eq=False)
class Hold:
    """Points on an open receipt."""

    owner: str
    until: datetime
    parts: list[tuple[Lot, int]]
    open: bool = True


@dataclass(eq=False)
class Sold:
    """What a sale did to points."""

    owner: str
    spent: list[tuple[Lot, int]]
    given: int = 0


@dataclass
class Purses:
    """All purses."""

    debt_policy: str = "clamp"
    pending_days: int = 14
    lots: list[Lot] = field(default_factory=list)
    holds: dict[str, Hold] = field(default_factory=dict)
    sales: dict[str, Sold] = field(default_factory=dict)
    debts: dict[str, int] = field(default_factory=dict)
    revived: int = 0
    shortfalls: int = 0
    count: int = 0

    def mine(self, owner: str) -> list[Lot]:
        return sorted((lot for lot in self.lots if lot.owner == owner), key=lambda lot: lot.order)

    def new(self, owner: str, activates: datetime, expires: datetime | None, sale: str = "") -> Lot:
        self.count += 1
        lot = Lot(owner, self.count, activates, expires, sale)
        self.lots.append(lot)
        return lot

    def balance(self, owner: str) -> tuple[int, int, int, int]:
        mine = self.mine(owner)
        return (
            sum(lot.active for lot in mine),
            sum(lot.pending for lot in mine),
            sum(lot.held for lot in mine),
            self.debts.get(owner, 0),
        )

    def pass_time(self, now: datetime) -> None:
        """Instant after instant, as a night at each of them would."""
        while True:
            instants = [lot.activates for lot in self.lots if lot.pending]
            instants += [hold.until for hold in self.holds.values() if hold.open]
            instants += [lot.expires for lot in self.lots if lot.expires is not None and lot.active]
            due = [one for one in instants if one <= now]
            if not due:
                return
            self.night(min(due))

    def night(self, at: datetime) -> None:
        for lot in self.lots:
            if lot.pending and lot.activates <= at:
                lot.active, lot.pending = lot.active + lot.pending, 0
        self.repay(at)
        for hold in sorted(self.holds.values(), key=lambda one: one.until):
            if hold.open and hold.until <= at:
                self.free(hold)
                self.repay(at)
        for lot in self.lots:
            if lot.expires is not None and lot.expires <= at:
                lot.active = 0

    def repay(self, as_of: datetime | None = None) -> None:
        for owner, debt in self.debts.items():
            for lot in self.mine(owner):
                if as_of is not None and lot.expires is not None and lot.expires <= as_of:
                    continue
                paid = min(debt, lot.active)
                lot.active, debt = lot.active - paid, debt - paid
            self.debts[owner] = debt

    def free(self, hold: Hold) -> None:
        hold.open = False
        for lot, points in hold.parts:
            lot.held, lot.active = lot.held - points, lot.active + points

    def take(self, owner: str, points: int) -> list[tuple[Lot, int]]:
        """Active points in spending order; the caller has seen that they are there."""
        taken = []
        for lot in self.mine(owner):
            here = min(points, lot.active)
            if here:
                lot.active, points = lot.active - here, points - here
                taken.append((lot, here))
        assert points == 0
        return taken

    def hold(self, key: str, owner: str, points: int, now: datetime) -> None:
        parts = self.take(owner, points)
        for lot, here in parts:
            lot.held += here
        self.holds[key] = Hold(owner, now + timedelta(minutes=HOLD_MINUTES), parts)

    def sell(self, key: str, owner: str, spent: int, earned: int, hold: str | None, now: datetime) -> None:
        used: list[tuple[Lot, int]] = []
        if hold is not None:
            left = spent
            for lot, points in self.holds[hold].parts:
                here = min(points, left)
                lot.held, lot.active, left = lot.held - points, lot.active + points - here, left - here
                used += [(lot, here)] if here else []
            self.holds[hold].open = False
        used += self.take(owner, spent - sum(points for _, points in used))
        self.sales[key] = Sold(owner, _joined(used))
        if earned:
            activates = midnight(day(now) + timedelta(days=self.pending_days)) if self.pending_days else now
            lot = self.new(owner, activates, year_later(activates), key)
            if activates > now:
                lot.pending = earned
            else:
                lot.active = earned
        self.repay()  # by what the sale earned, and by what its hold did not need

    def take_back(self, key: str, given: int, due: int, now: datetime) -> int:
        """A return; the shortfall."""
        sold = self.sales[key]
        skip, rest = sold.given, given
        sold.given += given
        earliest = midnight(day(now) + timedelta(days=GRACE_DAYS + 1))
        for lot, points in reversed(sold.spent):
            passed = min(skip, points)
            here = min(rest, points - passed)
            skip, rest = skip - passed, rest - here
            if not here:
                continue
            soon = lot.expires is not None and lot.expires < earliest
            if soon or lot.owner != sold.owner:
                self.revived += soon
                self.new(sold.owner, now, earliest if soon else lot.expires).active = here
            else:
                lot.active += here
        own = [lot for lot in self.lots if lot.sale == key and lot.owner == sold.owner]
        for lot in own:
            here = min(due, lot.pending)
            lot.pending, due = lot.pending - here, due - here
        for lot in [*own, *(lot for lot in self.mine(sold.owner) if lot not in own)]:
            here = min(due, lot.active)
            lot.active, due = lot.active - here, due - here
        if due:
            self.shortfalls += 1
            if self.debt_policy == "debt":
                self.debts[sold.owner] = self.debts.get(sold.owner, 0) + due
        self.repay()
        return due

    def merge(self, survivor: str, absorbed: str) -> None:
        for lot in self.lots:
            lot.owner = survivor if lot.owner == absorbed else lot.owner
        for hold in self.holds.values():
            hold.owner = survivor if hold.owner == absorbed else hold.owner
        for sold in self.sales.values():
            sold.owner = survivor if sold.owner == absorbed else sold.owner
        if absorbed in self.debts:
            self.debts[survivor] = self.debts.get(survivor, 0) + self.debts.pop(absorbed)
        self.repay()


def _joined(parts: list[tuple[Lot, int]]) -> list[tuple[Lot, int]]:
    """One entry a lot, in the order of first use."""
    sums: dict[Lot, int] = {}
    for lot, points in parts:
        sums[lot] = sums.get(lot, 0) + points
    return list(sums.items())
