"""The talk in a terminal: numbered buttons, the phone typed by itself, the code shown, the card drawn."""

import io
from pathlib import Path

from adapters.chat.terminal import converse
from tests.support.served import serve


async def test_a_card_is_got_by_typing_alone(tmp_path: Path) -> None:
    async with serve(f"sqlite+aiosqlite:///{tmp_path}/k.db") as served:
        out = io.StringIO()
        typed = iter(("CODE", "Олена", "4", "меню", "2", "99"))

        async def ask() -> str:
            word = next(typed, None)
            if word is None:
                raise EOFError
            return await served.sms("0671234567") if word == "CODE" else word

        async def sms(phone: str) -> list[str]:
            return [f"код на {phone}"]

        await converse(served.house.desk, served.house.texts, phone="0671234567", ask=ask, sms=sms, out=out)
        said = out.getvalue()
        assert "> 0671234567" in said
        assert "(SMS) код на 0671234567" in said
        assert "Ваша картка готова" in said
        assert "█" in said or "▀" in said
        assert "[4] Ні, дякую" in said
        assert "пропозицій не надсилатимемо" in said
        assert "Поділ · Київ, вул. Сагайдачного, 12" in said
