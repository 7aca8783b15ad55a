"""Card numbers: in-store EAN-13, made from a sequence by a keyed permutation so that they cannot be walked."""

import hashlib
import hmac

_ROUNDS = 10
"""Feistel rounds; eight are enough for secrecy (performance.md section 3a), two more cost microseconds."""


def ean13_check_digit(twelve: str) -> str:
    """The thirteenth digit: weights 1, 3 from the left (`290000000001` -> `8`). Raises ValueError."""
    if len(twelve) != 12 or not _digits(twelve):
        raise ValueError("twelve digits")
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return str(-total % 10)


def is_ean13(text: str) -> bool:
    """True for thirteen digits whose check digit is right."""
    return len(text) == 13 and _digits(text) and ean13_check_digit(text[:12]) == text[12]


def number_for(sequence: int, *, key: bytes, prefix: str) -> str:
    """The card number of this place in the sequence: prefix, permuted digits, check digit.

    A bijection of 0..10^(12 - len(prefix)) - 1. Raises ValueError outside of it.
    """
    width = 12 - len(prefix)
    if not 0 <= sequence < 10**width:
        raise ValueError(f"the sequence of card numbers ends at {10**width - 1}")
    body = prefix + f"{_permuted(sequence, width, key, prefix):0{width}d}"
    return body + ean13_check_digit(body)


def sequence_of(number: str, *, key: bytes, prefix: str) -> int:
    """The place in the sequence that this number was made of. Raises ValueError for a number of another range."""
    if not is_ean13(number) or not number.startswith(prefix):
        raise ValueError("not a number of this programme")
    return _unpermuted(int(number[len(prefix) : 12]), 12 - len(prefix), key, prefix)


def grouped(number: str) -> str:
    """The number as people read it, in groups of four: `2912 3456 7890 6`."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _permuted(value: int, width: int, key: bytes, tweak: str) -> int:
    """A decimal Feistel network over two halves (as FF1 does): format-preserving, and each key another order."""
    high, low = _halves(width)
    left, right = divmod(value, low)
    for turn in range(0, _ROUNDS, 2):
        left = (left + _mix(key, tweak, turn, right)) % high
        right = (right + _mix(key, tweak, turn + 1, left)) % low
    return left * low + right


def _unpermuted(value: int, width: int, key: bytes, tweak: str) -> int:
    high, low = _halves(width)
    left, right = divmod(value, low)
    for turn in range(_ROUNDS - 2, -1, -2):
        right = (right - _mix(key, tweak, turn + 1, left)) % low
        left = (left - _mix(key, tweak, turn, right)) % high
    return left * low + right


def _halves(width: int) -> tuple[int, int]:
    """How many values the left and the right half of so many digits can take."""
    return int(10 ** (width // 2)), int(10 ** (width - width // 2))


def _mix(key: bytes, tweak: str, turn: int, half: int) -> int:
    """64 pseudo-random bits: against halves of five digits the bias of the modulus is under 2^-46."""
    digest = hmac.digest(key, f"card-number|{tweak}|{turn}|{half}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "big")


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
