"""Offers: a condition, a benefit, limits and a window, all of it data (domain section 6).

Imports `core.ledger` and what lies below it; the quote that applies them lives in `core.sales`.
"""
