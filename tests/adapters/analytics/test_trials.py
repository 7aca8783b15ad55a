"""Trials that were made so that the truth is known: intervals hold it, nothing is seen where there is nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from adapters.analytics.grouping import KNOWN, groups_of, tellable
from adapters.analytics.rolls import Roll
from adapters.analytics.spending import Spent, micros
from adapters.analytics.trials import Trial, group, looks, measured
from core.campaigns.arms import CONTROL
from core.campaigns.results import FEW, SURE
from core.segments.ready import READY

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
END = START + timedelta(days=20)
KYIV = ZoneInfo("Europe/Kyiv")
DAY = 86_400_000_000
FIFTHS = ("r", "f", "m", "basket_third", "items_third")


def made(chance: np.random.Generator, many: int, uplift: float, share: float = 0.3) -> tuple[Trial, Spent]:
    """People of different habits who buy by day; the treated the oftener by `uplift`, receipts of 100 on average."""
    rate = chance.gamma(1.5, 0.02, many)
    treated = chance.random(many) >= share
    people, at = [], []
    for days, first, more in ((84, -84, 0.0), (20, 0, uplift)):
        daily = np.broadcast_to((rate + more * treated)[:, None], (many, days))
        (
            who,
            day,
        ) = np.nonzero(chance.random((many, days)) < daily)
        people.append(who)
        at.append(micros(START) + (day + first) * DAY + chance.integers(0, DAY, len(who)))
    person, when = np.concatenate(people), np.concatenate(at)
    order = np.argsort(when, kind="stable")
    gross = np.rint(chance.gamma(4, 25, len(order))).astype(np.int64)
    spent = Spent(person[order], when[order], gross, np.zeros(len(order), np.int64))
    arm = treated.astype(np.int32)
    sizes = [int((arm == 0).sum()), int((arm == 1).sum())]
    nothing = np.zeros(many)
    since = np.full(many, micros(START))
    return Trial((CONTROL, "A"), (round(10_000 * share), 10_000 - round(10_000 * share)), sizes, arm, since, END,
                 nothing, nothing, 0.5), spent  # fmt: skip


def test_a_thousand_trials_hold_the_truth_and_alarm_as_often_as_they_say() -> None:
    chance = np.random.default_rng(11)
    held = dict.fromkeys(("money", "net"), 0)
    alarms = dict.fromkeys(("response", "money", "net"), 0)
    for _ in range(1_000):
        trial, spent = made(chance, 700, 0.004)
        found = measured(trial, spent, START, KYIV).effects[0]  # at the start: no looks
        # Twenty days at 0.4 points more, 100 on a receipt, half of it margin; nobody is a whale who matters.
        assert found.money is not None
        assert found.net is not None
        held["money"] += found.money.low <= 8.0 * 0.985 <= found.money.high
        held["net"] += found.net.low <= 4.0 * 0.985 <= found.net.high
        trial, spent = made(chance, 700, 0)
        none = measured(trial, spent, START, KYIV).effects[0]
        for name in alarms:
            alarms[name] += getattr(none, name).sign != 0
    assert 930 <= held["money"] <= 970, held
    assert 930 <= held["net"] <= 970, held
    assert all(40 <= count <= 60 for count in alarms.values()), alarms


def test_twenty_looks_at_nothing_see_something_in_five_campaigns_of_a_hundred_at_most() -> None:
    chance = np.random.default_rng(12)
    alarms = 0
    for _ in range(500):
        trial, spent = made(chance, 600, 0, share=0.5)
        known = measured(trial, spent, START, KYIV).heads.known
        seen = looks(trial, spent, known, END, KYIV)
        assert len(seen) == 20
        alarms += any(one.money.sign for one in seen)
    assert alarms <= 25, alarms


def roll_of(arms: dict[str, int], former: dict[str, str] | None = None) -> Roll:
    """Nobody yet, drawn evenly."""
    return Roll(arms, former or {})


def test_people_of_a_roll_are_told_apart_by_what_was_known_before() -> None:
    roll = roll_of({CONTROL: 5_000, "A": 5_000})
    everybody = range(200)
    roll.add(
        [f"c{at}" for at in everybody], ["A" if at % 2 else CONTROL for at in everybody], [START] * 200,
        ["viber" if at < 8 else "telegram" for at in everybody], [0] * 200, [at % 2 for at in everybody],
    )  # fmt: skip
    trial = roll.trial(END, 0.3, [("c1", START, 5), ("c1", END, 7), ("stranger", START, 9)])
    assert trial.points.sum() == 5, "what was earned in the window"
    nothing = np.zeros(0, np.int64)
    found = measured(trial, Spent(nothing, nothing, nothing, nothing), START, KYIV)
    known = pa.table(
        {
            "owner": [f"c{at}" for at in range(120)], "active_12m": [at < 110 for at in range(120)],
            "single_category": [None] * 120, "top_store": ["s1" if at < 60 else None for at in range(120)],
            "lifecycle": ["new" if at < 20 else "lost" for at in range(120)],
            **{name: [5 if at < 9 else 1 for at in range(120)] for name in FIFTHS},
        },
        schema=KNOWN,
    )  # fmt: skip
    told = {(kind, name): group(trial, found.heads, kind, name, who)
            for kind, name, who in groups_of(roll.people, known, READY)}  # fmt: skip
    sizes = {key: (one.people, one.control) for key, one in told.items() if one is not None}
    assert sizes["segment", "active"] == (55, 55)
    assert sizes["segment", "lifecycle-registered"] == (40, 40), "who never bought has no row"
    assert sizes["segment", "lifecycle-new"] == (10, 10)
    assert sizes["store", "s1"] == (30, 30)
    assert told["segment", "rfm-best"] is None, f"4 and 5 people: under {FEW} on one side"
    few, many = told["segment", "lifecycle-new"], told["segment", "active"]
    assert few is not None
    assert few.money is None, f"under {SURE} on a side"
    assert many is not None
    assert many.response is not None
    assert many.response.value == 0
    assert group(trial, found.heads, "channel", "viber", roll.chosen("viber")) is None
    assert "birthday-week" not in tellable(READY)
    channels = {one.channel: one.sent for one in roll.channels(trial, found)}
    assert channels == {"telegram": 96, "viber": 4}


def test_somebody_who_was_two_is_one_in_the_arm_of_their_own_card() -> None:
    former = {"old": "new", "gone": "stays"}
    roll = roll_of({CONTROL: 5_000, "A": 5_000}, former)
    later = START + timedelta(days=7)
    roll.add(["old"], ["A"], [START], ["viber"], [30], [0b0011])
    roll.add(["new", "gone"], [CONTROL, "A"], [later, later], ["viber", "viber"], [0, 30], [0b0000, 0b1001])
    trial = roll.trial(END, 0.3, [])
    assert (list(roll.people), roll.merged) == (["new", "stays"], 1)
    assert trial.arm.tolist() == [0, 1]
    assert trial.since.tolist() == [micros(START), micros(later)]
    assert trial.cost.tolist() == [30, 30]
    assert list(trial.frozen) == [1, 2], "as they were drawn"
    assert set(roll.selves()) == {"old", "new", "gone", "stays"}
    curve = roll.vouchers([("old", START + timedelta(days=2)), ("new", None), ("else", START)], trial, END)
    assert (curve.given, curve.used[0], curve.used[1], curve.used[2]) == (2, 0, 0, 1)
    assert len(curve.used) == 20


def test_an_arm_too_small_has_no_effect_and_no_looks() -> None:
    trial, spent = made(np.random.default_rng(1), 60, 0, share=0.1)
    found = measured(trial, spent, END, KYIV)
    assert (found.effects[0].net, found.looks) == (None, [])
    assert [one.people for one in found.arms] == list(trial.frozen)
