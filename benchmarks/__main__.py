"""All benchmarks, one table of ratios; what the house logs and a peer's library warns of is left out of it."""

import logging
import warnings

import structlog

from benchmarks import (
    card_picture,
    churn,
    console_pages,
    effects,
    features,
    freezing,
    lookup,
    night,
    offers,
    segments,
    sending,
    settle,
    webhook,
)

BENCHES = (
    card_picture, webhook, lookup, settle, night, freezing, sending, features, offers, churn, effects, segments,
    console_pages,
)  # fmt: skip
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
warnings.filterwarnings("ignore", module="implicit")
for bench in BENCHES:
    for workload, what, ratio in bench.run():
        print(f"{workload:40} {what:55} {ratio:8.2f}", flush=True)
