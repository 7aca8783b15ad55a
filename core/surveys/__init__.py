"""Questionnaires: what a person is asked, what they answered, and the gate that opens spending.

May import: core.cards, core.customers, core.stores, core.programme, core.shared.
"""
