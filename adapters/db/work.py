"""One item of work over one connection: every store of core and bot, made when it is first asked for."""

from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection, select

from adapters.db.auditrows import AuditRows
from adapters.db.batchrows import BatchRows
from adapters.db.campaignrows import CampaignRows
from adapters.db.cardrows import CardRows, PlasticRows, SpokenRows
from adapters.db.completions import CompletionRows
from adapters.db.confirmrows import QuietRows
from adapters.db.consentrows import ConsentRows
from adapters.db.factorrows import FactorRows
from adapters.db.gaterows import GateRows
from adapters.db.historyrows import HistoryRows
from adapters.db.houserows import StaffRows, StoreRows, TillRows, TryRows
from adapters.db.importrows import ImportRows
from adapters.db.inboxrows import InboxRows
from adapters.db.ledgerrows import LedgerRows
from adapters.db.mailingrows import MailingRows
from adapters.db.markrows import MarkRows
from adapters.db.notedshelves import LookingShelves, NotedShelves
from adapters.db.offerrows import OfferRows
from adapters.db.oncerows import OnceRows
from adapters.db.outboxrows import OutboxRows, PostRows
from adapters.db.outside import Outside, SystemChance
from adapters.db.people import AddressRows, CodeRows, CustomerRows, MergeRows, SuppressedRows
from adapters.db.planningrows import PlanningRows
from adapters.db.planrows import PlanRows
from adapters.db.profilerows import ProfileRows
from adapters.db.pulserows import PulseRows
from adapters.db.receiptrows import ReceiptRows
from adapters.db.reportrows import RankingRows, ReportRows
from adapters.db.resultrows import ResultRows
from adapters.db.salerows import SaleRows
from adapters.db.segmentrows import SegmentRows
from adapters.db.sendingrows import SendingRows
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

    tries = cached_property(lambda work: TryRows(work._connection))
    sales = cached_property(lambda work: SaleRows(work._connection, work._outside))
    quiet = cached_property(lambda work: QuietRows(work._connection))
    history = cached_property(lambda work: HistoryRows(work._connection, work._outside))

    def lake_mark(self, moved: datetime | None = None) -> datetime | None:
        """Up to when the tills' sales are in the lake; `moved`: from now on up to then."""
        if moved is not None:
            value = int(moved.timestamp() * 1_000_000)
            put(self._connection, counters, [{"name": "lake", "value": value}])
            return moved
        found = self._connection.execute(select(counters.c.value).where(counters.c.name == "lake")).scalar()
        return None if found is None else datetime.fromtimestamp(found / 1_000_000, UTC)

    finder = cached_property(lambda work: FinderRows(work._connection))
    products = cached_property(lambda work: ProductRows(work._connection))
    offers = cached_property(lambda work: OfferRows(work._connection, work._outside))
    weeks = cached_property(lambda work: WeekRows(work._connection, work._outside))
    plans = cached_property(lambda work: PlanRows(work._connection))
    reports = cached_property(lambda work: ReportRows(work._connection))
    rankings = cached_property(lambda work: RankingRows(work._connection))
    situations = cached_property(lambda work: SituationRows(work._connection, work._outside))
    planning = cached_property(lambda work: PlanningRows(work._connection, work._outside))
    profiles = cached_property(lambda work: ProfileRows(work._connection, work._outside))
    vouchers = cached_property(lambda work: VoucherRows(work._connection, work._outside))
    batches = cached_property(lambda work: BatchRows(work._connection, locks=work._outside.locks))
    ledger = cached_property(lambda work: LedgerRows(work._connection, locks=work._outside.locks))
    once = cached_property(lambda work: OnceRows(work._connection))
    audit = cached_property(lambda work: AuditRows(work._connection))
    campaigns = cached_property(lambda work: CampaignRows(work._connection))
    marks = cached_property(lambda work: MarkRows(work._connection))
    receipts = cached_property(lambda work: ReceiptRows(work._connection, work.now))
    pulse = cached_property(lambda work: PulseRows(work._connection))
    mailings = cached_property(lambda work: MailingRows(work._connection))
    results = cached_property(lambda work: ResultRows(work._connection))
    segments = cached_property(lambda work: SegmentRows(work._connection, work._outside))
    kept_segments = cached_property(lambda work: work.segments)
    sendings = cached_property(lambda work: SendingRows(work._connection, work._outside))
    stores = cached_property(lambda work: StoreRows(work._connection))
    tills = cached_property(lambda work: TillRows(work._connection))
    staff = cached_property(lambda work: StaffRows(work._connection))
    factors = cached_property(lambda work: FactorRows(work._connection))
    customers = cached_property(lambda work: CustomerRows(work._connection, locks=work._outside.locks))
    addresses = cached_property(lambda work: AddressRows(work._connection, work._outside))
    consents = cached_property(lambda work: ConsentRows(work._connection, work._outside))
    codes = cached_property(lambda work: CodeRows(work._connection))
    merges = cached_property(lambda work: MergeRows(work._connection))
    suppressed = cached_property(lambda work: SuppressedRows(work._connection, work._outside))
    post = cached_property(lambda work: PostRows(work.outbox, work._outside))
    cards = cached_property(lambda work: CardRows(work._connection))
    plastics = cached_property(lambda work: PlasticRows(work._connection, locks=work._outside.locks))
    spoken = cached_property(lambda work: SpokenRows(work._connection))
    questionnaires = cached_property(lambda work: QuestionnaireRows(work._connection, work._outside))
    answers = cached_property(lambda work: AnswerRows(work._connection))
    rewards = cached_property(lambda work: RewardRows(work._connection, work._outside))
    gate = cached_property(lambda work: GateRows(work._connection))
    completions = cached_property(lambda work: CompletionRows(work._connection))
    dialogs = cached_property(lambda work: DialogRows(work._connection))
    files = cached_property(lambda work: FileRows(work._connection, work._outside))
    inbox = cached_property(lambda work: InboxRows(work._connection))
    outbox = cached_property(lambda work: OutboxRows(work._connection, work._outside))
    shelves = cached_property(lambda work: Shelves(work._connection, work._outside))
    imports = cached_property(lambda work: ImportRows(work._connection, work._outside))

    looking_shelves = cached_property(lambda work: LookingShelves(work._connection, work._outside))

    def noted_shelves(self, import_id: str) -> NotedShelves:
        """Shelves that remember what this import changes."""
        return NotedShelves(self._connection, self._outside, import_id)
