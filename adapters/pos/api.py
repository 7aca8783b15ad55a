"""`/pos/v1`: lookup and plastic, for cash registers with a key and for the page with a session."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from adapters.http.api import Endpoint, openapi
from adapters.http.limits import Buckets
from adapters.http.problems import Problem
from adapters.http.sessions import SESSION
from adapters.pos.models import LinkBody, LookupBody, LookupOut, lookup_out
from adapters.pos.pagedoors import PageDoors
from adapters.pos.ports import Courier, House, PosWork, TillDesk
from adapters.pos.receiptdoors import ReceiptDoors
from adapters.pos.receipts import Asker, Receipts, to_everybody
from adapters.pos.sightings import Sightings
from bot.announce import plastic_linked
from bot.flows.reasons import reasons
from bot.ports import Letter
from core.cards.lookup import Keys, Recognised, keys_of, recognise
from core.cards.plastic import link_plastic, plastic_number
from core.customers.actions import confirm_person, customer_of
from core.customers.ports import Phones
from core.offers.weekly import week_at
from core.programme.model import Programme
from core.sales.recognising import Known, by_voucher, known
from core.shared.refusals import Unknown
from core.shared.values import CardId, Language, StoreId, TillId
from core.stores.model import parse_till_key
from core.surveys.joining import bring_back

VERSION = "1.0"
_KEY_PROBLEMS = {
    401: ["unauthorized"],
    404: ["unknown-code"],
    409: ["card-blocked", "card-replaced"],
    429: ["too-many-misses", "too-many-requests"],
}
_LINK_PROBLEMS = {
    **_KEY_PROBLEMS,
    404: ["unknown-code", "unknown-plastic"],
    409: ["card-blocked", "card-replaced", "plastic-taken", "plastic-blocked", "plastic-already"],
    422: ["bad-card-number"],
}


class TillApi:
    """The till's operations; whoever asks is a `TillId`: a till's own, or `staff:<id>` for the page."""

    def __init__(
        self,
        *,
        desk: TillDesk,
        house: House,
        reads: House,
        courier: Courier,
        programme: Programme,
        phones: Phones,
        clock: Callable[[], datetime],
    ) -> None:
        self._desk, self._house, self._reads, self._courier = desk, house, reads, courier
        self._programme, self._phones, self._clock = programme, phones, clock
        self._pace, self._sightings = Buckets(20, 60), Sightings(desk, clock)
        receipts = Receipts(house=house, reads=reads, courier=courier, programme=programme, phones=phones)
        self._keyed = ReceiptDoors(receipts, who=self._asker, missed=self._missed, root="/pos/v1")
        self._paged = ReceiptDoors(receipts, who=_cashier_asks, missed=self._page_missed, root="/till/api")

        self._own = PageDoors(reads=reads, programme=programme, who=_cashier_asks)

    def endpoints(self) -> list[Endpoint[Any]]:
        """The operations of `/pos/v1` as they stand in its OpenAPI."""
        return [
            Endpoint(
                "POST",
                "/pos/v1/lookup",
                "Whose code is this, and what may be spent",
                self._key_lookup,
                LookupBody,
                LookupOut,
                problems=_KEY_PROBLEMS,
                example={"code": "2912345678906"},
            ),
            Endpoint(
                "POST",
                "/pos/v1/plastic/link",
                "The plastic in the cashier's hand becomes the customer's card",
                self._key_link,
                LinkBody,
                LookupOut,
                problems=_LINK_PROBLEMS,
                example={"plastic": "00012345678", "code": "2912345678906"},
            ),
            *self._keyed.endpoints(),
        ]

    def add_routes(self, app: web.Application) -> None:
        """The operations and their description are part of the app."""
        endpoints = self.endpoints()
        for one in endpoints:
            app.router.add_route(one.method, one.path, one.__call__)
        document = json.dumps(
            openapi(
                endpoints,
                title="Kartka till API",
                description="Amounts are minor units, quantities texts, instants RFC 3339. A till key goes with each.",
                scheme={"type": "http", "scheme": "bearer", "description": "A till key: ktill_<id>_<secret>"},
                version=VERSION,
            )
        ).encode()

        async def described(request: web.Request) -> web.Response:
            del request
            return web.Response(body=document, content_type="application/json")

        app.router.add_get("/pos/v1/openapi.json", described)

    def page_endpoints(self) -> list[Endpoint[Any]]:
        """The same operations for the cashier's page, to be guarded by a session."""
        return [
            Endpoint("POST", "/till/api/lookup", "", self._page_lookup, LookupBody, LookupOut),
            Endpoint("POST", "/till/api/plastic/link", "", self._page_link, LinkBody, LookupOut),
            Endpoint("POST", "/till/api/confirm", "", self._page_confirm, LookupBody, LookupOut),
            *self._paged.endpoints(),
            *self._own.endpoints(),
        ]

    async def _key_lookup(self, request: web.Request, body: LookupBody) -> LookupOut:
        return await self._known(await self._till(request), body.code, key=_secret(request))

    async def _key_link(self, request: web.Request, body: LinkBody) -> LookupOut:
        till = await self._till(request)
        return await self._linked(till, body, key=_secret(request))

    async def _page_lookup(self, request: web.Request, body: LookupBody) -> LookupOut:
        return await self._known(_cashier(request), body.code)

    async def _page_link(self, request: web.Request, body: LinkBody) -> LookupOut:
        return await self._linked(_cashier(request), body)

    async def _page_confirm(self, request: web.Request, body: LookupBody) -> LookupOut:
        """The cashier has seen who it is: spending waits no longer."""
        seen = await self._recognised(_cashier(request), body.code)
        customer = seen.customer
        if customer is None:
            raise Unknown("unknown-code", reason="not-a-customer")

        def job(work: PosWork) -> None:
            confirm_person(work, customer=customer_of(work, customer), proof="till")

        await self._house.do(customer, job)
        return await self._known(_cashier(request), body.code)

    async def _asker(self, request: web.Request) -> Asker:
        """The till of the key, living and within its budget of wrong codes."""
        till = await self._till(request)
        view = await self._desk.look(till, None, self._clock() - self._window)
        if view.till is None or not self._sightings.admits(view.till, _secret(request)):
            raise _stranger()
        self._must_be_within_budget(view.misses)
        return Asker(till, view.till.store)

    async def _missed(self, request: web.Request) -> None:
        await self._desk.miss(await self._till(request), self._clock())

    async def _page_missed(self, request: web.Request) -> None:
        await self._desk.miss(_cashier(request), self._clock())

    @property
    def _window(self) -> timedelta:
        return timedelta(minutes=self._programme.till_miss_minutes)

    def _must_be_within_budget(self, misses: int) -> None:
        if misses >= self._programme.till_misses:
            wait = str(int(self._window.total_seconds()))
            raise Problem(429, "too-many-misses", "Too many wrong codes from this till.", {"Retry-After": wait})

    async def _till(self, request: web.Request) -> TillId:
        """Who asks, by the key's id; the key itself is judged together with the look."""
        parsed = parse_till_key(_bearer(request))
        if parsed is None:
            raise _stranger()
        self._pace.take(parsed[0])
        return parsed[0]

    async def _known(self, till: TillId, code: str, key: str | None = None) -> LookupOut:
        """Whose code it is and what it may use. One statement says it all while nothing is due and no rights exist."""
        seen, rights = await self._looked(till, code, key)
        due = seen.stored.due_at
        if not rights and (due is None or due > self._clock()):
            return lookup_out(Known(seen))
        language = self._programme.default_language
        return await self._reads.do(till, lambda work: _told(work, known(work, seen=seen, language=language), language))

    async def _recognised(self, till: TillId, code: str, key: str | None = None) -> Recognised:
        return (await self._looked(till, code, key))[0]

    async def _looked(self, till: TillId, code: str, key: str | None = None) -> tuple[Recognised, bool]:
        """Whose code it is, and whether the house has vouchers or personal offers at all.

        Raises Problem (401, 429) and the refusals of `recognise`; a wrong code is counted.
        """
        now = self._clock()
        keys: Keys | None
        try:
            keys, refusal = keys_of(code), None
        except Unknown as unknown:
            keys, refusal = None, unknown
        if keys is not None and keys.phone:
            phone = self._phones.read(keys.phone) if self._programme.lookup_by_phone else None
            keys = replace(keys, phone=phone.e164 if phone else "")
        view = await self._desk.look(till, keys, now - self._window, week_at(now, self._programme.timezone))
        if key is not None and not self._sightings.admits(view.till, key):
            raise _stranger()
        self._must_be_within_budget(view.misses)
        try:
            if keys is None:
                raise refusal or Unknown("unknown-code", reason="not-a-code")
            return recognise(keys, view.found, programme=self._programme, now=now), view.rights
        except Unknown:
            if view.rights:
                owner = await self._reads.do(till, lambda work: by_voucher(work, typed=code))
                if owner is not None:
                    return owner, True
            await self._desk.miss(till, now)
            raise

    async def _linked(self, till: TillId, body: LinkBody, key: str | None = None) -> LookupOut:
        seen = await self._recognised(till, body.code, key)
        card_id = seen.card
        if card_id is None or seen.customer is None:
            raise Unknown("unknown-code", reason="not-a-customer")
        number = plastic_number(body.plastic)

        def job(work: PosWork) -> list[Letter]:
            return _link(work, card_id, number)

        try:
            letters = await self._house.do(seen.customer, job)
        except Unknown:
            await self._desk.miss(till, self._clock())
            raise
        await self._courier.send(letters)
        return await self._known(till, number, key)


def _told(work: PosWork, found: Known, language: Language) -> LookupOut:
    """The answer with the reasons of the week's offers in words."""
    picks = [one.pick for one in found.offers if one.pick is not None]
    about = reasons(work, picks, language)
    offers = [
        replace(one, reason=work.texts.say(about[one.pick], language)) if one.pick is not None else one
        for one in found.offers
    ]
    return lookup_out(replace(found, offers=offers))


def _link(work: PosWork, card_id: CardId, number: str) -> list[Letter]:
    """The link, and a line to every address of the customer that we may write to."""
    card = work.cards.get(card_id)
    if card is None:
        raise Unknown("unknown-code")
    fresh = bring_back(work, card=link_plastic(work, card=card, number=number))
    if fresh == card:
        return []
    customer = customer_of(work, fresh.customer)
    return to_everybody(work, customer.id, plastic_linked(work, customer, fresh))


async def _cashier_asks(request: web.Request) -> Asker:
    """The cashier's page: the member's store, any store for a member of none."""
    session = request[SESSION]
    return Asker(f"staff:{session.staff}", StoreId(session.store) if session.store else None)


def _cashier(request: web.Request) -> TillId:
    return TillId(f"s:{request[SESSION].staff}"[:32])


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and len(token) < 200 else ""


def _secret(request: web.Request) -> str:
    parsed = parse_till_key(_bearer(request))
    return parsed[1] if parsed else ""


def _stranger() -> Problem:
    return Problem(401, "unauthorized", "This till key is unknown or revoked.", {"WWW-Authenticate": "Bearer"})
