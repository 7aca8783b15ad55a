"""Words: the same keys in every language, none missing, none unused, the same variables, plurals right."""

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from adapters.pos.page import WORDS as TILL_WORDS
from bot.words import say
from core.cards.model import CardState
from core.shared.values import Language
from core.surveys.model import Kind
from tests.house.test_tree import ROOT, tracked
from tests.support.world import TEXTS

KEY = re.compile(r"[\"'`]([a-z]+(?:\.[a-z0-9-]+)+)[\"'`]")
LITERAL = re.compile(r"[\"']([a-z][a-z0-9-]*)[\"']")
BUILT = {
    "button.": "an action",
    "card.": "a state that stops the card",
    "command.": "a command of a messenger's menu",
    "console.": "the code of a refusal on a console page",
    "history.": "what an operation did",
    "language.": "a language",
    "refusal.": "the code of a refusal",
    "role.": "a role of the staff",
    "situations.": "the code of a refusal about a rule, or of what a rule lacks",
    "typed.": "an action that may be typed",
    "week.": "a reason, a ranking, or the code of a refusal about rankings",
}
"""How keys that are built at run time begin, and of what: the rest of such a key stands in the code as a literal."""
LATIN = {"Viber", "Telegram", "QR", "kartka", "import", "stores", "demo", "sms", "phone", "SMS", "English", "https",
         "promo", "plan", "week", "report", "CSV"}  # fmt: skip
FORMS = {"uk": 3, "ru": 3, "en": 2}


def po_file(language: str) -> Path:
    """Where this language's words live."""
    return ROOT / "locales" / language / "LC_MESSAGES" / "kartka.po"


def catalogue(language: str) -> dict[str, tuple[str, ...]]:
    """Every message with its forms."""
    with po_file(language).open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True)
    found = {}
    for message in read:
        if message.id:
            assert not message.fuzzy, message.id
            key = message.id if isinstance(message.id, str) else message.id[0]
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
def test_the_file_says_how_its_language_counts(language: str) -> None:
    with po_file(language).open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True, ignore_obsolete=False)
    assert read.num_plurals == FORMS[language]
    assert not read.obsolete, "texts that nobody hears any more"


def test_every_key_in_the_code_has_words() -> None:
    known = CATALOGUES["uk"].keys()
    families = {key.partition(".")[0] for key in known}
    wanted = {key for key in used_keys() if key.partition(".")[0] in families}
    files = re.compile(r"\.(html|css|js|svg|webmanifest|png)$")
    logged = {
        key
        for path in tracked("adapters/*.py", "core/*.py")
        for found in re.findall(r"log\.\w+\(\s*\"([a-z.-]+)\"|name: ClassVar\[str\] = \"([a-z.]+)\"", path.read_text())
        for key in found
    }
    assert {key for key in wanted if not files.search(key)} - logged <= known
    code = "".join(path.read_text() for path in tracked("core/*.py", "bot/*.py", "adapters/*.py"))
    assert set(re.findall(r"\bsay\(\s*\"([^\"{]+)\"", code)) <= known


def test_every_word_is_used() -> None:
    used = used_keys()
    code = "".join(path.read_text() for path in tracked("core/*.py", "bot/*.py", "adapters/*.py"))
    rests = {*LITERAL.findall(code), *(f"card-{state}" for state in CardState), *(f"answer-{kind}" for kind in Kind)}
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
            if code not in {"unknown-merge", "same-customer", "merge-undone", "unknown-code"}:
                assert TEXTS.has(f"refusal.{code}"), code


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
    for language in Language:
        first = po_file(language).read_text().splitlines()[0]
        assert first.startswith("# ")
        assert len(first) > 40
