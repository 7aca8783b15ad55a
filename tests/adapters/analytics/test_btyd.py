"""Buy till you die: published numbers, parameters found again, expectations against chance itself."""

from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.integrate import quad
from scipy.special import hyp2f1

from adapters.analytics.btyd import BgNbd, Buying, GammaGamma, MbgNbd, ParetoNbd, Rows, compress
from adapters.analytics.btydmath import Floats, Unfit, series
from adapters.analytics.calibration import auc

BG = BgNbd(0.243, 4.414, 0.793, 2.426, 0.0)
MBG = MbgNbd(0.525, 6.183, 0.891, 1.614, 0.0)
PARETO = ParetoNbd(0.553, 10.578, 0.606, 11.669, 0.0)
MODELS: list[BgNbd | MbgNbd | ParetoNbd] = [BG, MBG, PARETO]
Cdnow = tuple[Rows, Floats, Floats, Floats, Floats, Floats]


def one(value: float) -> Floats:
    return np.array([float(value)])


@pytest.fixture
def cdnow(shared: Path) -> Cdnow:
    """The sample of 2 357: compressed, x, tx, T in weeks of the first 39, purchases of the next 39, mean spend."""
    table = pq.read_table(shared / "data" / "cdnow_master.parquet")
    table = table.filter(table["in_sample"])
    day = table["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
    _, who = np.unique(table["customer_id"].to_numpy(), return_inverse=True)
    visits, at = np.unique(np.stack([who, day]), axis=1, return_inverse=True)
    spent = np.bincount(at.ravel(), table["amount"].to_numpy())
    end, size = int(np.datetime64("1997-09-30").astype(int)), int(who.max()) + 1
    first = np.full(size, 2**31)
    np.minimum.at(first, visits[0], visits[1])
    known = visits[1] <= end
    last = first.copy()
    np.maximum.at(last, visits[0][known], visits[1][known])
    x = np.asarray(np.bincount(visits[0][known], minlength=size), dtype=np.float64) - 1
    later = np.bincount(visits[0][~known], minlength=size).astype(float)
    again = known & (visits[1] > first[visits[0]])
    mean = np.bincount(visits[0][again], spent[again], size) / np.maximum(x, 1)
    tx, T = (last - first) / 7, (end - first) / 7
    return compress(x, tx, T), x, np.asarray(tx), np.asarray(T), later, np.asarray(mean)


def test_bg_nbd_finds_the_published_parameters_of_cdnow(cdnow: Cdnow) -> None:
    fit = BgNbd.fit(cdnow[0])
    assert [fit.r, fit.alpha, fit.a, fit.b] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=5.1e-4)
    assert fit.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert fit.expected(one(2), one(30.43), one(38.86), 39.0)[0] == pytest.approx(1.226, abs=5e-4)


def test_pareto_nbd_finds_the_published_parameters_of_cdnow(cdnow: Cdnow) -> None:
    fit = ParetoNbd.fit(cdnow[0])
    assert [fit.r, fit.alpha, fit.s, fit.beta] == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=6e-4)
    assert fit.log_likelihood == pytest.approx(-9595.0, abs=0.05)


def test_mbg_nbd_finds_the_parameters_that_another_fit_found(cdnow: Cdnow) -> None:
    fit = MbgNbd.fit(cdnow[0])
    assert [fit.r, fit.alpha, fit.a, fit.b] == pytest.approx([0.5249, 6.1834, 0.8913, 1.6139], abs=4e-4)
    assert fit.log_likelihood == pytest.approx(-9582.1, abs=0.05)


@pytest.mark.parametrize("model", [BgNbd, MbgNbd, ParetoNbd])
def test_looked_for_near_those_of_another_day_they_are_the_same(cdnow: Cdnow, model: Any) -> None:
    rows, day = cdnow[0], Rows(cdnow[0].x, cdnow[0].tx * 7, cdnow[0].T * 7, cdnow[0].n)
    fit, far = model.fit(rows), model(*(30.0, 30.0, 0.1, 30.0), 0.0)
    for near in (model.fit(rows), far, model.fit(day)):
        found = model.fit(rows, near)
        assert found.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-4)
        assert found.expected(one(2), one(30.43), one(38.86), 39.0) == pytest.approx(
            fit.expected(one(2), one(30.43), one(38.86), 39.0), rel=2e-4
        )


def test_gamma_gamma_finds_the_published_parameters_of_946_repeaters(cdnow: Cdnow) -> None:
    _, x, _, _, _, mean = cdnow
    fit = GammaGamma.fit(x, mean)
    assert ((x > 0) & (mean > 0)).sum() == 946
    assert [fit.p, fit.q, fit.gamma] == pytest.approx([6.25, 3.74, 15.44], abs=5e-3)


@pytest.mark.parametrize(
    ("model", "correlation", "error", "ranks"),
    [(BgNbd, 0.626, 0.786, 0.773), (ParetoNbd, 0.630, 0.755, 0.779), (MbgNbd, 0.627, 0.765, 0.773)],
)
def test_the_next_39_weeks_are_foretold_as_well_as_measured_before(
    cdnow: Cdnow, model: type[BgNbd], correlation: float, error: float, ranks: float
) -> None:
    rows, x, tx, T, later, _ = cdnow
    fit = model.fit(rows)
    told = fit.expected(x, tx, T, 39.0)
    assert np.corrcoef(told, later)[0, 1] == pytest.approx(correlation, abs=6e-4)
    assert np.abs(told - later).mean() == pytest.approx(error, abs=6e-4)
    assert auc(told, later > 0) == pytest.approx(ranks, abs=6e-4)


def test_bg_nbds_p_alive_ranks_backwards_and_its_chance_of_a_purchase_does_not(cdnow: Cdnow) -> None:
    rows, x, tx, T, later, _ = cdnow
    fit = BgNbd.fit(rows)
    assert auc(fit.p_alive(x, tx, T), later > 0) == pytest.approx(0.316, abs=1e-3)
    assert auc(fit.p_buys(x, tx, T, 39.0), later > 0) > 0.75


def _lives(model: Buying, size: int, end: Floats) -> tuple[Floats, Callable[[Floats, Floats], Floats]]:
    """Purchase times of simulated customers (rows, inf for none), and how many fall in (from, to]."""
    chance = np.random.default_rng(7)
    rate = chance.gamma(model.r, 1 / model.alpha, size)  # type: ignore[attr-defined]  # any of the three models
    if isinstance(model, ParetoNbd):
        dies = chance.exponential(1 / chance.gamma(model.s, 1 / model.beta, size))
        leaves = np.zeros(size)
    else:
        assert isinstance(model, BgNbd | MbgNbd)
        leaves = chance.beta(model.a, model.b, size)
        dies = np.where(isinstance(model, MbgNbd) & (chance.random(size) < leaves), 0.0, np.inf)
    now, times = np.zeros(size), []
    while True:
        now = now + chance.exponential(1 / np.maximum(rate, 1e-300), size)
        now = np.where(now < dies, now, np.inf)
        if not (now < end).any():
            break
        times.append(now)
        dies = np.where(chance.random(size) < leaves, now, dies)
    bought = np.stack(times)
    return bought, lambda begin, until: ((bought > begin) & (bought <= until)).sum(axis=0).astype(float)


def _seen(model: Buying, size: int, T: float, t: float) -> tuple[Floats, Floats, Floats, Floats]:
    bought, count = _lives(model, size, np.full(size, T + t))
    x = count(np.zeros(size), np.full(size, T))
    tx = np.where(bought <= T, bought, 0.0).max(axis=0)
    return x, tx, np.full(size, T), count(np.full(size, T), np.full(size, T + t))


TRUTHS = [BgNbd(0.8, 6, 0.8, 2.5, 0), MbgNbd(0.9, 6, 0.9, 2.5, 0), ParetoNbd(0.8, 8, 0.7, 12, 0)]


@pytest.mark.parametrize("truth", TRUTHS, ids=["bg", "mbg", "pareto"])
def test_parameters_of_simulated_customers_are_found_again(truth: BgNbd | MbgNbd | ParetoNbd) -> None:
    x, tx, T, _ = _seen(truth, 20_000, 40.0, 1.0)
    tx = np.ceil(tx * 10) / 10  # tills tell days, not moments
    fit = type(truth).fit(compress(x, tx, T))
    told, true = (astuple(one)[:-1] for one in (fit, truth))
    assert told == pytest.approx(true, rel=0.25)
    at = (np.array([0.0, 1, 4]), np.array([0.0, 20, 30]), np.full(3, 40.0))
    assert fit.expected(*at, 20.0) == pytest.approx(truth.expected(*at, 20.0), rel=0.06)


@pytest.mark.parametrize("model", [BG, MBG, PARETO], ids=["bg", "mbg", "pareto"])
def test_expectations_are_the_means_of_what_simulated_customers_do(model: BgNbd | MbgNbd | ParetoNbd) -> None:
    x, tx, T, later = _seen(model, 100_000, 39.0, 39.0)
    told, buys = model.expected(x, tx, T, 39.0), model.p_buys(x, tx, T, 39.0)
    for group in (x == 0, x == 1, (x > 1) & (tx < 20), (x > 1) & (tx > 30)):
        noise = 4 / np.sqrt(group.sum())
        assert told[group].mean() == pytest.approx(later[group].mean(), abs=noise * later[group].std())
        assert buys[group].mean() == pytest.approx((later[group] > 0).mean(), abs=noise * 0.5)


@pytest.mark.parametrize("x", [1.0, 3.0, 30.0])
def test_bg_nbds_expectation_is_the_published_formula(x: float) -> None:
    r, alpha, a, b, T, t, tx = 0.243, 4.414, 0.793, 2.426, 38.86, 39.0, 30.43
    share = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t)) * ((alpha + T) / (alpha + T + t)) ** (r + x)
    gone = a / (b + x - 1) * ((alpha + T) / (alpha + tx)) ** (r + x)
    published = (a + b + x - 1) / (a - 1) * (1 - share) / (1 + gone)
    assert BG.expected(one(x), one(tx), one(T), t)[0] == pytest.approx(published, rel=1e-9)


@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (0.3, 0.7), (0.2, 0.3), (1 + 1e-9, 1e-3), (40.0, 900.0)])
@pytest.mark.parametrize("model", [BgNbd, MbgNbd])
def test_expectations_stay_smooth_where_the_published_formula_divides_by_zero(
    model: type[BgNbd], a: float, b: float
) -> None:
    def at(a: float) -> Floats:
        fit = model(0.5, 5.0, a, b, 0.0)
        return fit.expected(np.array([0.0, 1, 9]), np.array([0.0, 8, 30]), np.array([10.0, 10, 40]), 30.0)

    assert (at(a) > 0).all()
    assert at(a) == pytest.approx((at(a * 1.001) + at(a * 0.999)) / 2, rel=1e-4)


@pytest.mark.parametrize("parameters", [(0.5, 10.0, 0.6, 12.0), (0.5, 40.0, 0.6, 0.05), (2.0, 0.03, 1.0, 30.0)])
def test_pareto_nbd_knows_who_has_left_by_series_and_by_nodes(
    parameters: tuple[float, float, float, float],
) -> None:
    r, alpha, s, beta = parameters
    x, tx, T = np.array([0.0, 2, 20]), np.array([0.0, 9, 30]), np.array([12.0, 30, 31])

    def left_at(v: float, k: float, end: float) -> float:
        return float(((alpha + v) / (alpha + end)) ** -(r + k) * ((beta + v) / (beta + end)) ** -s / (beta + v))

    left = [s * quad(left_at, since, end, args=(k, end), limit=200)[0] for k, since, end in zip(x, tx, T, strict=True)]
    told = ParetoNbd(r, alpha, s, beta, 0.0).p_alive(x, tx, T)
    assert told == pytest.approx([1 / (1 + odds) for odds in left], rel=1e-6)


@pytest.mark.parametrize("model", MODELS, ids=["bg", "mbg", "pareto"])
def test_longer_silence_never_makes_anyone_likelier_alive_or_to_buy(model: BgNbd | MbgNbd | ParetoNbd) -> None:
    T = np.linspace(30, 3000, 200)
    for x in (1.0, 5.0, 300.0):
        at = (np.full(200, x), np.full(200, 30.0), T)
        for told in (model.p_alive(*at), model.p_buys(*at, 39.0), model.expected(*at, 39.0)):
            assert (np.diff(told) <= 1e-12).all()
            assert ((told >= 0) & np.isfinite(told)).all()


@pytest.mark.parametrize("model", [MBG, PARETO], ids=["mbg", "pareto"])
def test_who_bought_once_fades(model: MbgNbd | ParetoNbd) -> None:
    alive = model.p_alive(np.zeros(3), np.zeros(3), np.array([0.001, 30, 3000]))
    assert alive[0] > alive[1] > alive[2]
    assert alive[2] < 0.4


def test_in_bg_nbd_who_bought_once_is_alive_for_ever_but_buys_ever_less() -> None:
    at = (np.zeros(2), np.zeros(2), np.array([10.0, 1000]))
    assert BG.p_alive(*at).tolist() == [1, 1]
    assert BG.p_buys(*at, 39.0)[0] > 10 * BG.p_buys(*at, 39.0)[1]


@pytest.mark.parametrize("model", MODELS, ids=["bg", "mbg", "pareto"])
def test_extreme_histories_give_numbers(model: BgNbd | MbgNbd | ParetoNbd) -> None:
    x = np.array([0.0, 1, 5000, 5000, 20000])
    tx, T = np.array([0.0, 1e-6, 36_000, 1.0, 1e6]), np.array([1e7, 1e-6, 36_500, 36_500, 1e6])
    for t in (1e-6, 90.0, 1e6):
        alive, buys, told = model.p_alive(x, tx, T), model.p_buys(x, tx, T, t), model.expected(x, tx, T, t)
        assert ((alive >= 0) & (alive <= 1) & (buys >= 0) & (buys <= alive + 1e-9)).all()
        assert (np.isfinite(told) & (told >= buys * (1 - 1e-6))).all()
        assert alive[3] < 1e-9


def test_who_has_just_bought_is_alive_in_pareto_nbd_only() -> None:
    at = (one(3), one(20), one(20))
    assert PARETO.p_alive(*at)[0] == 1
    assert 0.5 < MBG.p_alive(*at)[0] < 1
    assert 0.5 < BG.p_alive(*at)[0] < 1


@pytest.mark.parametrize("model", [BgNbd, MbgNbd, ParetoNbd])
def test_weeks_and_days_are_the_same_model_in_other_units(model: type[BgNbd]) -> None:
    x, tx, T, _ = _seen(MBG, 3000, 39.0, 1.0)
    weeks, days = model.fit(compress(x, tx, T)), model.fit(compress(x, tx * 7, T * 7))
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-3)
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - x.sum() * np.log(7), abs=1e-3)


def test_equal_histories_are_one_row() -> None:
    rows = compress([0, 2, 0, 2, 2], [0, 3, 0, 3, 1], [5, 5, 5, 5, 5])
    assert sorted(zip(rows.x, rows.tx, rows.T, rows.n, strict=True)) == [(0, 0, 5, 2), (2, 1, 5, 1), (2, 3, 5, 2)]


@pytest.mark.parametrize(
    ("history", "what_to_do"),
    [
        (([], [], []), "wait for the first receipts"),
        (([1], [6], [5]), "count both times from the customer's first purchase"),
        (([1], [np.nan], [5]), "count both times"),
        (([1], [0], [5]), "count distinct days"),
        (([0], [2], [5]), "count distinct days"),
    ],
)
def test_impossible_histories_are_refused_with_what_to_do(
    history: tuple[list[float], list[float], list[float]], what_to_do: str
) -> None:
    with pytest.raises(Unfit, match=what_to_do):
        compress(*history)


@pytest.mark.parametrize("model", [BgNbd, MbgNbd, ParetoNbd])
def test_where_nobody_has_bought_twice_nothing_is_fitted(model: type[BgNbd]) -> None:
    with pytest.raises(Unfit, match="use days since the last purchase"):
        model.fit(compress([0, 0], [0, 0], [5, 9]))


@pytest.mark.parametrize("model", [BgNbd, MbgNbd, ParetoNbd])
def test_where_nobody_ever_leaves_the_fit_is_the_limit(model: type[BgNbd]) -> None:
    chance = np.random.default_rng(3)
    x = chance.poisson(chance.gamma(2.0, 2.0, 2000)).astype(float)
    tx = np.where(x > 0, 50 * chance.random(2000) ** (1 / np.maximum(x, 1)), 0.0)
    fit = model.fit(compress(x, tx, np.full(2000, 50.0)))
    assert fit.p_alive(x, tx, np.full(2000, 50.0)).mean() > 0.95
    assert fit.expected(x, tx, np.full(2000, 50.0), 50.0).mean() == pytest.approx(4.0, abs=0.3)


def test_a_series_beyond_float64_comes_down_by_its_lead() -> None:
    z = one(0.9)
    told = series(one(900.0), 2.0, one(1.0), z, 900 * np.log1p(-z))
    assert told[0] == pytest.approx(1.0, rel=1e-9)
