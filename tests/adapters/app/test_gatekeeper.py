"""The gatekeeper: a version that asks for less opens cards, once, without a restart; who completed it is kept."""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from adapters.app.scheduling import Gatekeeper, judged
from adapters.db.surveytables import questionnaire_completions
from core.surveys.actions import answer, publish
from core.surveys.data import questionnaire_data
from core.surveys.model import Questionnaire
from tests.support.tills import open_till
from tests.support.world import HOUSE_QUESTIONNAIRE


async def test_a_published_version_opens_the_cards_of_those_who_pass_it(database_url: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('gate_questions = ["interests"]')
    async with open_till(database_url, programme=str(rules)) as till:
        keeper = Gatekeeper(till.served.house)
        assert await keeper() == {"cards": 0}

        def without_the_answer(work: Any) -> None:
            customer = work.customers.get(till.customer)
            card = work.cards.of(till.customer)
            answer(work, customer=customer, key="interests", said="coffee")
            work.cards.save(card)

        await till.do(without_the_answer)
        assert await keeper() == {"cards": 0}
        asked = Questionnaire(0, tuple(one for one in HOUSE_QUESTIONNAIRE.questions if one.key == "interests"))
        await till.do(lambda work: publish(work, data=questionnaire_data(asked), actor="marketer"))
        assert [await keeper(), await keeper()] == [{"cards": 1}, {"cards": 0}]
        assert (await till.served.lookup(till.number))[1]["card"]["state"] == "active"
        await judged(till.served.house)
        with till.served.house.engine.connect() as connection:
            kept = set(connection.execute(select(questionnaire_completions.c.customer)).scalars())
        assert kept == {till.customer}
