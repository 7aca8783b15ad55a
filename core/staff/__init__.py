"""The people who work here: who may log in, with which right.

May import: core.programme, core.shared.
"""
