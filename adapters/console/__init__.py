"""The console: logging in, what happened, stores and tills, staff.

May import: core, bot, `adapters.http`. Behind ports: reads for pages, the lanes.
"""
