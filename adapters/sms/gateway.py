"""The SMS channel: a letter becomes one POST to the gateway, taken when it answers 2xx (contract section 6)."""

from collections.abc import Mapping
from typing import Any

from aiohttp import BasicAuth, ClientError, ClientSession, ClientTimeout

from bot.messages import Incoming, Say
from bot.ports import Letter, Outcome, RawEvent, Rejected, Retry, Sent, Texts, Unsure
from core.shared.values import Phone

PROFILES = ("generic", "turbosms", "twilio")
_TIMEOUT = ClientTimeout(total=10)


class SmsChannel:
    """Sends codes to phones; satisfies `bot.ports.Channel`. Without a gateway the outbox itself is the message page."""

    name = "sms"
    bot = "house"

    def __init__(
        self, *, texts: Texts, session: ClientSession | None, url: str = "", token: str = "", profile: str = "generic"
    ) -> None:
        if profile not in PROFILES:
            raise ValueError(f"KARTKA_SMS_PROFILE: one of {', '.join(PROFILES)}")
        self._texts, self._session = texts, session
        self._url, self._token, self._profile = url, token, profile

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
                return _outcome(answer.status, answer.headers)
        except TimeoutError:
            return Unsure("the gateway did not answer")
        except ClientError as error:
            return Retry(5.0) if error.__class__.__name__ == "ClientConnectorError" else Unsure("the answer was lost")

    def _body(self, id_: str, to: Phone, text: str) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        match self._profile:
            case "turbosms":
                content = {"recipients": [to.e164.lstrip("+")], "sms": {"sender": "Kartka", "text": text}}
                return {"json": content, "headers": bearer}
            case "twilio":
                account, _, secret = self._token.partition(":")
                return {"data": {"To": to.e164, "Body": text}, "auth": BasicAuth(account, secret)}
            case _:
                return {"json": {"id": id_, "to": to.e164, "text": text}, "headers": bearer}


def _outcome(status: int, headers: Mapping[str, str]) -> Outcome:
    if 200 <= status < 300:
        return Sent()
    if status == 429 or status >= 500:
        wait = headers.get("Retry-After", "")
        return Retry(float(wait) if wait.isdigit() else 5.0)
    return Rejected(f"the gateway answered {status}", fatal=status in {401, 403})
