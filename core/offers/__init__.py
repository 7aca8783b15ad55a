"""Offers: a condition, a benefit, limits and a window, all of it data (domain section 6); the week's personal ones.

Imports `core.ledger` and what lies below it; the quote that applies them lives in `core.sales`.
"""
