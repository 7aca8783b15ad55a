"""Telegram: its hook, what it sends us, how replies look there. aiogram is loaded only when a token is set.

May import: core, bot, `adapters.http`.
"""
