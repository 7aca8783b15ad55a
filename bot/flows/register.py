"""Registration: the phone is shared or typed and proven, plastic is offered, a name is taken, the card is given."""

from bot.flow import Again, Answers, Done, Flow, Go, Next, Option
from bot.flows.keys import card_reply
from bot.flows.questionnaire import go_on_answering, offered
from bot.messages import Say
from bot.questions import choice, first_name, fixed, one_time_code, phone_number, words
from bot.talk import Talk
from bot.words import Verbatim, refused, say
from core.cards.plastic import plastic_waiting, restore_own
from core.customers.actions import agree, prove_phone, rename
from core.customers.model import CodeUse, Customer, Purpose, agreed
from core.customers.proof import check_code, send_code, subject_of_phone
from core.shared.refusals import Invalid, Refusal, TooMany
from core.shared.values import Phone, person_name
from core.surveys.actions import give_card
from core.surveys.joining import bring_back
from core.vouchers.actions import claim

PHONE = phone_number("phone", words("register.ask-phone", "terms", "brand"))
CODE = one_time_code("code", words("register.ask-code", "hint"))
OFFER = choice(
    "offer",
    lambda said: say(
        "register.offer-plastic", number=said.seed("number"), points=say("points.count", n=int(said.seed("points")))
    ),
    fixed(("yes", say("register.offer-yes")), ("no", say("register.offer-no"))),
)
NAME = first_name(
    "name",
    lambda said: say("register.ask-name" if said.seed("profile") else "register.type-name"),
    lambda said: (Option("profile", Verbatim(said.seed("profile"))),) if said.seed("profile") else (),
)


def _settle_phone(said: Answers, talk: Talk) -> Next:
    given = said[PHONE]
    if given.proven:
        return _proven(talk, given.phone)
    subject = subject_of_phone(talk.known.address, given.phone)
    try:
        send_code(
            talk.work,
            phone=given.phone,
            use=CodeUse.PHONE,
            subject=subject,
            origin=talk.known.address.key,
            language=talk.known.language,
        )
    except Invalid as refusal:
        return Again(refused(refusal))
    except TooMany:
        sent = talk.work.codes.newest(CodeUse.PHONE, subject)
        if sent is None or sent.used or sent.tries_left <= 0 or sent.expires_at <= talk.work.now:
            raise
        # The code that was sent a moment ago still opens: ask for it instead of sending another.
    return Go("prove", {"phone": str(given.phone), "hint": given.phone.hint})


def _settle_code(said: Answers, talk: Talk) -> Next:
    phone = Phone(said.seed("phone"))
    subject = subject_of_phone(talk.known.address, phone)
    code = check_code(talk.work, use=CodeUse.PHONE, subject=subject, typed=said[CODE])
    if isinstance(code, Refusal):
        return Again(refused(code)) if code.code == "wrong-code" else Go("register", replies=(Say(refused(code)),))
    return _proven(talk, phone)


def _proven(talk: Talk, phone: Phone) -> Next:
    """The phone is the person's, and with it the customer and the card, whatever the channel."""
    work = talk.work
    customer = prove_phone(work, known=talk.known, phone=phone)
    claim(work, customer=customer.id, phone=phone)
    work.dialogs.hand_over(talk.known.address, customer.id)
    talk.renew()
    if not agreed(work.consents.of(customer.id))[Purpose.TERMS]:
        agree(work, customer=customer.id, purpose=Purpose.TERMS, given=True, known=talk.known)
    return go_on(talk, customer)


def go_on(talk: Talk, customer: Customer) -> Next:
    """What a person with a proven phone still needs: nothing but the card, the plastic offer, a name."""
    work = talk.work
    card = work.cards.of(customer.id)
    if card is not None:
        reply = card_reply(work, customer, card, say("register.known"))
        if customer.spend_lock:
            return Go("birthday", replies=(reply,)) if customer.birthday else Done((reply, Say(say("register.locked"))))
        return go_on_answering(talk, reply)
    plastic = plastic_waiting(work, customer=customer)
    if plastic is not None:
        number, points = f"•• {plastic.number[-4:]}", str(plastic.points)
        return Go("offer", {"number": number, "points": points, "full": plastic.number, "record": plastic.name})
    return _name_or_card(talk, customer, "")


def _settle_offer(said: Answers, talk: Talk) -> Next:
    restore = said[OFFER] == "yes"
    return _name_or_card(talk, talk.owner, said.seed("record") if restore else "", restore)


def _name_or_card(talk: Talk, customer: Customer, record_name: str, restore: bool = False) -> Next:
    name = customer.name or person_name(record_name)
    if name:
        return _give_card(talk, rename(talk.work, customer=customer, name=name), restore)
    return Go("name", {"profile": talk.known.profile_name, "restore": "yes" if restore else ""})


def _settle_name(said: Answers, talk: Talk) -> Next:
    named = rename(talk.work, customer=talk.owner, name=said[NAME])
    return _give_card(talk, named, said.seed("restore") == "yes")


def _give_card(talk: Talk, customer: Customer, restore: bool) -> Next:
    work = talk.work
    card = give_card(work, customer=customer, known=talk.known)
    lead = say("register.ready")
    if restore and plastic_waiting(work, customer=customer) is not None:
        card = bring_back(work, card=restore_own(work, customer=customer, known=talk.known))
        lead = say("restore.done")
    reply = offered(talk, card_reply(work, customer, card, lead))
    asked = any(one.purpose is Purpose.MARKETING for one in work.consents.of(customer.id))
    return Done((reply,)) if asked else Go("consent", replies=(reply,))


REGISTER: Flow[Talk] = Flow("register", (PHONE,), _settle_phone)
PROVE: Flow[Talk] = Flow("prove", (CODE,), _settle_code, before="start")
OFFERED: Flow[Talk] = Flow("offer", (OFFER,), _settle_offer)
NAMED: Flow[Talk] = Flow("name", (NAME,), _settle_name)
FLOWS = (REGISTER, PROVE, OFFERED, NAMED)
