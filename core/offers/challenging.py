"""Verbs about rankings: a challenge is begun, won or stopped; what stood before stays on record."""

from dataclasses import replace

from core.offers.planports import RankingWork
from core.offers.rankings import Ranking, Switch
from core.shared.refusals import Conflict


def challenge(work: RankingWork, *, ranking: Ranking, share: int, by: str) -> Switch:
    """From the next plan on the ranking chooses for `share` percent of the people, drawn anew.

    Raises Conflict (`challenge-runs`), Invalid (`bad-share`, `challenges-itself`).
    """
    now = work.rankings.current()
    if now.challenger is not None:
        raise Conflict("challenge-runs", challenger=now.challenger.value)
    return _put(work, Switch(now.champion, ranking, share, work.chance.token(), work.now, by))


def promote(work: RankingWork, *, by: str) -> Switch:
    """The challenger is the champion. Raises Conflict (`no-challenge`)."""
    now = work.rankings.current()
    if now.challenger is None:
        raise Conflict("no-challenge")
    return _put(work, Switch(now.challenger, since=work.now, by=by))


def stop(work: RankingWork, *, by: str) -> Switch:
    """The champion stays, for everybody. Raises Conflict (`no-challenge`)."""
    now = work.rankings.current()
    if now.challenger is None:
        raise Conflict("no-challenge")
    return _put(work, replace(now, challenger=None, share=0, salt="", since=work.now, by=by))


def _put(work: RankingWork, switch: Switch) -> Switch:
    work.rankings.put(switch)
    return switch
