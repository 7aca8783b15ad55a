"""A change is told thing by thing, by the names people use: nested ones, two people's, a long list to its end."""

from typing import Any

import pytest

from adapters.console.auditwords import changes
from adapters.console.telling import Teller
from bot.words import Value, say
from core.shared.values import Language
from tests.support.world import TEXTS


class Ukrainian(Teller):
    """Tells without a request."""

    def __init__(self) -> None:
        self._language = Language.UK.value

    def say(self, key: str, **data: Value) -> str:
        return TEXTS.say(say(key, **data), Language.UK)


ANNA, IVAN = "019e0000-0000-7000-8000-0000000000a1", "019e0000-0000-7000-8000-0000000000b2"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"role": "support"}, {"role": "analyst"}, ["Роль: Підтримка → Аналітик"]),
        ({"sends": False, "role": "owner"}, {"sends": True, "role": "owner"}, ["Може запускати розсилки: ні → так"]),
        (None, {"codes": 60}, ["Кодів: 60"]),
        (None, {"by": ["numbers", "phone"]}, ["Шукали за: номером, телефоном"]),
        ({"city": "Київ"}, {"city": ""}, ["Місто: Київ → ·"]),
        ({"limits": {"total": 5}}, {}, ["Обмеження · Усього: 5 → ·"]),
        ({"arms": []}, {"arms": [{"name": "A"}]}, ['Групи: · → [{"name": "A"}]']),
        ({"tree": {"field": "city"}}, {"tree": "broken"}, ['Умови: {"field": "city"} → broken']),
        (
            {"contents": {"A": {"text": {"uk": "Так"}}}},
            {"contents": {"A": {"text": {"uk": "Ні", "en": "No"}}}},
            ["Повідомлення · A · Текст · uk: Так → Ні", "Повідомлення · A · Текст · en: No"],
        ),
        (
            {ANNA: {"state": "active"}, IVAN: {"agreed": ["marketing"]}},
            {ANNA: {"state": "blocked"}, IVAN: {"agreed": []}},
            ["…0000000000a1 · Стан: Діє → Заблокована", "…0000000000b2 · Згоди: marketing → ·"],
        ),
        ({}, {"name": "x" * 80}, [f"Назва: {'x' * 57}…"]),
        (None, None, []),
    ],
)
def test_what_became_another_is_told(before: Any, after: Any, told: list[str]) -> None:
    assert changes(Ukrainian(), before, after) == told


def test_a_long_list_says_how_much_more_there_is() -> None:
    told = changes(Ukrainian(), {}, {str(number): number for number in range(9)})
    assert (len(told), told[-1]) == (7, "і ще 3 зміни")
