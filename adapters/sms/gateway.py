"""The SMS channel: a letter becomes one POST to the gateway, taken when it answers 2xx (contract section 6).

TurboSMS answers 200 whatever became of the message, and its body says what that was.
"""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, encode_basic_auth

from bot.messages import Incoming, Say
from bot.ports import Letter, Outcome, RawEvent, Rejected, Retry, Sent, Texts, Unsure
from core.shared.values import Phone

PROFILES = ("generic", "turbosms", "twilio")
_TIMEOUT = ClientTimeout(total=10)
_TAKEN = {0, 800, 801, 802, 803}
"""Of TurboSMS: in its queue, or on the way."""
_STOPPED = {103, 105, 106, 200, 203, 301, 302, 400, 401}
"""Of TurboSMS: the token, the account's balance or the sender's name will not do, for any message."""
_FAILED = {*range(500, 600), 999}
"""Of TurboSMS: its own trouble."""
_SERVICE = "MG"
"""How the id of a Twilio messaging service begins, which chooses the sender by itself."""


class SmsChannel:
    """Sends codes to phones; satisfies `bot.ports.Channel`. Without a gateway the outbox itself is the message page."""

    name = "sms"
    bot = "house"

    def __init__(
        self, *, texts: Texts, session: ClientSession | None, url: str = "", token: str = "", profile: str = "generic",
        sender: str = "",
    ) -> None:  # fmt: skip
        if profile not in PROFILES:
            raise ValueError(f"KARTKA_SMS_PROFILE: one of {', '.join(PROFILES)}")
        self._texts, self._session = texts, session
        self._url, self._token, self._profile, self._sender = url, token, profile, sender

    def parse(self, event: RawEvent) -> Incoming | None:
        """Nothing ever comes from here."""
        del event
        return None

    async def photo(self, ref: str) -> bytes | None:
        """There are no pictures here."""
        del ref
        return None

    async def send(self, letter: Letter) -> Outcome:
        """The text is with the gateway, once for this letter's id."""
        if not isinstance(letter.reply, Say):
            return Rejected("an SMS is text alone")
        text = self._texts.say(letter.reply.text, letter.language)
        if self._session is None or not self._url:
            return Sent()
        body = self._body(str(letter.id), Phone(letter.address.user), text)
        try:
            async with self._session.post(self._url, timeout=_TIMEOUT, **body) as answer:
                if self._profile == "turbosms" and answer.ok:
                    return await _told(answer)
                return _outcome(answer.status, answer.headers)
        except TimeoutError:
            return Unsure("the gateway did not answer")
        except ClientError as error:
            return Retry(5.0) if error.__class__.__name__ == "ClientConnectorError" else Unsure("the answer was lost")

    def _body(self, id_: str, to: Phone, text: str) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        match self._profile:
            case "turbosms":
                content = {"recipients": [to.e164.lstrip("+")], "sms": {"sender": self._sender, "text": text}}
                return {"json": content, "headers": bearer}
            case "twilio":
                account, _, secret = self._token.partition(":")
                name = "MessagingServiceSid" if self._sender.startswith(_SERVICE) else "From"
                content = {"To": to.e164, name: self._sender, "Body": text}
                return {"data": content, "headers": {"Authorization": encode_basic_auth(account, secret)}}
            case _:
                return {"json": {"id": id_, "to": to.e164, "text": text}, "headers": bearer}


async def _told(answer: ClientResponse) -> Outcome:
    """What TurboSMS says of the request and, where that was taken, of its one recipient."""
    try:
        body = json.loads(await answer.read())
        told = [body, *(body.get("response_result") or [])]
        code, status = next(((one["response_code"], one.get("response_status")) for one in told
                             if one["response_code"] not in _TAKEN), (0, ""))  # fmt: skip
    except (ValueError, TypeError, AttributeError, KeyError):
        return Unsure("the gateway's answer is not one of TurboSMS")
    if code in _TAKEN:
        return Sent()
    return Retry(5.0) if code in _FAILED else Rejected(f"the gateway answered {code} {status}", fatal=code in _STOPPED)


def _outcome(status: int, headers: Mapping[str, str]) -> Outcome:
    if 200 <= status < 300:
        return Sent()
    if status == 429 or status >= 500:
        wait = headers.get("Retry-After", "")
        return Retry(float(wait) if wait.isdigit() else 5.0)
    return Rejected(f"the gateway answered {status}", fatal=status in {401, 403})
