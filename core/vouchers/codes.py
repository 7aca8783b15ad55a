"""Voucher codes: short enough to read out, too many to guess, and hard to mistype (domain section 6).

Ten characters of 24 are 45 bits; a check character finds every single wrong character and every swap of neighbours,
so that a guess is right in one of 24 x 10^13 cases and a slip of the finger is never another person's voucher.
"""

ALPHABET = "234679CDFGHJKLMNQRTVWXYZ"
"""No two of these look alike, and no two Cyrillic capitals that could be read for them mean different ones."""
LENGTH = 10
_PLACE = {letter: at for at, letter in enumerate(ALPHABET)}
_MODULUS = 29
"""A prime above the alphabet: with it weights 1..10 find every single error and every swap of neighbours."""
_CHECK = ALPHABET + "ABEPU"
"""29 signs for the check alone."""
_CYRILLIC = str.maketrans("АВСЕНКМРТУХ", "ABCEHKMPTYX")
"""Letters of the same shape, typed under a Ukrainian layout."""
_DIGITS = 18
"""Digits of the barcode: two that say `voucher`, then the code as a number. An EAN has 13, so no card looks like it."""
_PREFIX = "98"


def checked(body: str) -> str:
    """The body with its check character behind it."""
    total = sum((at + 1) * _PLACE[letter] for at, letter in enumerate(body))
    return body + _CHECK[total % _MODULUS]


def code_of(number: int) -> str:
    """The code with this number, 0 <= number < 24^10: a random number makes a random code."""
    body = ""
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        body += ALPHABET[rest]
    return checked(body)


COUNT = len(ALPHABET) ** LENGTH


def is_ours(code: str) -> bool:
    """True for a code of our making, its check character right."""
    body = code[:LENGTH]
    return len(code) == LENGTH + 1 and all(letter in _PLACE for letter in body) and checked(body) == code


def normalised(typed: str) -> str:
    """The code as it is kept: capitals without spaces and hyphens, look-alike Cyrillic letters taken as Latin.

    A barcode of digits is turned back into its code. Empty when it can be no code.
    """
    bare = "".join(letter for letter in typed.strip() if letter not in " -\u00a0\u2011\u2013_").upper()
    code = bare.translate(_CYRILLIC)
    if code.isdigit() and code.isascii() and len(code) == _DIGITS and code.startswith(_PREFIX):
        return _of_digits(code)
    return code if 4 <= len(code) <= 32 and code.isascii() and code.isalnum() else ""


def printed(code: str) -> str:
    """In groups that can be read out: `2346-79CD-FGH`."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def barcode_digits(code: str) -> str:
    """The digits of a barcode that `normalised` turns back; the code itself when it is not of our making."""
    if not is_ours(code):
        return code
    number = 0
    for letter in reversed(code[:LENGTH]):
        number = number * len(ALPHABET) + _PLACE[letter]
    return f"{_PREFIX}{number:0{_DIGITS - len(_PREFIX)}d}"


def _of_digits(digits: str) -> str:
    number = int(digits[len(_PREFIX) :])
    return code_of(number) if number < COUNT else ""
