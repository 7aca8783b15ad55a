"""One key, one effect, one answer (domain section 4): how a repeated call becomes the first answer again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.ledger.ports import LedgerWork
from core.shared.refusals import Invalid


@dataclass(frozen=True, slots=True)
class Done:
    """The answer as text; `replayed` when the effect is an earlier one."""

    answer: str
    replayed: bool


def once(work: LedgerWork, *, source: str, key: str, path: str, body: Any, do: Callable[[], Done]) -> Done:
    """What `do` answers, done at most once for (source, key).

    Raises Invalid (`idempotency-conflict`) when the key came with another body or path. A refusal of `do` leaves the
    key unused: it undoes this whole work.
    """
    digest = digest_of(path, body)
    known = work.once.claim(source, key, digest, work.now)
    if known is not None:
        if known.digest != digest:
            raise Invalid("Idempotency-Key", "idempotency-conflict")
        return Done(known.answer, replayed=True)
    done = do()
    work.once.answered(source, key, done.answer)
    return done


def digest_of(path: str, body: Any) -> str:
    """The same for bodies that are equal as parsed JSON, on the same path."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{path}\n{text}".encode()).hexdigest()
