"""Values, refusals, events and the smallest `Work`: what every other room of the core stands on.

May import: the standard library only.
"""
