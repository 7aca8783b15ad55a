"""What a week leaves for the next."""

from pathlib import Path

import numpy as np

from adapters.analytics.clusters import clusters
from adapters.analytics.weekly import clusters_before, keep_clusters
from tests.adapters.analytics.shopping import shoppers

ROWS = [("a", "tea1", 1), ("b", "rye1", 1), ("c", "rye2", 4)]


def test_the_next_week_reads_the_newest_week_before_it(tmp_path: Path) -> None:
    bought = shoppers(ROWS)
    found = clusters(bought, [sku[:-1] for sku in bought.skus.to_pylist()])
    assert clusters_before(tmp_path, "2026-W48") is None
    keep_clusters(tmp_path, "2026-W48", found, bought.owners)
    assert clusters_before(tmp_path, "2026-W48") is None
    told = clusters_before(tmp_path, "2027-W01")
    assert told is not None
    assert told.categories == ("rye", "tea")
    assert (told.owners.to_pylist(), told.label.tolist()) == (["a", "b", "c"], found.label.tolist())
    assert np.array_equal(told.centres, found.centres)


def test_a_half_written_week_is_nobodys(tmp_path: Path) -> None:
    bought = shoppers(ROWS)
    keep_clusters(tmp_path, "2026-W47", clusters(bought, ["x"] * 3), bought.owners)
    (tmp_path / "analytics" / "clusters" / ".2026-W48.part").write_bytes(b"half")
    told = clusters_before(tmp_path, "2026-W49")
    assert told is not None
    assert told.categories == ("x",)


def test_nobody_is_known_longer_than_three_weeks_nor_who_is_not_to_be_known(tmp_path: Path) -> None:
    bought = shoppers(ROWS)
    found = clusters(bought, ["x"] * 3)
    for week in ("2026-W45", "2026-W46", "2026-W47", "2026-W48"):
        keep_clusters(tmp_path, week, found, bought.owners, without={"b", "nobody"})
    assert clusters_before(tmp_path, "2026-W46") is None
    told = clusters_before(tmp_path, "2026-W47")
    assert told is not None
    assert told.owners.to_pylist() == ["a", "c"]
