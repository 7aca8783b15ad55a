"""What one person gets of a campaign on both databases: their words and figures, their offers; and what a tap does."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.db.campaignsamples import base_rate, samples
from adapters.db.campaigntables import campaign_counts, campaign_people
from adapters.db.profiletables import customer_features
from adapters.db.segmentsql import Scene
from bot.adverts import advert, preview
from bot.conversation import handle
from bot.messages import Answer, Incoming, Pressed, Say, ShowCard, ShowOffers, ShowPicture, ShowVoucher
from core.campaigns.actions import draft
from core.campaigns.approving import approve_typed
from core.campaigns.model import Campaign, Run
from core.campaigns.reading import plan_from
from core.campaigns.taps import Tap, follow, token_of
from core.customers.model import Customer, KnownAddress
from core.offers.reading import offer_from
from core.offers.weekly import Because, Pick
from core.segments.fields import Op
from core.segments.model import FieldTest
from core.shared.refusals import Conflict, Forbidden, Invalid, Unknown
from core.shared.values import Address, CustomerId, Language
from core.vouchers.model import Voucher
from tests.support.engine import alter, newcomer
from tests.support.weekly import PICKS, ROWS, WEEK, load, plan, promo_file, shelve
from tests.support.world import HOUSE_QUESTIONNAIRE, TEXTS, World

GIFT: dict[str, Any] = {
    "id": "gift", "audience": "voucher", "title": {"uk": "Подарунок"}, "benefit": {"kind": "amount_off", "amount": 700},
}  # fmt: skip
PAGE = "https://shop.example/kava?a=1"
LINKS = [
    {"label": {"uk": "На сайт"}, "leads": "url", "url": PAGE}, {"label": {"uk": "Моя картка"}, "leads": "card"},
]  # fmt: skip


@pytest.fixture
def olena(small_world: World) -> Customer:
    """Somebody with a card, whose name would break a careless page."""
    return named(small_world)


def named(world: World) -> Customer:
    """A person of that name."""
    who = speaker(world)
    world.do(lambda work: alter(work, who, name="{points}<b> Коваль"))
    return one(world, who)


def speaker(world: World) -> CustomerId:
    """Somebody with a card who writes to us."""
    who, _ = world.do(newcomer)
    known = KnownAddress(Address("web", "house", who), world.clock.now, Language.UK, customer=who)
    world.do(lambda work: work.addresses.add(known))
    return who


def one(world: World, who: CustomerId) -> Customer:
    found = world.do(lambda work: work.customers.get(who))
    assert found is not None
    return found


def running(world: World, *people: CustomerId, outcome: str | None = "sent", **given: Any) -> tuple[Campaign, Run]:
    """A campaign with a run of these people."""
    made = plan_from({"name": "Кава", "contents": {"A": {"text": {"uk": "Вітаємо, {name|друже}!"}}}, **given})

    def job(work: Any) -> tuple[Campaign, Run]:
        campaign = draft(work, plan=made, actor="anna")
        run = work.campaigns.add_run(campaign.id, work.now, work.now + timedelta(1), work.now + timedelta(28))
        for serial, who in enumerate(people, 1):
            row = {"run": run.id, "serial": serial, "customer": who, "arm": "A", "trial": True, "channel": "telegram",
                   "outcome": outcome, "reason": "lost_answer" if outcome == "unknown" else ""}  # fmt: skip
            work.connection.execute(campaign_people.insert().values(row))
        return campaign, run

    return world.do(job)


def told(world: World, found: tuple[Campaign, Run], who: Customer, voucher: Voucher | None = None) -> Answer:
    return world.do(lambda work: advert(work, *found, who, "A", who.language, voucher))


def words(answer: Answer, language: Language = Language.UK) -> str:
    return TEXTS.say(answer.replies[0].text, language)


def tap_of(world: World, run: int) -> tuple[bool, dict[tuple[str, str], int]]:
    """Whether the first person has tapped, and the kept counts by what and reason."""

    def job(work: Any) -> Any:
        at = work.connection.execute(select(campaign_people.c.tapped_at).where(campaign_people.c.run == run)).scalar()
        rows = work.connection.execute(select(campaign_counts).where(campaign_counts.c.run == run))
        return at is not None, {(row.what, row.reason): row.people for row in rows}

    return world.do(job)  # type: ignore[no-any-return]


def test_a_name_is_put_in_once_and_whoever_has_none_is_called_by_the_other_word(
    small_world: World, olena: Customer
) -> None:
    text = {"uk": "{name|друже}, {points} на {card}. {{так}} {store|у нас} {expiring|-}", "en": "{name|friend}, hi"}
    found = running(small_world, olena.id, contents={"A": {"text": text}})
    card = small_world.do(lambda work: work.cards.of(olena.id))
    assert card is not None
    number = " ".join(card.number[at : at + 4] for at in range(0, 13, 4))
    stop = "\n\nНе хочете таких повідомлень? Напишіть «стоп»."
    assert words(told(small_world, found, olena)) == f"{{points}}<b>, 0 бонусів на {number}. {{так}} у нас -{stop}"
    small_world.do(lambda work: alter(work, olena.id, name="", language=Language.EN))
    nameless = words(told(small_world, found, one(small_world, olena.id)), Language.EN)
    assert nameless == "friend, hi\n\nWant no such messages? Write “stop”."
    small_world.do(lambda work: alter(work, olena.id, name="\u202eОлена\u200f Коваль", language=Language.RU))
    assert words(told(small_world, found, one(small_world, olena.id))).startswith(
        "Олена, 0 "
    )  # without a text of hers the house's
    service = running(small_world, olena.id, kind="service", contents={"A": {"text": {"uk": "Зачинено"}}})
    assert words(told(small_world, service, one(small_world, olena.id))) == "Зачинено"


def test_a_voucher_and_a_picture_are_few_messages_and_the_first_has_the_buttons(
    small_world: World, olena: Customer
) -> None:
    small_world.do(lambda work: work.offers.put(offer_from(GIFT), GIFT))
    given: dict[str, Any] = {"text": {"uk": "Код {voucher} до {voucher_until}"}, "links": LINKS[1:]}
    found = running(small_world, olena.id, contents={"A": given}, voucher_offer="gift")
    last = small_world.clock.now.date() + timedelta(7)
    voucher = Voucher("22222222229", "gift", olena.id, valid_until=last)
    (reply,) = told(small_world, found, olena, voucher).replies
    assert isinstance(reply, ShowVoucher)
    assert TEXTS.say(reply.text, Language.UK).startswith("Код 2222-2222-229 до 3 грудня 2026\n\nПодарунок")
    assert TEXTS.say(reply.text, Language.UK).endswith("Напишіть «стоп».")
    pictured = running(small_world, olena.id, contents={"A": {**given, "picture": "kava.jpg"}}, voucher_offer="gift")
    first, second = told(small_world, pictured, olena, voucher).replies
    assert isinstance(first, ShowPicture)
    assert isinstance(second, ShowVoucher)
    assert (first.media, [one.action for one in first.buttons]) == ("kava.jpg", [f"c:{pictured[1].id}:0"])
    shown = small_world.do(lambda work: preview(work, found[0].plan, olena, "A", Language.UK, trial=True)).replies
    assert isinstance(shown[0], Say)
    assert isinstance(shown[1], ShowVoucher)
    assert small_world.do(lambda work: work.vouchers.of([olena.id])) == []  # an example is nobody's


def test_a_tap_on_a_page_leads_to_the_campaign_s_own_address_and_counts_once(world: World) -> None:
    olena = named(world)
    found = running(world, olena.id, outcome="unknown", contents={"A": {"text": {"uk": "Ось"}, "links": LINKS}})
    page, card = told(world, found, olena).replies[0].buttons
    assert page.value.startswith("https://card.example/r/")
    token = page.value.rpartition("/")[2]
    for _ in range(2):
        assert world.do(lambda work: follow(work, token=token)) == PAGE
    assert tap_of(world, found[1].id) == (True, {("tapped", ""): 1, ("unknown", "lost_answer"): -1, ("sent", ""): 1})
    wrong = [token[:-1] + ("0" if token[-1] != "0" else "1"), token.replace("-1-", "-2-", 1), "https-a-b-c", ""]
    own = token_of(Tap(found[1].id, 1, 1), world.outside.number_key)  # a button that leads into the talk
    nobody = token_of(Tap(found[1].id, 7, 0), world.outside.number_key)
    for forged in (*wrong, own, nobody):
        with pytest.raises(Unknown, match="unknown-link"):
            world.do(lambda work, forged=forged: follow(work, token=forged))
    assert card.action == f"c:{found[1].id}:1"
    in_the_talk(world, olena)
    shown_for(world, olena)


def shown_for(world: World, olena: Customer) -> None:
    """Somebody usual, somebody with the longest name, somebody without one; the share of the segment that buys."""
    named = {name: speaker(world) for name in ("Оля", "Андрій", "Яяяяяяяяяяяяяяяяяяяяяяяяяяяяя", "")}
    for name, who in named.items():
        world.do(lambda work, who=who, name=name: alter(work, who, name=name, city="Київ"))
    features = {"owner": named["Оля"], "week": "2026-W48", "recency_days": 20}
    world.do(lambda work: work.connection.execute(customer_features.insert().values(features)))
    scene = Scene(
        world.clock.now.date(), lambda day: world.clock.now, HOUSE_QUESTIONNAIRE, (), world.engine.dialect.name, {}, ()
    )  # fmt: skip
    kyiv = FieldTest("city", Op.ONE_OF, among=("Київ",))
    found = world.do(lambda work: samples(work.connection, scene, kyiv))
    assert {who: name for name, one in named.items() for who, other in found.items() if one == other} == {
        "usual": "Андрій", "longest": "Яяяяяяяяяяяяяяяяяяяяяяяяяяяяя", "nameless": "",
    }  # fmt: skip
    nobody = FieldTest("city", Op.ONE_OF, among=("Одеса",))
    assert world.do(lambda work: samples(work.connection, scene, nobody)) == {}
    for days, tree, share in ((28, kyiv, 0.25), (19, kyiv, 0.0), (28, nobody, 0.0)):
        rate = world.do(lambda work, tree=tree, days=days: base_rate(work.connection, scene, tree, days))
        assert rate == share


def in_the_talk(world: World, olena: Customer) -> None:
    """A tap in the talk leads where the campaign says, and is whoever's pressed it."""
    found = running(world, olena.id, contents={"A": {"text": {"uk": "Ось"}, "links": LINKS}})
    action = told(world, found, olena).replies[0].buttons[1].action
    stranger = speaker(world)
    for who, tapped, kind in ((stranger, False, Say), (olena.id, True, ShowCard)):
        incoming = Incoming(Address("web", "house", who), Pressed(action), "uk")
        answer = world.do(lambda work, incoming=incoming: handle(work, incoming, work.now))
        assert isinstance(answer.replies[0], kind)
        assert tap_of(world, found[1].id)[0] is tapped
    trial = preview_of(world, found[0], olena).replies[1].buttons[1]
    incoming = Incoming(Address("web", "house", stranger), Pressed(trial.action), "uk")
    answer = world.do(lambda work: handle(work, incoming, work.now))
    assert isinstance(answer.replies[0], ShowCard)
    for odd in ("c:1", "c::", f"c:{found[1].id}:9", "c:999999999999999999999:1"):
        incoming = Incoming(Address("web", "house", olena.id), Pressed(odd), "uk")
        assert world.do(lambda work, incoming=incoming: handle(work, incoming, work.now)).replies


def preview_of(world: World, campaign: Campaign, who: Customer) -> Answer:
    return world.do(lambda work: preview(work, campaign.plan, who, "A", who.language, trial=True))


def test_own_offers_stand_under_the_text_as_my_offers_shows_them(
    small_world: World, olena: Customer, tmp_path: Any
) -> None:
    small_world.do(shelve)
    load(small_world.do, promo_file(tmp_path, WEEK, *ROWS))
    found = running(small_world, olena.id, own_offers=True)
    assert told(small_world, found, olena).replies == []
    small_world.do(lambda work: plan(work, WEEK, {olena.id: [*PICKS, Pick("gone", Because.STORE)]}))
    seen = "select count(*) from offer_events where what = 'shown'"
    shown = small_world.do(lambda work: preview(work, found[0].plan, olena, "A", Language.UK)).replies
    with small_world.engine.connect() as connection:
        assert connection.exec_driver_sql(seen).scalar() == 0
    (reply,) = told(small_world, found, olena).replies
    with small_world.engine.connect() as connection:
        assert connection.exec_driver_sql(seen).scalar() == 3
    incoming = Incoming(Address("web", "house", olena.id), Pressed("offers"), "uk")
    mine = small_world.do(lambda work: handle(work, incoming, work.now)).replies[0]
    assert isinstance(mine, ShowOffers)
    assert isinstance(reply, ShowOffers)
    assert reply.items == mine.items
    assert shown[0] == reply


def test_approval_takes_the_number_counted_and_above_the_limit_another_person(small_world: World) -> None:
    small_world.rules(approval_above=10)
    campaign, _ = running(small_world)

    def approve(actor: str, recipients: int, typed: int) -> Campaign:
        return small_world.do(
            lambda work: approve_typed(
                work, campaign=campaign.id, version=1, actor=actor, recipients=recipients, typed=typed
            )
        )

    with pytest.raises(Invalid, match="typed-number"):
        approve("borys", 11, 12)
    with pytest.raises(Conflict, match="nobody"):
        approve("borys", 0, 0)
    with pytest.raises(Forbidden, match="second-person"):
        approve("anna", 11, 11)
    assert approve("borys", 11, 11).approved_by == "borys"
    long, _ = running(small_world, contents={"A": {"text": {"uk": "я" * 600}, "picture": "kava.jpg"}})
    with pytest.raises(Invalid, match="too-long"):
        small_world.do(
            lambda work: approve_typed(work, campaign=long.id, version=1, actor="borys", recipients=9, typed=9)
        )
    small, _ = running(small_world)
    done = small_world.do(
        lambda work: approve_typed(work, campaign=small.id, version=1, actor="anna", recipients=10, typed=10)
    )
    assert done.approved_by == "anna"
