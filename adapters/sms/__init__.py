"""Messages to a phone itself, through one HTTP gateway with profiles; the channel `sms` only speaks.

May import: core, bot.
"""
