"""Campaigns on their way: one sender for each channel, at an even pace, stopped in a moment.

May import: core, bot, adapters.delivery.ports.
"""
