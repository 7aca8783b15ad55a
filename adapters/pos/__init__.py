"""The till: an API for cash registers and a page for cashiers, both over the same lookup.

May import: core, bot, `adapters.http`. Behind ports: the one-statement look at the database, the lanes.
"""
