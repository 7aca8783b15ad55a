"""Migrations, from the first table on: each revision goes up and down on SQLite and PostgreSQL."""
