"""The outside: one folder for each technology, strangers to one another; `app` alone knows them all.

May import: core, bot and, below them all here, `adapters.http`.
"""
