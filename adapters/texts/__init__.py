"""Words in languages (Babel, gettext) and phones as people write them (phonenumbers).

May import: core, bot.
"""
