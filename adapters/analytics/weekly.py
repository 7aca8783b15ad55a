"""What a week leaves for the next one, beside the lake: clusters, so that their labels stay.

`analytics/clusters/2026-W48.parquet` under the lake. A week planned again reads the week before it, never itself; of
weeks longer ago nobody's cluster is kept.
"""

import json
import re
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adapters.analytics.clusters import Before, Clusters

_WEEK = re.compile(r"\d{4}-W\d{2}")
_MARK = b"kartka.clusters"
KEPT = 3
"""Weeks: the last, this one and the next."""


def keep_clusters(
    lake: Path, week: str, found: Clusters, owners: pa.Array, without: Collection[str] = frozenset()
) -> None:
    """The week's clusters are there, whole or not at all, but for owners who are not to be known any more."""
    folder = lake / "analytics" / "clusters"
    folder.mkdir(parents=True, exist_ok=True)
    told = {"categories": found.categories, "centres": found.centres.tolist()}
    table = pa.table({"owner": owners.cast(pa.string()), "label": pa.array(found.label, pa.int32())})
    table = table.filter(pc.invert(pc.is_in(table["owner"], value_set=pa.array(sorted(without), pa.string()))))
    half = folder / f".{week}.part"
    pq.write_table(table.replace_schema_metadata({_MARK: json.dumps(told)}), half, compression="zstd")
    half.replace(folder / f"{week}.parquet")
    for old in _weeks(folder)[:-KEPT]:
        (folder / f"{old}.parquet").unlink()


def clusters_before(lake: Path, week: str) -> Before | None:
    """Those of the newest week before this one; None: there are none."""
    folder = lake / "analytics" / "clusters"
    weeks = [one for one in _weeks(folder) if one < week]
    if not weeks:
        return None
    table = pq.read_table(folder / f"{weeks[-1]}.parquet")
    told = json.loads(table.schema.metadata[_MARK])
    owners, label = table["owner"].combine_chunks(), table["label"].to_numpy()
    return Before(tuple(told["categories"]), np.array(told["centres"], np.float32), owners, label)


def _weeks(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.parquet") if _WEEK.fullmatch(path.stem))
