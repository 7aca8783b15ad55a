"""How good a probability is: does it rank, is it true, and a picture of that."""

from dataclasses import dataclass
from html import escape

import numpy as np

from adapters.analytics.histories import Bools, Floats

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """A tenth of the customers by risk: what was foretold, what happened, both 0..1."""

    customers: int
    foretold: float
    happened: float


@dataclass(frozen=True, slots=True)
class Quality:
    """A probability against what happened. `lift`: how much oftener it happened in the riskiest tenth than overall."""

    auc: float
    average_precision: float
    lift: float
    brier: float
    calibration_error: float
    bins: tuple[Bin, ...]


def quality(chance: Floats, happened: Bools) -> Quality:
    """Every measure; both outcomes have to be there. Equal chances share their rank."""
    bins = _bins(chance, happened)
    size, events = len(chance), int(happened.sum())
    order = np.argsort(-chance, kind="stable")
    # Within ties the share of events is spread evenly, so that no order of the file is good or bad luck.
    values, group, number = np.unique(-chance[order], return_inverse=True, return_counts=True)
    tied = np.bincount(group, happened[order], len(values))
    precision = np.cumsum(tied) / np.cumsum(number)
    top = max(1, size // BINS)
    within = np.cumsum((tied / number)[group])[top - 1] / top
    return Quality(
        auc=auc(chance, happened),
        average_precision=float(tied @ precision / events),
        lift=float(within / happened.mean()),
        brier=float(np.mean((chance - happened) ** 2)),
        calibration_error=sum(one.customers * abs(one.foretold - one.happened) for one in bins) / size,
        bins=bins,
    )


def auc(score: Floats, happened: Bools) -> float:
    """The chance that one to whom it happened scores above one to whom it did not; equal scores count half."""
    size, events = len(score), int(happened.sum())
    _, group, number = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(number) - (number - 1) / 2)[group]
    return float((rank[happened].sum() - events * (events + 1) / 2) / (events * (size - events)))


def _bins(chance: Floats, happened: Bools) -> tuple[Bin, ...]:
    order = np.argsort(chance, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return tuple(Bin(len(part), float(chance[part].mean()), float(happened[part].mean())) for part in parts)


def picture(bins: tuple[Bin, ...], *, title: str, description: str, foretold: str, happened: str) -> str:
    """An SVG of 320 x 320: a dot a bin over the diagonal where a true probability lies; the words are the caller's.

    Said by shape and text, not by colour alone; a screen reader hears the title, the description and every bin.
    """
    dots = "".join(
        f'<g role="listitem" aria-label="{_percent(one.foretold)} → {_percent(one.happened)}">'
        f'<circle cx="{40 + 260 * one.foretold:.1f}" cy="{280 - 260 * one.happened:.1f}" r="5"/></g>'
        for one in bins
    )
    marks = "".join(
        f'<text x="{40 + 2.6 * mark:.0f}" y="296" text-anchor="middle">{mark}</text>'
        f'<text x="34" y="{284 - 2.6 * mark:.0f}" text-anchor="end">{mark}</text>'
        for mark in (0, 25, 50, 75, 100)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320" role="figure" '
        f'aria-label="{escape(title)}. {escape(description)}" font-family="sans-serif" font-size="11">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        '<rect width="320" height="320" fill="#fff"/>'
        '<path d="M40 20V280H300" fill="none" stroke="#444"/>'
        '<path d="M40 280L300 20" stroke="#767676" stroke-dasharray="4 4"/>'
        f'<g fill="#222">{marks}<text x="170" y="312" text-anchor="middle">{escape(foretold)}, %</text>'
        f'<text x="12" y="150" text-anchor="middle" transform="rotate(-90 12 150)">{escape(happened)}, %</text></g>'
        f'<g role="list" fill="#1b5e9b" stroke="#fff">{dots}</g></svg>'
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
