"""What a plan has learned, as a person reads it: every score and every want has its words."""

import pytest

from adapters.app.planwords import churn_line, cluster_lines

TRIED = {"chosen": "mbg", "key": "churn.best", "customers": 3394, "away": 0.436, "auc": 0.7421, "lift": 1.62,
         "brier": 0.2016, "calibration_error": 0.0213, "bins": []}  # fmt: skip
NOTHING = dict.fromkeys(("auc", "lift", "brier", "calibration_error"))


def test_the_best_score_is_named_with_what_it_is_worth() -> None:
    assert churn_line(TRIED) == (
        "churn: the MBG/NBD model foretold best who stays away for 90 days; of 3394 past customers 44% stayed away; "
        "AUC 0.742, the riskiest tenth 1.6 times as often as all, Brier 0.202, calibration error 0.021"
    )


@pytest.mark.parametrize("score", ["logit", "silence", "gap", "bg", "mbg", "pareto"])
def test_every_score_has_a_name(score: str) -> None:
    assert "foretold best" in churn_line({**TRIED, "chosen": score})


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("churn.no-closed-window", "180 days"),
        ("churn.history-too-short", "270 days"),
        ("churn.too-few-customers", "40 customers"),
        ("churn.too-few-came-back", "20 customers who came back"),
        ("churn.too-few-left", "20 customers who stayed away"),
    ],
)
def test_what_the_history_lacks_is_said(key: str, said: str) -> None:
    line = churn_line({**TRIED, **NOTHING, "chosen": "silence", "key": key})
    assert line.startswith("churn: goes by days since the last purchase, since ")
    assert said in line
    assert line.endswith("of 3394 past customers 44% stayed away")


def test_clusters_are_told_the_largest_first() -> None:
    each = [
        {"number": 0, "size": 7, "tastes": []},
        {"number": 1, "size": 812, "tastes": [["tea", 2.14], ["sweets", 1.3]]},
    ]
    assert cluster_lines({"moved": 0.042, "each": each}) == [
        "cluster 1: 812 people, much tea (x2.1), sweets (x1.3)",
        "cluster 0: 7 people, a bit of everything",
        "clusters: 4.2% of last week's people are in another one now",
    ]
    assert cluster_lines({"moved": None, "each": []}) == []
