"""Benchmarks: each workload against its floor in the same run, printed as ratios."""
