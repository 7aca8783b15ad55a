"""Settings: read once, each wrong one named in one line before anything is served."""

from pathlib import Path

import pytest

from adapters.app.settings import BadSetting, Settings, must_have_secret, read_programme, read_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine is seen."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KARTKA_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KARTKA_DATABASE_URL", "mysql://x"),
        ("KARTKA_PUBLIC_URL", "card.example.com"),
        ("KARTKA_SECRET_KEY", "short"),
        ("KARTKA_SECRET_KEY", "a" * 40),
        ("KARTKA_TELEGRAM_TOKEN", "token"),
        ("KARTKA_TELEGRAM_MODE", "push"),
        ("KARTKA_TELEGRAM_SECRET", "with space here 123"),
        ("KARTKA_TELEGRAM_API", "ftp://x"),
        ("KARTKA_VIBER_API", "nowhere"),
        ("KARTKA_SMS_URL", "x"),
        ("KARTKA_SMS_PROFILE", "pigeon"),
        ("KARTKA_LOG", "xml"),
        ("KARTKA_PORT", "0"),
        ("KARTKA_ANALYTICS", "abacus"),
        ("KARTKA_PORT", "many"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as refused:
        read_settings()
    assert str(refused.value).startswith(f"{name}: ")
    assert "\n" not in str(refused.value)
    assert name == "KARTKA_PORT" or "SECRET" not in name or value not in str(refused.value)


@pytest.mark.parametrize("profile", ["turbosms", "twilio"])
def test_a_gateway_that_asks_who_sends_is_told(monkeypatch: pytest.MonkeyPatch, profile: str) -> None:
    monkeypatch.setenv("KARTKA_SMS_PROFILE", profile)
    assert read_settings().sms_sender == ""  # nothing is sent anywhere
    monkeypatch.setenv("KARTKA_SMS_URL", "https://sms.example")
    with pytest.raises(BadSetting, match=r"^KARTKA_SMS_SENDER: .*TurboSMS.*Twilio$"):
        read_settings()
    monkeypatch.setenv("KARTKA_SMS_SENDER", "Market")
    assert read_settings().sms_sender == "Market"


def test_nothing_is_served_without_a_secret() -> None:
    with pytest.raises(BadSetting, match="KARTKA_SECRET_KEY"):
        must_have_secret(read_settings())


def test_the_environment_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("KARTKA_PORT=9000\nKARTKA_HOST=0.0.0.0\n")
    monkeypatch.setenv("KARTKA_PORT", "9001")
    settings = read_settings()
    assert (settings.port, settings.host) == (9001, "0.0.0.0")


def test_keys_for_different_purposes_differ_and_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARTKA_SECRET_KEY", "0123456789abcdef" * 2 + "ghij")
    one, other = read_settings(), read_settings()
    assert one.key("a") == other.key("a") != one.key("b")
    assert len(one.hook_secret) == 64


def test_a_programme_that_cannot_be_read_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KARTKA_PROGRAMME", str(tmp_path / "none.toml"))
    with pytest.raises(BadSetting, match="KARTKA_PROGRAMME: cannot read"):
        read_programme(read_settings())
    (tmp_path / "none.toml").write_text("earn = 1")
    with pytest.raises(BadSetting, match="earn: no such policy"):
        read_programme(read_settings())
