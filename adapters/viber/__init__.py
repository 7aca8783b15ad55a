"""Viber: its hook, the welcome in the hook's own answer, what it sends us, how replies look there.

May import: core, bot, `adapters.http`. viberbot gives the message classes; sending and reading are ours.
"""
