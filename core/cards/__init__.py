"""Cards: numbers, states, the codes that prove a card is in hand, and plastic that comes back to life.

May import: core.customers, core.stores, core.staff, core.programme, core.shared.
"""
