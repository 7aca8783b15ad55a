"""The retailer's places and goods: stores, what they sell, and the tills that may ask about cards.

May import: core.programme, core.shared.
"""
