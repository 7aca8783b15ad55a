"""One item of work over one connection: every store of core and bot, made when it is first asked for."""

from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection, select

from adapters.db.cardrows import CardRows, PlasticRows, SpokenRows
from adapters.db.confirmrows import QuietRows
from adapters.db.consentrows import ConsentRows
from adapters.db.gaterows import GateRows
from adapters.db.historyrows import HistoryRows
from adapters.db.houserows import StaffRows, StoreRows, TillRows, TryRows
from adapters.db.inboxrows import InboxRows
from adapters.db.ledgerrows import LedgerRows
from adapters.db.offerrows import OfferRows
from adapters.db.oncerows import OnceRows
from adapters.db.outboxrows import OutboxRows, PostRows
from adapters.db.outside import Outside, SystemChance
from adapters.db.people import AddressRows, CodeRows, CustomerRows, MergeRows, SuppressedRows
from adapters.db.planningrows import PlanningRows
from adapters.db.planrows import PlanRows
from adapters.db.profilerows import ProfileRows
from adapters.db.reportrows import RankingRows, ReportRows
from adapters.db.salerows import SaleRows
from adapters.db.shelves import Shelves
from adapters.db.situationrows import SituationRows
from adapters.db.sql import add, flat, put
from adapters.db.surveyrows import AnswerRows, QuestionnaireRows, RewardRows
from adapters.db.tables import counters, events
from adapters.db.talkrows import DialogRows, FileRows
from adapters.db.tillrows import FinderRows, ProductRows
from adapters.db.voucherrows import VoucherRows
from adapters.db.weekrows import WeekRows
from bot.ports import Texts
from core.customers.ports import Phones
from core.programme.model import Programme
from core.shared.events import Event


class DbWork:
    """Satisfies every `Work` of core and bot, and the stores of delivery and imports. Never commits."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside
        self.now: datetime = outside.clock()

    @property
    def connection(self) -> Connection:
        """The connection of this work, for the rooms of this folder."""
        return self._connection

    @property
    def chance(self) -> SystemChance:
        """Randomness."""
        return self._outside.chance

    @property
    def programme(self) -> Programme:
        """The rules."""
        return self._outside.programme

    @property
    def phones(self) -> Phones:
        """The reader of phones."""
        return self._outside.phones

    @property
    def texts(self) -> Texts:
        """The words."""
        return self._outside.texts

    @property
    def number_key(self) -> bytes:
        """The secret of card numbers."""
        return self._outside.number_key

    @property
    def public_url(self) -> str:
        """Where people reach this house."""
        return self._outside.public_url

    def new_id(self) -> str:
        """A UUIDv7."""
        return self._outside.new_id()

    def record(self, event: Event) -> None:
        """The fact is remembered with this work."""
        data = flat(event)
        customer = data.pop("customer", None)
        add(self._connection, events, {"name": event.name, "at": self.now, "customer": customer, "data": data})

    @cached_property
    def tries(self) -> TryRows:
        """Counted attempts."""
        return TryRows(self._connection)

    @cached_property
    def sales(self) -> SaleRows:
        """Receipts."""
        return SaleRows(self._connection, self._outside)

    @cached_property
    def quiet(self) -> QuietRows:
        """Who hears nothing of their sales."""
        return QuietRows(self._connection)

    @cached_property
    def history(self) -> HistoryRows:
        """Purchases of the past."""
        return HistoryRows(self._connection, self._outside)

    def lake_mark(self, moved: datetime | None = None) -> datetime | None:
        """Up to when the tills' sales are in the lake; `moved`: from now on up to then."""
        if moved is not None:
            value = int(moved.timestamp() * 1_000_000)
            put(self._connection, counters, [{"name": "lake", "value": value}])
            return moved
        found = self._connection.execute(select(counters.c.value).where(counters.c.name == "lake")).scalar()
        return None if found is None else datetime.fromtimestamp(found / 1_000_000, UTC)

    @cached_property
    def finder(self) -> FinderRows:
        """What codes mean."""
        return FinderRows(self._connection)

    @cached_property
    def products(self) -> ProductRows:
        """The catalogue."""
        return ProductRows(self._connection)

    @cached_property
    def offers(self) -> OfferRows:
        """Offers."""
        return OfferRows(self._connection, self._outside)

    @cached_property
    def weeks(self) -> WeekRows:
        """The week's personal offers."""
        return WeekRows(self._connection, self._outside)

    @cached_property
    def plans(self) -> PlanRows:
        """Plans of weeks."""
        return PlanRows(self._connection)

    @cached_property
    def reports(self) -> ReportRows:
        """What came of weeks."""
        return ReportRows(self._connection)

    @cached_property
    def rankings(self) -> RankingRows:
        """How offers are ranked."""
        return RankingRows(self._connection)

    @cached_property
    def situations(self) -> SituationRows:
        """How rules of situations stand, and whom they met."""
        return SituationRows(self._connection, self._outside)

    @cached_property
    def planning(self) -> PlanningRows:
        """What a maker of plans reads."""
        return PlanningRows(self._connection, self._outside)

    @cached_property
    def profiles(self) -> ProfileRows:
        """The customer table."""
        return ProfileRows(self._connection, self._outside)

    @cached_property
    def vouchers(self) -> VoucherRows:
        """Vouchers."""
        return VoucherRows(self._connection, self._outside)

    @cached_property
    def ledger(self) -> LedgerRows:
        """The books of points."""
        return LedgerRows(self._connection, locks=self._outside.locks)

    @cached_property
    def once(self) -> OnceRows:
        """Keys of money operations."""
        return OnceRows(self._connection)

    @cached_property
    def stores(self) -> StoreRows:
        """The stores."""
        return StoreRows(self._connection)

    @cached_property
    def tills(self) -> TillRows:
        """The tills."""
        return TillRows(self._connection)

    @cached_property
    def staff(self) -> StaffRows:
        """The staff."""
        return StaffRows(self._connection)

    @cached_property
    def customers(self) -> CustomerRows:
        """The people."""
        return CustomerRows(self._connection, locks=self._outside.locks)

    @cached_property
    def addresses(self) -> AddressRows:
        """Their addresses."""
        return AddressRows(self._connection, self._outside)

    @cached_property
    def consents(self) -> ConsentRows:
        """Their consents."""
        return ConsentRows(self._connection, self._outside)

    @cached_property
    def codes(self) -> CodeRows:
        """One-time codes."""
        return CodeRows(self._connection)

    @cached_property
    def merges(self) -> MergeRows:
        """Merges."""
        return MergeRows(self._connection)

    @cached_property
    def suppressed(self) -> SuppressedRows:
        """Phones that must not be written to."""
        return SuppressedRows(self._connection, self._outside)

    @cached_property
    def post(self) -> PostRows:
        """Codes to phones."""
        return PostRows(self.outbox, self._outside)

    @cached_property
    def cards(self) -> CardRows:
        """Cards."""
        return CardRows(self._connection)

    @cached_property
    def plastics(self) -> PlasticRows:
        """Plastic records."""
        return PlasticRows(self._connection, locks=self._outside.locks)

    @cached_property
    def spoken(self) -> SpokenRows:
        """Spoken codes."""
        return SpokenRows(self._connection)

    @cached_property
    def questionnaires(self) -> QuestionnaireRows:
        """Versions of the questionnaire."""
        return QuestionnaireRows(self._connection, self._outside)

    @cached_property
    def answers(self) -> AnswerRows:
        """What people answered."""
        return AnswerRows(self._connection)

    @cached_property
    def rewards(self) -> RewardRows:
        """Points for answering."""
        return RewardRows(self._connection, self._outside)

    @cached_property
    def gate(self) -> GateRows:
        """Cards behind the questionnaire."""
        return GateRows(self._connection)

    @cached_property
    def dialogs(self) -> DialogRows:
        """Open conversations."""
        return DialogRows(self._connection)

    @cached_property
    def files(self) -> FileRows:
        """Files for people."""
        return FileRows(self._connection, self._outside)

    @cached_property
    def inbox(self) -> InboxRows:
        """Events as they came."""
        return InboxRows(self._connection)

    @cached_property
    def outbox(self) -> OutboxRows:
        """Letters on their way."""
        return OutboxRows(self._connection, self._outside)

    @cached_property
    def shelves(self) -> Shelves:
        """Set-based writes of imports."""
        return Shelves(self._connection, self._outside)
