"""The receipt: a basket, its quote, the settled sale and what comes back of it (domain section 6).

Imports `core.vouchers`, `core.offers`, `core.ledger` and what lies below them. The quote is a pure function.
"""
