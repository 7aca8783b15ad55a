"""Every policy and every setting is on the page with where it bites, in three languages; what is secret is not."""

from dataclasses import fields

from adapters.app.settings import Settings, read_settings
from adapters.app.settingsdesk import SECRETS, SettingsDesk
from adapters.console.settings import word_of
from bot.words import say
from core.programme.model import Programme, programme_from
from core.shared.values import Language
from tests.support.world import TEXTS


def test_each_is_there_with_its_sentence_and_a_line_that_can_be_written() -> None:
    rules = programme_from('earn_percent = "7"\ngate_questions = ["birthday"]\nlookup_by_phone = true')
    desk = SettingsDesk(read_settings(sms_url="https://sms.example"), rules)
    names = [one.name for one in desk.policies()]
    assert names == [one.name for one in fields(Programme) if one.init]
    assert [one.name for one in desk.settings()] == [f"KARTKA_{name.upper()}" for name in Settings.model_fields]
    for one in (*desk.policies(), *desk.settings()):
        for language in Language:
            assert TEXTS.has(word_of(one.name)), one.name
            assert len(TEXTS.say(say(word_of(one.name)), language)) > 10, one.name
    assert programme_from("\n".join(one.line for one in desk.policies())) == rules
    assert {one.name for one in desk.policies() if one.given} == {"earn_percent", "gate_questions", "lookup_by_phone"}
    assert {one.name for one in desk.settings() if one.given} == {"KARTKA_SMS_URL"}


def test_no_secret_is_told_nor_what_it_is_like() -> None:
    given = {
        "secret_key": "0123456789abcdef0123456789abcdef-own", "telegram_token": "1:own-secret", "sms_token": "own",
        "viber_token": "own-secret", "telegram_secret": "own-secret-own-secret",
        "database_url": "postgresql+psycopg://house:own-secret@host/db",
        "database_owner_url": "postgresql+psycopg://owner:own-secret@host/db",
        "analytics": "clickhouse://house:own-secret@host",
    }  # fmt: skip
    assert set(given) == SECRETS
    told = SettingsDesk(read_settings(**given), Programme()).settings()
    assert "own" not in str([one for one in told if one.secret]).replace("KARTKA_DATABASE_OWNER_URL", "")
    assert {one.name.removeprefix("KARTKA_").lower() for one in told if one.secret} == SECRETS
    assert {name for name, one in Settings.model_fields.items() if not one.repr} <= SECRETS
