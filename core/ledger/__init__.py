"""Points that behave like money: operations, entries, lots, purses, holds (domain section 4).

Imports `core.cards` and what lies below it. Nobody else writes an entry.
"""
