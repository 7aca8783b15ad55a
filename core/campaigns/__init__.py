"""Campaigns that are measured: who is in which arm, how many people an effect needs, what came of it.

May import `core.vouchers` and all below it.
"""
