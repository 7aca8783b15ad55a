"""Vouchers: single-use rights with a code, and the one table of their moves (domain section 6).

Imports `core.offers` and what lies below it.
"""
