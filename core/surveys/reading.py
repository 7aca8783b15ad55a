"""Answers as text: what was said made canonical, and whether a kept answer still is one."""

import re
from datetime import date

from core.customers.model import birthday_from, birthday_text
from core.shared.refusals import Invalid
from core.shared.values import person_name
from core.surveys.model import Kind, Question

TEXT_LIMIT = 300
HIGHEST_RATING = 10
_DAY = re.compile(r"(\d{1,2})[./\s-]+(\d{1,2})(?:[./\s-]+(\d{4}))?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@(?:[^\s@.,;<>\"]+\.)+[^\s@.,;<>\"]{2,63}")
_OLDEST = 1905


def parse_answer(question: Question, said: str, *, today: date) -> str | Invalid:
    """What was said in the form in which it is kept, else the reason why it does not do (`answer-<kind>`).

    Of a choice the keys are understood, several ones with commas. `today` is the programme's day: nobody is born later.
    """
    canonical = _canonical(question, said.strip(), today)
    return Invalid(question.key, f"answer-{question.kind}", **_bounds(question)) if canonical is None else canonical


def fits(question: Question, kept: str) -> str | None:
    """The kept answer as the question understands it now, None when it no longer parses.

    Of several chosen options those that are still offered stay.
    """
    match question.kind:
        case Kind.CHOICES:
            chosen = set(kept.split(","))
            return ",".join(one.key for one in question.options if one.key in chosen) or None
        case Kind.DATE:
            return kept if _read_date(kept, question.keeps == "birthday") is not None else None
        case Kind.CHOICE | Kind.NUMBER | Kind.RATING | Kind.TEXT | Kind.CITY | Kind.STORE | Kind.EMAIL:
            return kept if kept == _canonical(question, kept, date.max) else None


def _canonical(question: Question, said: str, today: date) -> str | None:
    match question.kind:
        case Kind.TEXT:
            return _line(said) or None
        case Kind.DATE:
            return _date(said, question.keeps == "birthday", today)
        case Kind.CHOICE:
            return said if any(one.key == said for one in question.options) else None
        case Kind.CHOICES:
            chosen = {part.strip() for part in said.split(",")}
            known = [one.key for one in question.options if one.key in chosen]
            return ",".join(known) if known and len(known) == len(chosen) else None
        case Kind.NUMBER:
            return _number(said, question.least, question.most)
        case Kind.RATING:
            return _number(said, 0, HIGHEST_RATING)
        case Kind.CITY:
            return person_name(said) or None
        case Kind.STORE:
            return said if 0 < len(said) <= 64 else None
        case Kind.EMAIL:
            return _email(said)


def _line(said: str) -> str:
    """One line of what can be seen."""
    visible = "".join(ch if ch.isprintable() else " " for ch in said)
    return " ".join(visible.split())[:TEXT_LIMIT].strip()


def _number(said: str, least: int, most: int) -> str | None:
    if not re.fullmatch(r"-?[0-9]{1,9}", said):
        return None
    number = int(said)
    return str(number) if least <= number <= most else None


def _email(said: str) -> str | None:
    if len(said) > 254 or not _EMAIL.fullmatch(said):
        return None
    mailbox, _, host = said.rpartition("@")
    return f"{mailbox}@{host.lower()}"


def _date(said: str, without_year: bool, today: date) -> str | None:
    """A day as people write it (31.12.1985) or as it is kept; the year may be missing where only the day counts."""
    found, iso = _DAY.fullmatch(said), _ISO.fullmatch(said)
    if iso is not None:
        text = said
    elif found is not None:
        day, month, year = int(found[1]), int(found[2]), found[3]
        text = f"{year}-{month:02d}-{day:02d}" if year else f"--{month:02d}-{day:02d}"
    else:
        text = said
    read = _read_date(text, without_year)
    if read is None or (not text.startswith("--") and not _OLDEST <= read.year <= today.year):
        return None
    return birthday_text(read) if text.startswith("--") or read <= today else None


def _read_date(text: str, without_year: bool) -> date | None:
    if text.startswith("--") and not without_year:
        return None
    try:
        return birthday_from(text)
    except ValueError:
        return None


def _bounds(question: Question) -> dict[str, str | int]:
    return {"least": question.least, "most": question.most} if question.kind is Kind.NUMBER else {}
