"""A Mini App's `initData`: genuine data proves its user for an hour, all else proves nobody."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from aiogram.utils.web_app import check_webapp_signature

from adapters.telegram.initdata import proven_user
from tests.support.world import NOON

TOKEN = "123456:" + "a" * 35


def signed(token: str = TOKEN, *, user: Any = 7, at: datetime = NOON, **more: str) -> str:
    """What Telegram hands to a Mini App."""
    fields = {"auth_date": str(int(at.timestamp())), "user": json.dumps({"id": user, "first_name": "Олена & Ко"})}
    fields |= {"query_id": "AAE", "signature": "c2ln", **more}
    told = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    return urlencode({**fields, "hash": hmac.digest(secret, told.encode(), hashlib.sha256).hex()})


def test_genuine_data_proves_its_user_for_an_hour() -> None:
    assert check_webapp_signature(TOKEN, signed())
    for later in (timedelta(seconds=-50), timedelta(), timedelta(minutes=59)):
        assert proven_user(signed(), TOKEN, NOON + later) == "7"


@pytest.mark.parametrize(
    "data",
    [
        "", "hash=", "x" * 20_000, "%", "a=%zz", "user=%ff", signed("654321:" + "b" * 35), signed() + "&extra=1",
        signed().replace("7", "8", 1), signed().replace("%22id%22%3A+7", "%22id%22%3A+8"), signed()[:-1] + "!",
        signed() + "&user=8", signed().replace("signature=c2ln&", ""), signed().replace("hash=", "hash=%D0%B0"),
        signed(at=NOON - timedelta(minutes=61)), signed(at=NOON + timedelta(minutes=2)), signed(user="7"),
        signed(user=True), signed(user=None), signed(auth_date="soon"), signed() + "&&",
        urlencode({"user": "{}", "auth_date": "1"}), "&".join(f"a{at}=1" for at in range(50)),
    ],
)  # fmt: skip
def test_forged_stale_and_strange_data_proves_nobody(data: str) -> None:
    assert proven_user(data, TOKEN, NOON) is None


@pytest.mark.parametrize("user", ["[]", "7", "null", "{", '{"name":"x"}'])
def test_data_without_a_user_proves_nobody(user: str) -> None:
    fields = {"auth_date": str(int(NOON.timestamp())), "user": user}
    told = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", TOKEN.encode(), hashlib.sha256)
    data = urlencode({**fields, "hash": hmac.digest(secret, told.encode(), hashlib.sha256).hex()})
    assert proven_user(data, TOKEN, NOON) is None
