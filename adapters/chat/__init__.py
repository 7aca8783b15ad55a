"""The web chat, its kiosk, and the same talk in a terminal.

May import: core, bot, `adapters.http`. Behind ports: the inbox (`bot.ports.Door`), letters already said.
"""
