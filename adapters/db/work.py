"""One item of work over one connection: every store of core and bot, made when it is first asked for."""

from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from adapters.db.cardrows import CardRows, PlasticRows, SpokenRows
from adapters.db.houserows import StaffRows, StoreRows, TillRows, TryRows
from adapters.db.inboxrows import InboxRows
from adapters.db.outboxrows import OutboxRows, PostRows
from adapters.db.outside import Outside, SystemChance
from adapters.db.people import AddressRows, CodeRows, ConsentRows, CustomerRows, MergeRows, SuppressedRows
from adapters.db.shelves import Shelves
from adapters.db.sql import add, flat
from adapters.db.tables import events
from adapters.db.talkrows import DialogRows, FileRows
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
        return CustomerRows(self._connection)

    @cached_property
    def addresses(self) -> AddressRows:
        """Their addresses."""
        return AddressRows(self._connection, self._outside)

    @cached_property
    def consents(self) -> ConsentRows:
        """Their consents."""
        return ConsentRows(self._connection)

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
        return PlasticRows(self._connection)

    @cached_property
    def spoken(self) -> SpokenRows:
        """Spoken codes."""
        return SpokenRows(self._connection)

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
