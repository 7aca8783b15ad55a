"""All benchmarks, one table of ratios."""

from benchmarks import card_picture, churn, features, lookup, night, offers, settle, webhook

for bench in (card_picture, webhook, lookup, settle, night, features, offers, churn):
    for workload, what, ratio in bench.run():
        print(f"{workload:40} {what:55} {ratio:8.2f}", flush=True)
