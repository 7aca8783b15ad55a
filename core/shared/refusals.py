"""The family of refusals: what the house answers instead of doing a thing it must not do.

    Refusal                 a stable code for machines, data for the words, no text
    ├── Invalid             a value that cannot be used; `field` says where
    ├── Unknown             there is no such thing: unknown-code, unknown-store ...
    ├── Forbidden           this one may not: other store, foreign contact, missing right
    ├── Conflict            the state of things forbids it: card-blocked, card-replaced ...
    └── TooMany             the limit is used up; `retry_after` seconds until it makes sense again

A refusal is caught once, at the edge, and becomes words (`refusal.<code>`) or a problem document there.
Everything else that is raised is a fault.
"""

from collections.abc import Mapping


class Refusal(Exception):
    """The house declines, for a reason with a stable `code` and `data` for its words."""

    def __init__(self, code: str, **data: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.data: Mapping[str, str | int] = data


class Invalid(Refusal):
    """The value cannot be used; `field` names it."""

    def __init__(self, field: str, code: str = "invalid", **data: str | int) -> None:
        super().__init__(code, field=field, **data)
        self.field = field


class Unknown(Refusal):
    """There is no such thing here."""


class Forbidden(Refusal):
    """The asker may not do this."""


class Conflict(Refusal):
    """The state of the thing forbids this."""


class TooMany(Refusal):
    """The limit is used up for `retry_after` seconds."""

    def __init__(self, code: str, retry_after: int, **data: str | int) -> None:
        super().__init__(code, minutes=max(1, -(-retry_after // 60)), **data)
        self.retry_after = max(1, retry_after)
