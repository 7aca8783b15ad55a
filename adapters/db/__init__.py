"""The database: tables, lanes of work, and one file for each concept that turns rows into dataclasses and back.

The same code on SQLite and PostgreSQL. May import: core, bot, `adapters.http` (the session store's port).
"""
