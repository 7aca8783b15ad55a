"""Settings from the environment and `.env`: read once, sealed, and refused with one line that names the wrong one."""

import hashlib
import hmac
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.programme.model import BadProgramme, Programme, programme_from

_SAMPLES = {"changeme", "change-me", "secret", "please-change"}


class BadSetting(Exception):
    """A setting is missing or wrong; the text is one line that names it and says what would do."""


class Settings(BaseSettings):
    """What the operator decides (contract section 3)."""

    model_config = SettingsConfigDict(env_prefix="KARTKA_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = "sqlite+aiosqlite:///var/kartka.db"
    database_owner_url: str = Field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8080"
    secret_key: str = Field(default="", repr=False)
    programme: str = ""
    lake: str = "var/lake"
    uploads: str = "var/imports"
    analytics: str = Field(default="duckdb", repr=False)
    telegram_token: str = Field(default="", repr=False)
    telegram_api: str = "https://api.telegram.org"
    telegram_mode: Literal["webhook", "polling"] = "webhook"
    telegram_secret: str = Field(default="", repr=False)
    viber_token: str = Field(default="", repr=False)
    viber_api: str = "https://chatapi.viber.com/pa"
    sms_url: str = ""
    sms_token: str = Field(default="", repr=False)
    sms_profile: Literal["generic", "turbosms", "twilio"] = "generic"
    sms_sender: str = Field(default="", validate_default=True)
    log: Literal["json", "console"] = "console"
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)

    @property
    def environment(self) -> dict[str, str]:
        """These settings as a child process reads them."""
        return {f"KARTKA_{name.upper()}": str(getattr(self, name)) for name in type(self).model_fields}

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        if not re.match(r"sqlite\+aiosqlite:///.+|postgresql\+psycopg://.+", url):
            raise ValueError("sqlite+aiosqlite:///path or postgresql+psycopg://user@host/name")
        return url

    @field_validator("analytics")
    @classmethod
    def _engine(cls, url: str) -> str:
        if not re.match(r"duckdb$|duckdb://|(postgresql(\+psycopg)?|spark|clickhouse)://.+", url):
            raise ValueError("duckdb, or the address of an engine: postgresql://…, spark://…, clickhouse://…")
        return url

    @field_validator("database_owner_url")
    @classmethod
    def _owner(cls, url: str) -> str:
        if url and not url.startswith("postgresql+psycopg://"):
            raise ValueError("postgresql+psycopg://owner@host/name, or nothing: an embedded database has no roles")
        return url

    @field_validator("public_url", "telegram_api", "viber_api", "sms_url")
    @classmethod
    def _url(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc):
            raise ValueError("an address such as https://card.example.com")
        return url.rstrip("/")

    @field_validator("sms_sender")
    @classmethod
    def _sms_sender(cls, sender: str, others: ValidationInfo) -> str:
        if not sender and others.data.get("sms_url") and others.data.get("sms_profile") in {"turbosms", "twilio"}:
            raise ValueError("whom the messages are from: a name that TurboSMS has approved; a number, a name or a "
                             "messaging service (MG…) of Twilio")  # fmt: skip
        return sender

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, key: str) -> str:
        if key and (len(key) < 32 or key.lower() in _SAMPLES or len(set(key)) < 8):
            raise ValueError("at least 32 random characters, such as `openssl rand -hex 32` prints")
        return key

    @field_validator("telegram_secret")
    @classmethod
    def _telegram_secret(cls, secret: str) -> str:
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret):
            raise ValueError("16 to 256 of A-Z, a-z, 0-9, _ and -")
        return secret

    @field_validator("telegram_token")
    @classmethod
    def _telegram_token(cls, token: str) -> str:
        if token and not re.fullmatch(r"\d+:[\w-]+", token):
            raise ValueError("a bot token as BotFather gives it, digits, a colon and letters")
        return token

    @property
    def migrating_url(self) -> str:
        """As whom the schema is changed: the owner where there is one, else as the house itself."""
        return self.database_owner_url or self.database_url

    @property
    def sqlite_path(self) -> Path | None:
        """The file of an embedded database, None on PostgreSQL."""
        head, _, path = self.database_url.partition(":///")
        return Path(path) if head.startswith("sqlite") else None

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose, derived from the secret key (HMAC-SHA-256)."""
        return hmac.digest(self.secret_key.encode(), purpose.encode(), hashlib.sha256)

    @property
    def hook_secret(self) -> str:
        """What Telegram must send with every update."""
        return self.telegram_secret or self.key("telegram-webhook").hex()


def read_settings(**given: str | int) -> Settings:
    """The settings of this process, `given` ones first. Raises BadSetting with one line that names the wrong one."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        raise BadSetting(f"KARTKA_{name.upper()}: {first['msg'].removeprefix('Value error, ')}") from None


def must_have_secret(settings: Settings) -> None:
    """Nothing is served under a key that anybody could know. Raises BadSetting."""
    if not settings.secret_key:
        raise BadSetting("KARTKA_SECRET_KEY: missing; set at least 32 random characters (`openssl rand -hex 32`)")


def read_programme(settings: Settings) -> Programme:
    """The retailer's rules: the file of KARTKA_PROGRAMME, else all defaults. Raises BadSetting."""
    if not settings.programme:
        return Programme()
    path = Path(settings.programme)
    try:
        return programme_from(path.read_text(encoding="utf-8"))
    except OSError:
        raise BadSetting(f"KARTKA_PROGRAMME: cannot read {path}; give the path of a programme.toml") from None
    except (BadProgramme, UnicodeDecodeError) as error:
        raise BadSetting(f"KARTKA_PROGRAMME: {path.name}: {error}") from None
