"""Where the shops are: all when there are few, by city or by a shared place when there are many."""

from collections.abc import Sequence

from bot.flows.keys import key
from bot.messages import Button, Item, Reply, Say, ShowPlaces
from bot.talk import Talk
from bot.words import Text, Verbatim, say
from core.shared.values import Place
from core.stores.model import Store, nearest

MOST = 5


def shops(talk: Talk, city: str = "") -> Reply:
    """At most five shops, of the city when one was chosen, with what else to tap."""
    stores = talk.work.stores.all()
    if not stores:
        return Say(say("shops.none"))
    cities = sorted({store.city for store in stores if store.city})
    chosen = cities[int(city)] if city.isdigit() and int(city) < len(cities) else ""
    shown = [store for store in stores if store.city == chosen] if chosen else list(stores)
    near = Button(say("button.near"), "location", action="near")
    others = [
        Button(Verbatim(name), action=f"shops{index}", wide=False)
        for index, name in enumerate(cities[: MOST + 1])
        if len(stores) > MOST and name != chosen
    ]
    items = tuple(_item(store, None) for store in shown[:MOST])
    return ShowPlaces(_contact(talk, "shops.here"), items, (near, *others))


def near(talk: Talk, place: Place) -> Reply:
    """The nearest shops, with the distance to each."""
    found: Sequence[tuple[Store, int | None]] = nearest(talk.work.stores.all(), place, MOST)
    if not found:
        return Say(say("shops.none"))
    return ShowPlaces(_contact(talk, "shops.near"), tuple(_item(*pair) for pair in found), (key("card"),))


def _contact(talk: Talk, lead: str) -> Text:
    phone = talk.work.programme.support_phone
    return say("shops.with-phone", lead=say(lead), phone=phone) if phone else say(lead)


def _item(store: Store, metres: int | None) -> Item:
    where = ", ".join(part for part in (store.city, store.street) if part)
    lines: list[Text] = [Verbatim(where)] if where else []
    if store.hours:
        lines.append(say("shops.hours", hours=store.hours))
    if metres is not None:
        far = metres >= 1000
        lines.append(say("shops.km" if far else "shops.m", distance=f"{metres / 1000:.1f}" if far else str(metres)))
    buttons = (Button(say("button.map"), "url", value=_map(store.place)),) if store.place else ()
    return Item(store.name, tuple(lines), buttons)


def _map(place: Place) -> str:
    return f"https://www.openstreetmap.org/?mlat={place.lat}&mlon={place.lon}#map=17/{place.lat}/{place.lon}"
