"""All benchmarks, one table of ratios."""

from benchmarks import card_picture

for workload, what, ratio in card_picture.run():
    print(f"{workload:40} {what:50} {ratio:8.2f}")
