"""The state of a conversation: which flow is open, what was answered, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dialog:
    """An open conversation. `answers` are canonical texts by question key; `asked` is the open question's key.

    `turn` counts questions: a button of an earlier turn is old. `nonce` belongs to the open question.
    `lost` counts things in a row that we did not understand.
    """

    flow: str = ""
    asked: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    turn: int = 0
    nonce: str = ""
    lost: int = 0
    paused: "Dialog | None" = None
    """What was open when a question aside (the language) came between; it goes on afterwards."""

    @property
    def open(self) -> bool:
        """True while a question waits for an answer."""
        return bool(self.flow)
