"""Dialogs and files: what the talk keeps of itself, rows and back."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from adapters.db.letters import pack, unpack
from adapters.db.outside import Outside
from adapters.db.prepared import Prepared
from adapters.db.sql import add, put
from adapters.db.tables import dialogs, media
from bot.dialog import Dialog
from core.shared.values import Address, CustomerId

_EXTENSIONS = {"application/json": ".json", "image/png": ".png", "image/jpeg": ".jpg"}
_DIALOG = Prepared(select(dialogs.c.state).where(dialogs.c.key == bindparam("p_key")))
_NO_DIALOG = Prepared(delete(dialogs).where(dialogs.c.key == bindparam("p_key")))


class DialogRows:
    """Satisfies `bot.ports.Dialogs`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stored: dict[str, Dialog] = {}
        """What is stored under a key, as far as this work knows."""

    def of(self, address: Address, customer: CustomerId | None) -> Dialog:
        """What is open; an empty dialog when nothing ever was."""
        key = customer or address.key
        row = _DIALOG.one(self._connection, {"p_key": key})
        if row is None:
            self._stored.pop(key, None)
            return Dialog()
        dialog: Dialog = unpack(row.state)
        self._stored[key] = dialog
        return dialog

    def save(self, address: Address, customer: CustomerId | None, dialog: Dialog) -> None:
        """The dialog is as given; a turn that changed nothing writes nothing."""
        key = customer or address.key
        if self._stored.get(key) != dialog:
            put(self._connection, dialogs, [{"key": key, "state": pack(dialog)}])
            self._stored[key] = dialog

    def hand_over(self, address: Address, customer: CustomerId) -> None:
        """The address' own dialog goes to the customer, unless the customer has one open."""
        mine = self.of(address, None)
        theirs = self.of(address, customer)
        if not theirs.open:
            self.save(address, customer, mine)
        _NO_DIALOG.run(self._connection, {"p_key": address.key})
        self._stored.pop(address.key, None)


class FileRows:
    """Satisfies `bot.ports.Files`."""

    def __init__(self, connection: Connection, outside: Outside) -> None:
        self._connection, self._outside = connection, outside

    def keep(self, content: bytes, mime: str, customer: CustomerId | None, until: datetime) -> str:
        """The file lies under a new name of 256 random bits."""
        name = self._outside.chance.token() + _EXTENSIONS.get(mime, ".bin")
        row = {
            "name": name,
            "mime": mime,
            "content": content,
            "owner": customer or "",
            "digest": "",
            "created_at": self._outside.clock(),
            "until": until,
        }
        add(self._connection, media, row)
        return name
