"""Words: the same keys in every language, none missing, none unused, the same variables, plurals right."""

import ast
import re
import string
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from adapters.app.settings import Settings
from adapters.console.campaignforms import CHANNELS, STEPS
from adapters.console.campaignports import LONGEST, NAMELESS, USUAL
from adapters.console.campaignsaid import DONE, PLACES, REASONS
from adapters.pos.page import WORDS as TILL_WORDS
from bot.words import say
from core.audit.verbs import VERBS
from core.campaigns import launching
from core.campaigns.model import Leads, Move, Outcome, State, Trigger
from core.campaigns.wording import FIELDS
from core.cards.model import CardState
from core.imports.guessing import KINDS
from core.imports.model import UNDOABLE
from core.programme.model import Programme
from core.shared.values import Language
from core.surveys.model import Kind
from tests.house.test_tree import ROOT, tracked
from tests.support.world import TEXTS

KEY = re.compile(r"[\"'`]([a-z]+(?:\.[a-z0-9-]+)+)[\"'`]")
LITERAL = re.compile(r"[\"']([a-z][a-z0-9-]*)[\"']")
BUILT = {
    "audit.": "a verb of the audit log",
    "desk.": "a state, an outcome, a reason, a step, a field, a ready segment, or what a refusal is about",
    "button.": "an action",
    "card.": "a state that stops the card",
    "command.": "a command of a messenger's menu",
    "column.": "a column of a kind of file",
    "history.": "what an operation did",
    "imports.": "a kind of file, a state of an import, a kind that can be undone",
    "language.": "a language",
    "policy.": "a policy of the programme",
    "refusal.": "the code of a refusal",
    "results.": "a kind of group, or a segment that a result is told for",
    "role.": "a role of the staff",
    "sorry.": "the code of what the core refused on a page of the console",
    "setting.": "a setting of the operator",
    "situations.": "the code of a refusal about a rule, or of what a rule lacks",
    "typed.": "an action that may be typed",
    "week.": "a reason, a ranking, or the code of a refusal about rankings",
}
"""How keys that are built at run time begin, and of what: the rest of such a key stands in the code as a literal."""
HYPHENED = {
    name.replace("_", "-")
    for name in (
        *Settings.model_fields,
        *(one.name for one in fields(Programme)),
        *(column for columns, _ in KINDS.values() for column in columns),
    )
}
"""Names of settings, policies and columns as keys spell them."""
LATIN = {"yes", "no", "ean", "itf", "code", "qr", "UTF", "cp", "GB", "URL", "KARTKA", "DATABASE",
         "OWNER", "PUBLIC", "gate", "questions", "upgrade", "broken", "olena", "example", "com", "offers",
         "Viber", "Telegram", "QR", "kartka", "import", "stores", "demo", "sms", "phone", "SMS", "English", "https",
         "promo", "plan", "week", "report", "CSV", "XLSX", "Parquet", "JSON",
         "webhook", "set", "doctor", "db", "check", "staff", "reset",
         "factor"}  # fmt: skip
FORMS = {"uk": 3, "ru": 3, "en": 2}


def po_files(language: str) -> list[Path]:
    """Where this language's words live."""
    return sorted((ROOT / "locales" / language / "LC_MESSAGES").glob("*.po"))


def catalogue(language: str) -> dict[str, tuple[str, ...]]:
    """Every message with its forms."""
    found: dict[str, tuple[str, ...]] = {}
    for path in po_files(language):
        with path.open("rb") as file:
            read = read_po(file, locale=language, abort_invalid=True)
        for message in read:
            if message.id:
                assert not message.fuzzy, message.id
                key = message.id if isinstance(message.id, str) else message.id[0]
                assert key not in found, f"{key} stands in two files"
                found[key] = message.string if isinstance(message.string, tuple) else (str(message.string),)
    return found


CATALOGUES = {language.value: catalogue(language.value) for language in Language}


def names(form: str) -> set[str]:
    """The variables of a message."""
    return {name for _, name, _, _ in string.Formatter().parse(form) if name}


def used_keys() -> set[str]:
    """Keys that stand as a literal in code, templates or scripts."""
    files = tracked("core/*.py", "bot/*.py", "adapters/*.py", "adapters/*.html", "adapters/*.js")
    return {key for path in files for key in KEY.findall(path.read_text())}


def test_every_language_has_the_same_keys_and_no_empty_text() -> None:
    assert CATALOGUES["uk"].keys() == CATALOGUES["en"].keys() == CATALOGUES["ru"].keys()
    for messages in CATALOGUES.values():
        assert all(form.strip() for forms in messages.values() for form in forms)


def test_variables_are_names_and_nothing_else() -> None:
    for messages in CATALOGUES.values():
        for key, forms in messages.items():
            for form in forms:
                for _, name, form_spec, conversion in string.Formatter().parse(form):
                    assert name is None or (name.isidentifier() and not form_spec and conversion is None), key


def test_variables_agree_in_every_language_and_form() -> None:
    for key, forms in CATALOGUES["uk"].items():
        wanted = set().union(*(names(form) for form in forms))
        for language, messages in CATALOGUES.items():
            assert set().union(*(names(form) for form in messages[key])) == wanted, (key, language)


def test_plurals_have_as_many_forms_as_the_language() -> None:
    counted = {key for key, forms in CATALOGUES["uk"].items() if len(forms) > 1}
    assert "points.count" in counted
    for language, messages in CATALOGUES.items():
        forms = {key: len(forms) for key, forms in messages.items()}
        assert forms == {key: FORMS[language] if key in counted else 1 for key in forms}


@pytest.mark.parametrize("language", list(FORMS))
def test_each_file_says_how_its_language_counts(language: str) -> None:
    for path in po_files(language):
        with path.open("rb") as file:
            read = read_po(file, locale=language, abort_invalid=True, ignore_obsolete=False)
        assert read.num_plurals == FORMS[language]
        assert not read.obsolete, "texts that nobody hears any more"


def test_every_key_in_the_code_has_words() -> None:
    known = CATALOGUES["uk"].keys()
    families = {key.partition(".")[0] for key in known}
    wanted = {key for key in used_keys() if key.partition(".")[0] in families}
    files = re.compile(r"\.(html|css|js|svg|webmanifest|png|csv|json|id|kept)$")
    logged = {
        key
        for path in tracked("adapters/*.py", "core/*.py")
        for found in re.findall(
            r"log\.\w+\(\s*\"([a-z.-]+)\"|name: ClassVar\[str\] = \"([a-z.]+)\""
            r"|\.(?:change|note)\(\s*request,\s*\"([a-z.-]+)\"",  # verbs of the audit log
            path.read_text(),
        )
        for key in found
    }
    assert {key for key in wanted if not files.search(key)} - logged <= known
    code = "".join(path.read_text() for path in tracked("core/*.py", "bot/*.py", "adapters/*.py"))
    assert set(re.findall(r"\bsay\(\s*\"([^\"{]+)\"", code)) <= known


def reason_codes() -> set[str]:
    """Every code of a reason why something of a file is not taken."""
    code = "".join(
        path.read_text() for path in tracked("adapters/imports/*.py", "adapters/lake/*.py", "adapters/app/*.py")
    )
    raised = set(re.findall(r"\b(?:BadRow|BadFile|reason)\((?:[^\"]|\"[a-z_]*\")*?, \"([a-z0-9-]+)\"", code))
    return (raised | set(re.findall(r"\(\"([a-z]+-columns)\",", code))) - {"field"}


def test_every_reason_why_something_of_a_file_is_not_taken_has_words() -> None:
    codes = reason_codes()
    assert {"empty", "twice", "cut", "known-otherwise", "lacks-columns", "no-place", "both-or-none"} <= codes
    assert {code for code in codes if not TEXTS.has(f"imports.why-{code}")} == set()


def campaign_rests() -> set[str]:
    """What stands behind `desk.` in keys that are built from what the core and the desk know."""
    families: dict[str, Iterable[str]] = {
        "state": State, "outcome": (*Outcome, "waiting"), "trigger": Trigger, "on": Trigger, "leads": Leads,
        "field": FIELDS, "channel": CHANNELS, "step": STEPS, "reason": REASONS, "wrong": PLACES,
        "weekday": map(str, range(1, 8)), "sample": (USUAL, LONGEST, NAMELESS), "done": DONE,
        "mark": ("sent", "waiting", "delivered", "seen", "tapped"),
        "why": (launching.ASKED, launching.ERRORS, launching.BUDGET, launching.OVERDUE, launching.RESTORED,
                launching.VOUCHERS),
    }  # fmt: skip
    return {f"{family}-{one.replace('_', '-')}" for family, each in families.items() for one in each}


def test_every_word_is_used() -> None:
    used = used_keys()
    code = "".join(path.read_text() for path in tracked("core/*.py", "bot/*.py", "adapters/*.py"))
    rests = {*LITERAL.findall(code), *(f"card-{state}" for state in CardState), *(f"answer-{kind}" for kind in Kind),
             *(f"undo-{kind}" for kind in (*UNDOABLE, "never")), *HYPHENED}  # fmt: skip
    rests |= {f"why-{code}" for code in (*reason_codes(), "text")}
    rests |= campaign_rests() | {f"did-{verb.replace('.', '-')}" for verb in VERBS}
    unused = set()
    for key in CATALOGUES["uk"].keys() - used:
        family, _, rest = key.partition(".")
        if f"{family}." not in BUILT or rest not in rests:
            unused.add(key)
    assert unused == set()


def test_no_family_of_built_keys_is_exempt_for_nothing() -> None:
    built = {f"{key.partition('.')[0]}." for key in CATALOGUES["uk"].keys() - used_keys()}
    assert set(BUILT) == built


def test_every_action_and_refusal_has_words() -> None:
    from bot.routes import CONTROLS, ROUTES

    for action in (*ROUTES, *CONTROLS):
        if action != "number":
            assert TEXTS.has(f"button.{action}") or TEXTS.has(f"typed.{action}"), action
    for path in [*tracked("core/customers/*.py"), *tracked("core/cards/*.py"), *tracked("core/surveys/*.py")]:
        for code in re.findall(r"(?:Conflict|Refusal|TooMany|Unknown)\(\"([a-z-]+)\"", path.read_text()):
            if code != "unknown-code":
                assert TEXTS.has(f"refusal.{code}") or TEXTS.has(f"sorry.{code}"), code


def test_every_verb_of_the_audit_log_is_known() -> None:
    noted = {"change", "note", "done", "_moved", "Entry"}
    said = set()
    for path in tracked("core/*.py", "adapters/*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                literals = {arg.value for arg in call.args if isinstance(arg, ast.Constant)} if name in noted else set()
                said |= {one for one in literals if isinstance(one, str) and re.fullmatch(r"[a-z]+\.[a-z-]+", one)}
    assert "campaign.edit" in said
    assert said <= set(VERBS)
    assert {f"campaign.{move.value}" for move in Move} <= set(VERBS)


def test_every_till_word_is_asked_for_by_the_page() -> None:
    page = "".join(path.read_text() for path in tracked("adapters/pos/static/*.js", "adapters/pos/templates/*.html"))
    page += Path(ROOT / "adapters/pos/page.py").read_text()
    for key in TEXTS.keys("till."):
        assert key in TILL_WORDS or f"'{key}'" in page, key


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_no_foreign_words_stand_in_the_texts(language: str) -> None:
    for key, forms in CATALOGUES[language].items():
        for form in forms:
            words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", form))
            assert set(words) <= LATIN, (key, words)


@pytest.mark.parametrize(
    ("number", "uk", "en", "ru"),
    [
        (1, "1 бонус", "1 point", "1 бонус"),
        (2, "2 бонуси", "2 points", "2 бонуса"),
        (5, "5 бонусів", "5 points", "5 бонусов"),
        (11, "11 бонусів", "11 points", "11 бонусов"),
        (21, "21 бонус", "21 points", "21 бонус"),
        (1250, "1\u00a0250 бонусів", "1,250 points", "1\u00a0250 бонусов"),
    ],
)
def test_points_are_counted_as_people_count(number: int, uk: str, en: str, ru: str) -> None:
    said = [TEXTS.say(say("points.count", n=number), language) for language in (Language.UK, Language.EN, Language.RU)]
    assert said == [uk, en, ru]


def test_buttons_are_short_enough_for_small_phones() -> None:
    for messages in CATALOGUES.values():
        for key, (label, *_) in messages.items():
            if key.startswith("button."):
                assert len(label) <= 20, key


def test_the_glossary_stands_on_top() -> None:
    for path in (path for language in Language for path in po_files(language)):
        first = path.read_text().splitlines()[0]
        assert first.startswith("# ")
        assert len(first) > 40
