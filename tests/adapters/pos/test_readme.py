"""The reference client in the README is true: it sells, repeats and returns against a running house."""

import asyncio
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.support.tills import line, open_till

README = Path(__file__).resolve().parents[3] / "README.md"


def client() -> dict[str, Any]:
    """What the README's Python defines."""
    (source,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(source.splitlines()) <= 64
    names: dict[str, Any] = {}
    exec(compile(source, "README.md", "exec"), names)
    return names


async def test_the_readme_s_till_sells_and_takes_back(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = client()
    lost = iter([True, False, False, False, False, False, False])
    whole = urllib.request.urlopen

    def unlucky(request: Any, timeout: float) -> Any:
        answer = whole(request, timeout=timeout)
        if request.full_url.endswith("/sales") and next(lost):
            raise urllib.error.URLError("the answer was lost")
        return answer

    async with open_till(database_url) as till:
        monkeypatch.setattr(urllib.request, "urlopen", unlucky)
        register = names["Till"](till.served.url, till.served.till_key, "s1", "1")

        def day() -> None:
            assert register.who(till.number)["customer"]["name"] == "Олена К."
            basket = [line("a", 10000, "2")]
            quoted = register.quote(basket, code=till.number)
            sale = register.sell("77", basket, quoted["total"], code=till.number)
            assert sale["earned"] == 10
            back = register.take_back(sale["sale_id"], [{"line": 0, "quantity": "1"}], "damaged")
            assert (back["money_back"], back["points_taken"]) == (10000, 5)
            assert register.cancel(sale["sale_id"], "mistake")["money_back"] == 10000
            with pytest.raises(names["Refused"]) as refused:
                register.cancel(sale["sale_id"], "again")
            assert refused.value.args[0]["type"] == "about:kartka/nothing-to-return"

        await asyncio.to_thread(day)
        assert (await till.points())["pending"] == 0
