"""What a plan has learned of the customers, in sentences for whoever ran `kartka plan-week`."""

from collections.abc import Mapping, Sequence
from typing import Any

_SCORES = {
    "logit": "a logistic model of the customer table",
    "silence": "days since the last purchase",
    "gap": "silence against the own rhythm",
    "bg": "the BG/NBD model",
    "mbg": "the MBG/NBD model",
    "pareto": "the Pareto/NBD model",
}
_LACKS = {
    "churn.no-closed-window": "180 days of purchases are needed to see who stayed away",
    "churn.history-too-short": "a trial needs 270 days of purchases",
    "churn.too-few-customers": "a trial needs 40 customers in each of two times of 90 days",
    "churn.too-few-came-back": "a trial needs 20 customers who came back, in each of two times of 90 days",
    "churn.too-few-left": "a trial needs 20 customers who stayed away, in each of two times of 90 days",
}


def customer_lines(figures: Mapping[str, Any]) -> list[str]:
    """Which score of leaving is in use, and why; then the clusters, the largest first."""
    return [churn_line(figures["churn"]), *cluster_lines(figures["clusters"])]


def churn_line(churn: Mapping[str, Any]) -> str:
    """The verdict on the scores of leaving."""
    score = _SCORES[churn["chosen"]]
    if churn["auc"] is None:
        return f"churn: goes by {score}, since {_LACKS[churn['key']]}; {_base(churn)}"
    return (
        f"churn: {score} foretold best who stays away for 90 days; {_base(churn)}; AUC {churn['auc']:.3f}, "
        f"the riskiest tenth {churn['lift']:.1f} times as often as all, Brier {churn['brier']:.3f}, "
        f"calibration error {churn['calibration_error']:.3f}"
    )


def cluster_lines(clusters: Mapping[str, Any]) -> list[str]:
    """A sentence for each cluster, and how many people have changed theirs."""
    each: Sequence[Mapping[str, Any]] = sorted(clusters["each"], key=lambda one: (-one["size"], one["number"]))
    lines = [f"cluster {one['number']}: {one['size']} people, {_tastes(one['tastes'])}" for one in each]
    if clusters["moved"] is not None:
        lines.append(f"clusters: {clusters['moved']:.1%} of last week's people are in another one now")
    return lines


def _base(churn: Mapping[str, Any]) -> str:
    if not churn["customers"]:
        return "no past customers yet"
    return f"of {churn['customers']} past customers {churn['away']:.0%} stayed away"


def _tastes(tastes: Sequence[tuple[str, float]]) -> str:
    return "much " + ", ".join(f"{name} (x{lift:.1f})" for name, lift in tastes) if tastes else "a bit of everything"
