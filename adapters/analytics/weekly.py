"""What a week leaves for the next one, beside the lake: clusters, so that their labels stay.

`analytics/clusters/2026-W48.parquet` under the lake. A week planned again reads the week before it, never itself.
"""

import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adapters.analytics.clusters import Before, Clusters

_WEEK = re.compile(r"\d{4}-W\d{2}")
_MARK = b"kartka.clusters"


def keep_clusters(lake: Path, week: str, found: Clusters, owners: pa.Array) -> None:
    """The week's clusters are there, whole or not at all."""
    folder = lake / "analytics" / "clusters"
    folder.mkdir(parents=True, exist_ok=True)
    told = {"categories": found.categories, "centres": found.centres.tolist()}
    table = pa.table({"owner": owners.cast(pa.string()), "label": pa.array(found.label, pa.int32())})
    half = folder / f".{week}.part"
    pq.write_table(table.replace_schema_metadata({_MARK: json.dumps(told)}), half, compression="zstd")
    half.replace(folder / f"{week}.parquet")


def clusters_before(lake: Path, week: str) -> Before | None:
    """Those of the newest week before this one; None: there are none."""
    folder = lake / "analytics" / "clusters"
    weeks = sorted(path.stem for path in folder.glob("*.parquet") if _WEEK.fullmatch(path.stem) and path.stem < week)
    if not weeks:
        return None
    table = pq.read_table(folder / f"{weeks[-1]}.parquet")
    told = json.loads(table.schema.metadata[_MARK])
    label = dict(zip(table["owner"].to_pylist(), table["label"].to_pylist(), strict=True))
    return Before(tuple(told["categories"]), np.array(told["centres"], np.float32), label)
